//! Reports: gathered from the store, frozen when their period is over, printed in many forms.
//!
//! The first report of a period that is over is kept and is the report from then on: whoever asks
//! again gets the same bytes. A correction is asked for and makes the next version, with what
//! changed. A period that still runs is reported as a draft and not kept.
//!
//! Invariants (tests/reports):
//! * `a_closed_period_is_printed_the_same_again`
//! * `a_correction_is_the_next_version`
//! * `a_running_period_is_a_draft`

pub mod csv;
mod frozen;
pub mod html;
pub mod text;
pub mod xlsx;

use std::{collections::BTreeMap, num::NonZero, thread::available_parallelism};

use crate::{
    core::{
        message::ReportOf,
        report::{Beside, Document, Gathering, Glance, Issued, Kind, Ledger, Scope, When, compose},
        timestamp::Timestamp,
    },
    rules::Rules,
    store::{ReportState, Store, StoreError},
};

/// States in memory at one time.
const PAGE: i64 = 1_000;
/// How long a slip may stand before the lists of a day pass it over.
const STANDING_MS: i64 = 180 * 86_400_000;

/// Which report.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    pub kind: Kind,
    pub when: When,
    /// Of lists: how things stood then.
    pub as_of: Option<Timestamp>,
    /// This version, not the last.
    pub version: Option<i64>,
    /// Count anew, and publish what changed.
    pub restate: bool,
}

/// A report.
#[derive(Clone, Debug)]
pub struct Report {
    pub document: Document,
    /// blake3 of what was kept; `None`: a draft.
    pub hash: Option<String>,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error("`{kind}` is not of `{when}`; write a period like `{example}`")]
    WrongPeriod { kind: Kind, when: String, example: &'static str },
    #[error("there is no version {version} of `{kind}` for {when}")]
    NoVersion { kind: Kind, when: String, version: i64 },
    #[error("`{kind}` for {when} was not published yet: there is nothing to correct")]
    Unpublished { kind: Kind, when: String },
    #[error("the report `{kind}` for {when} cannot be read: {reason}")]
    Unreadable { kind: Kind, when: String, reason: String },
    #[error("the state of a ticket cannot be read: {0}")]
    State(serde_json::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Ask {
    pub fn new(kind: Kind, when: When) -> Self {
        Self { kind, when, as_of: None, version: None, restate: false }
    }
}

/// The report asked for: as it was published, or made now.
pub async fn report(
    store: &Store,
    rules: &Rules,
    ask: Ask,
    now: Timestamp,
) -> Result<Report, ReportError> {
    let Ask { kind, when, .. } = ask;
    if !kind.takes(when) {
        let (when, example) = (when.to_string(), kind.example());
        return Err(ReportError::WrongPeriod { kind, when, example });
    }
    let kept = frozen::find(store, ask).await?;
    match (kept, ask.version) {
        (None, Some(version)) => {
            Err(ReportError::NoVersion { kind, when: when.to_string(), version })
        }
        (Some(kept), _) if !ask.restate => Ok(kept.report),
        (None, None) if ask.restate => {
            Err(ReportError::Unpublished { kind, when: when.to_string() })
        }
        (kept, _) => {
            let (document, lines, closed) = make(store, rules, ask, now).await?;
            frozen::keep(store, ask, document, lines, closed, kept, now).await
        }
    }
}

/// Counts; says whether the period is over.
async fn make(
    store: &Store,
    rules: &Rules,
    ask: Ask,
    now: Timestamp,
) -> Result<(Document, Vec<String>, bool), ReportError> {
    let set = &rules.current;
    let mut scope = Scope::new(ask.kind, ask.when, set, ask.as_of);
    let closed = scope.as_of <= now;
    if !closed {
        scope.as_of = now; // a draft stands as things stand
    }
    let from = if ask.kind.is_list() { scope.as_of.plus_ms(-STANDING_MS) } else { scope.from };
    let slips = store.report_slips(from, scope.to.max(scope.as_of)).await?;
    let slips = by_ticket(slips);
    let mut gathering = Gathering::new(&scope, &set.calendar);
    let mut page = store.report_states(0, PAGE).await?;
    while let Some(last) = page.last() {
        // The next page is on its way while this one is read.
        let next = store.report_states(last.key, PAGE);
        let (next, glances) = tokio::join!(next, async { read(&page) });
        for (row, glance) in page.iter().zip(glances?) {
            let judge = rules.set(&glance.judged_by).unwrap_or(set);
            let own = slips.get(&row.key).map(Vec::as_slice).unwrap_or_default();
            gathering.take(judge, &glance, own);
        }
        page = next?;
    }
    let mut lines = std::mem::take(&mut gathering.lines);
    lines.sort_unstable();
    let beside = beside(store, &scope).await?;
    let document = compose(gathering, &beside, set, &rules.org, now);
    Ok((document, lines, closed))
}

/// What is looked at of each state, in their order; read by as many threads as there are cores.
fn read(page: &[ReportState]) -> Result<Vec<Glance>, ReportError> {
    let threads = available_parallelism().map_or(1, NonZero::get);
    let share = page.len().div_ceil(threads).max(1);
    let read = |rows: &[ReportState]| -> Result<Vec<Glance>, serde_json::Error> {
        rows.iter().map(|row| serde_json::from_str(&row.state)).collect()
    };
    let parts = std::thread::scope(|scope| {
        let started: Vec<_> =
            page.chunks(share).map(|rows| scope.spawn(move || read(rows))).collect();
        started
            .into_iter()
            .map(|one| one.join().expect("reading does not panic"))
            .collect::<Vec<_>>()
    });
    let mut glances = Vec::with_capacity(page.len());
    for part in parts {
        glances.extend(part.map_err(ReportError::State)?);
    }
    Ok(glances)
}

/// What stands beside the tickets, where the report says it.
async fn beside(store: &Store, scope: &Scope) -> Result<Beside, ReportError> {
    if scope.kind.is_list() {
        return Ok(Beside::default());
    }
    let count = |number: i64| number.max(0).cast_unsigned();
    let ledgers = store.ledger_counts(scope.from, scope.to).await?.into_iter().map(|one| Ledger {
        list: one.list,
        opening: count(one.opening),
        admitted: count(one.admitted),
        struck_off: count(one.struck_off),
        ended_otherwise: count(one.ended_otherwise),
    });
    let ledgers = ledgers.filter(|one| one.opening + one.admitted > 0).collect();
    let told = store.report_told(scope.from, scope.to).await?;
    Ok(Beside { ledgers, told })
}

fn by_ticket(slips: Vec<Issued>) -> BTreeMap<i64, Vec<Issued>> {
    let mut tickets: BTreeMap<i64, Vec<Issued>> = BTreeMap::new();
    for slip in slips {
        tickets.entry(slip.ticket_key).or_default().push(slip);
    }
    tickets
}

/// A report that was published, as its reader's unit sees it.
pub async fn published(store: &Store, of: &ReportOf) -> Result<Report, ReportError> {
    let ReportOf { kind, period, version, unit } = of;
    let unreadable =
        |reason: String| ReportError::Unreadable { kind: *kind, when: period.clone(), reason };
    let when = When::parse(period).map_err(unreadable)?;
    let ask = Ask { version: Some(*version), ..Ask::new(*kind, when) };
    let kept = frozen::find(store, ask).await?;
    let Some(kept) = kept else {
        let when = period.clone();
        return Err(ReportError::NoVersion { kind: *kind, when, version: *version });
    };
    let Report { document, hash } = kept.report;
    let document = match unit {
        Some(unit) => document.only(unit),
        None => document,
    };
    Ok(Report { document, hash })
}
