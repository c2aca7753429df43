//! Periods of schedules that have come: lists sent, samples drawn, baselines frozen.
//!
//! An agenda notes that a period has come (`core::agenda`); this asks the store for what the
//! period needs to see and closes it, with its messages, in one transaction. A period that
//! is closed stays closed, whoever else was at it; an empty list is closed without a message.
//!
//! Invariants (tests/schedule.rs): `a_list_is_sent_once_and_never_empty`,
//! `a_sample_can_be_drawn_again`, `two_nodes_close_a_period_once`.

mod done;
mod reports;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use arc_swap::ArcSwap;
use serde_json::{Value, json};

use crate::{
    core::{
        agenda::{Agenda, Does, LIST, Listing, Sampling, Schedule, began, done, period_before},
        book::Book,
        delivery::not_before_staff,
        event::Event,
        fact::Fact,
        list::{Filled, Row, filled},
        message::{Facts, Message, Recipient},
        org::About,
        policy::{PolicySet, Selector, Via},
        sample::draw,
        ticket::Ticket,
        timestamp::Timestamp,
    },
    report::ReportError,
    rules::Rules,
    store::{MessageWrite, NewEntry, OpenAgenda, Store, StoreError, TicketFilter},
};

pub use done::Done;

/// Tickets in memory at one time.
const PAGE: i64 = 500;

/// Does what has come.
#[derive(Clone, Debug)]
pub struct Scheduler {
    store: Store,
    rules: Arc<ArcSwap<Rules>>,
}

/// Why a period could not be closed.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Report(#[from] ReportError),
    #[error("the state of {no} cannot be read: {reason}")]
    Unreadable { no: String, reason: String },
}

/// What a period came to.
#[derive(Default)]
struct Outcome {
    found: Value,
    messages: Vec<Message>,
    /// Events for tickets that were drawn.
    told: Vec<Event>,
}

impl Scheduler {
    /// A scheduler over a store; `rules` may be swapped while it runs.
    pub fn new(store: Store, rules: Arc<ArcSwap<Rules>>) -> Self {
        Self { store, rules }
    }

    /// Puts the schedules in force into their agendas; told again it changes nothing.
    pub async fn begin(&self, now: Timestamp) -> Result<(), ScheduleError> {
        let set = Arc::clone(&self.rules.load().current);
        let entries: Vec<NewEntry> =
            set.schedules.iter().map(|schedule| entry(began(schedule, &set, now))).collect();
        if !entries.is_empty() {
            self.store.append(&entries, now).await?;
        }
        Ok(())
    }

    /// Closes every period that waits; says how many.
    pub async fn run_once(&self, now: Timestamp) -> Result<usize, ScheduleError> {
        let mut closed = 0;
        for open in self.store.open_agendas().await? {
            let rules = self.rules.load_full();
            for (schedule, period, at) in waiting(&open, &rules.current)? {
                closed += usize::from(self.close(&rules, &open, schedule, &period, at, now).await?);
            }
        }
        Ok(closed)
    }

    async fn close(
        &self,
        rules: &Rules,
        open: &OpenAgenda,
        schedule: &Schedule,
        period: &str,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, ScheduleError> {
        let work = Work { scheduler: self, rules, schedule, period, at, now };
        let outcome = match &schedule.does {
            Does::List(listing) => work.list(listing).await?,
            Does::Sample(sampling) => work.sample(sampling).await?,
            Does::Baseline { campaign } => work.baseline(campaign).await?,
            Does::Remind { to, unit, via, template } => work.remind(to, unit, via, template),
            Does::Report(reporting) => work.report(reporting).await?,
            Does::Open(_) => Outcome::default(), // told when it came
        };
        if !outcome.told.is_empty() {
            let entries: Vec<NewEntry> = outcome.told.into_iter().map(entry).collect();
            self.store.append(&entries, now).await?;
        }
        let messages: Vec<MessageWrite> = outcome
            .messages
            .into_iter()
            .map(|message| MessageWrite { message, ticket_key: open.key, sealed: None })
            .collect();
        let closing = entry(done(&schedule.id, period, outcome.found, now));
        Ok(self.store.close_period(&closing, &messages, now).await?)
    }

    /// The sample of a period as it would be drawn now: for whoever wants to check one.
    pub async fn draw(
        &self,
        schedule: &Schedule,
        sampling: &Sampling,
        at: Timestamp,
    ) -> Result<Vec<String>, ScheduleError> {
        let set = Arc::clone(&self.rules.load().current);
        let Some(period) = period_before(schedule.table.every, &set.calendar, at) else {
            return Ok(Vec::new());
        };
        let midnight = |day| set.calendar.at(day, jiff::civil::Time::midnight());
        let (from, to) = (midnight(period.from), midnight(period.to));
        let mut candidates: Vec<(String, String)> = Vec::new();
        self.walk(Some(false), |ticket| {
            let ended = ticket.ended.is_some_and(|at| from <= at && at < to);
            if ended && sampling.select.takes(&ticket.attributes) {
                candidates.push((ticket.unit.clone().unwrap_or_default(), ticket.no));
            }
        })
        .await?;
        let named = candidates.iter().map(|(unit, no)| (unit.as_str(), no.as_str()));
        let period = period.to_string();
        Ok(draw(named, &sampling.seed, &period, sampling.permille, sampling.at_least))
    }

    /// Every ticket that is open, or that is not, or all of them.
    async fn walk(
        &self,
        open: Option<bool>,
        mut each: impl FnMut(Ticket),
    ) -> Result<(), ScheduleError> {
        let filter = TicketFilter { open, ..TicketFilter::default() };
        let mut after = 0;
        loop {
            let page = self.store.tickets(&filter, PAGE, after).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.key;
            for row in &page {
                let Some(state) = &row.state else { continue };
                each(read(&row.no, state)?);
            }
        }
    }
}

/// One period at work.
struct Work<'w> {
    scheduler: &'w Scheduler,
    rules: &'w Rules,
    schedule: &'w Schedule,
    period: &'w str,
    at: Timestamp,
    now: Timestamp,
}

impl Work<'_> {
    /// The lists as of the period's instant, one to each unit that has anything, or one for all.
    async fn list(&self, listing: &Listing) -> Result<Outcome, ScheduleError> {
        let mut by_unit: BTreeMap<String, BTreeMap<usize, Vec<Row>>> = BTreeMap::new();
        let of_open = listing.sections.iter().all(crate::core::list::Section::is_of_open);
        self.scheduler
            .walk(of_open.then_some(true), |ticket| {
                let set = self.rules.set(&ticket.judged_by).unwrap_or(&self.rules.current);
                for (index, section) in listing.sections.iter().enumerate() {
                    if let Some(row) = section.row(set, &ticket, self.at) {
                        let unit = listing.unit.clone().unwrap_or_else(|| row.unit.clone());
                        by_unit.entry(unit).or_default().entry(index).or_default().push(row);
                    }
                }
            })
            .await?;
        let mut outcome = Outcome::default();
        let mut found = serde_json::Map::new();
        for (unit, mut rows) in by_unit {
            let Some(sections) = filled(&listing.sections, &mut rows) else { continue };
            found.insert(unit.clone(), json!(sections));
            let lists = (listing.to.as_slice(), listing.cc.as_slice(), listing.via.as_slice());
            outcome.messages.extend(self.messages(&unit, lists, LIST, &sections));
        }
        outcome.found = Value::Object(found);
        Ok(outcome)
    }

    async fn sample(&self, sampling: &Sampling) -> Result<Outcome, ScheduleError> {
        let drawn = self.scheduler.draw(self.schedule, sampling, self.at).await?;
        let told = drawn.iter().map(|no| {
            let mut event = Event::new(no.as_str(), sampling.add.clone(), self.now);
            event.id = Some(format!("duban/sampled/{}/{}", self.schedule.id, self.period));
            event.by = Some("duban".to_owned());
            event.data.insert("sample".to_owned(), json!(self.schedule.id));
            event.data.insert("period".to_owned(), json!(self.period));
            event
        });
        let told = told.collect();
        let found = json!({ "seed": sampling.seed, "permille": sampling.permille,
            "at_least": sampling.at_least, "drawn": drawn });
        Ok(Outcome { found, told, messages: Vec::new() })
    }

    async fn baseline(&self, campaign: &str) -> Result<Outcome, ScheduleError> {
        let campaigns = &self.rules.current.campaigns;
        let wanted = campaigns.iter().find(|one| one.id == campaign);
        let everything = Selector::default();
        let select = wanted.map_or(&everything, |campaign| &campaign.select);
        let mut tickets = BTreeSet::new();
        self.scheduler
            .walk(Some(true), |ticket| {
                if select.takes(&ticket.attributes) {
                    tickets.insert(ticket.no);
                }
            })
            .await?;
        let found = json!({ "campaign": campaign, "tickets": tickets });
        Ok(Outcome { found, ..Outcome::default() })
    }

    fn remind(&self, to: &[String], unit: &str, via: &[Via], template: &str) -> Outcome {
        Outcome {
            messages: self.messages(unit, (to, &[], via), template, &[]),
            ..Outcome::default()
        }
    }

    /// One message per person and way.
    fn messages(
        &self,
        unit: &str,
        (to, cc, via): (&[String], &[String], &[Via]),
        template: &str,
        sections: &[Filled],
    ) -> Vec<Message> {
        let Rules { current: set, org, .. } = self.rules;
        let nobody = BTreeMap::new();
        let about = About { unit, area: None, parties: &nobody };
        let no = format!("{}{}", crate::core::agenda::PREFIX, self.schedule.id);
        let facts = Facts {
            no: String::new(),
            policy_version: set.version.clone(),
            unit: unit.to_owned(),
            title: Some([self.schedule.zh.clone(), self.schedule.en.clone()]),
            lists: sections.to_vec(),
            step_time: Some(self.at),
            ..Facts::default()
        };
        let mut messages = Vec::new();
        for one in org.recipients(set, about, to, cc, self.now).recipients {
            for via in via {
                let name = one.person.as_deref().unwrap_or(&one.role);
                messages.push(Message {
                    key: format!("{no}/{}/{unit}/{name}/{}", self.period, via.name()),
                    ticket: no.clone(),
                    slip: None,
                    with: Vec::new(),
                    to: Recipient::Staff {
                        unit: one.unit.clone(),
                        role: one.role.clone(),
                        person: one.person.clone(),
                        cc: one.cc,
                        away: one.away.clone(),
                    },
                    via: via.name().to_owned(),
                    template: template.to_owned(),
                    facts: facts.clone(),
                    not_before: not_before_staff(set, *via, false, self.now),
                    expires: None,
                });
            }
        }
        messages
    }
}

/// The schedule and the periods an agenda waits for.
fn waiting<'s>(
    open: &OpenAgenda,
    set: &'s PolicySet,
) -> Result<Vec<(&'s Schedule, String, Timestamp)>, ScheduleError> {
    let agenda = match read(&open.no, &open.state)? {
        Book::Agenda(agenda) => agenda,
        Book::Tally(_) | Book::Slots(_) => Agenda::default(),
    };
    let schedule = set.schedules.iter().find(|schedule| schedule.id == agenda.schedule());
    let Some(schedule) = schedule else { return Ok(Vec::new()) };
    Ok(agenda.open.into_iter().map(|(period, at)| (schedule, period, at)).collect())
}

fn read<T: serde::de::DeserializeOwned>(no: &str, state: &str) -> Result<T, ScheduleError> {
    serde_json::from_str(state)
        .map_err(|error| ScheduleError::Unreadable { no: no.to_owned(), reason: error.to_string() })
}

/// An event of duban's own, as the store takes it.
fn entry(event: Event) -> NewEntry {
    let (dedupe, at, kind) = (event.dedupe_key(), event.at, event.kind.name().to_owned());
    NewEntry {
        ticket: event.ticket.clone(),
        at,
        kind,
        dedupe: Some(dedupe),
        body: Fact::Event(event).body(),
        contact: None,
    }
}
