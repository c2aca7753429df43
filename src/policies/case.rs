//! `[[case]]`: what a policy writer expects of one ticket, and whether it came so.
//!
//! A case names a start and what happens, and states the dues and the slips. Playing it is
//! the business of `crate::simulate`; here it is read and compared.

use std::collections::BTreeMap;

use jiff::{civil::DateTime, tz::TimeZone};

use super::{
    complaint::{Complaint, Severity},
    reader::{Item, local_time},
    section::Section,
};
use crate::core::{
    event::{Event, Kind},
    policy::Policy,
    timestamp::Timestamp,
};

/// The number of the ticket a case is played on.
pub const CASE_TICKET: &str = "case";
/// What a case may say about its ticket.
const FACTS: [&str; 6] = ["category", "urgency", "area", "kind", "source", "requester"];

/// One expectation of a policy writer.
#[derive(Clone, Debug)]
pub struct Case {
    pub name: String,
    /// The policy to play; `None`: the selectors decide over `start`.
    pub policy: Option<String>,
    /// The event that starts the clocks, with what is known of the ticket.
    pub start: Event,
    /// What happens afterwards, in the order of the file.
    pub events: Vec<Event>,
    /// Where the play ends; `None`: when nothing more falls due.
    pub until: Option<Timestamp>,
    /// The policy the selectors should find.
    pub selects: Option<Expected<String>>,
    /// The due of a clock; `None`: the clock must not run.
    pub dues: BTreeMap<String, Expected<Option<Timestamp>>>,
    /// Every slip of the play, if the case lists them.
    pub slips: Option<Expected<Vec<Expected<PlayedSlip>>>>,
    /// Where the case stands, for complaints about it as a whole.
    pub spot: Spot,
}

/// A stated value and the place it is stated at.
#[derive(Clone, Debug)]
pub struct Expected<T> {
    pub value: T,
    pub spot: Spot,
}

/// A place in a file to complain about later.
#[derive(Clone, Debug)]
pub struct Spot(Complaint);

impl Spot {
    /// The place of a complaint that is yet to be made.
    pub fn new(blank: Complaint) -> Self {
        Self(blank)
    }

    /// Doubts this place.
    pub fn warn(&self, message: impl Into<String>) -> Complaint {
        Complaint { severity: Severity::Warning, ..self.complain(message) }
    }

    /// Complains about this place.
    pub fn complain(&self, message: impl Into<String>) -> Complaint {
        Complaint { message: message.into(), severity: Severity::Error, ..self.0.clone() }
    }
}

/// What came of a case when it was played.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// The policy the ticket got.
    pub policy: String,
    /// The last due of every clock that ran.
    pub dues: BTreeMap<String, Timestamp>,
    /// Every slip, in the order of time.
    pub slips: Vec<PlayedSlip>,
}

/// One slip of a play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayedSlip {
    pub at: Timestamp,
    pub clock: String,
    /// The step as written: `due+1wd`.
    pub step: String,
    /// The kind of slip.
    pub slip: String,
}

/// Plays every case and complains about what came otherwise.
pub fn run_cases(
    cases: &[Case],
    zone: &TimeZone,
    play: impl Fn(&Case) -> Result<Played, String>,
) -> Vec<Complaint> {
    let outcome = |case: &Case| match play(case) {
        Ok(played) => compare(case, &played, zone),
        Err(why) => {
            vec![case.spot.complain(format!("case `{}` cannot be played: {why}", case.name))]
        }
    };
    cases.iter().flat_map(outcome).collect()
}

/// What came otherwise than the case says.
pub fn compare(case: &Case, played: &Played, zone: &TimeZone) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    if let Some(expected) = &case.selects
        && expected.value != played.policy
    {
        complaints.push(expected.spot.complain(format!(
            "case `{}`: the ticket gets policy `{}`, not `{}`",
            case.name, played.policy, expected.value
        )));
    }
    for (clock, expected) in &case.dues {
        let ran_to = played.dues.get(clock).copied();
        if ran_to != expected.value {
            let shown = |due: Option<Timestamp>| match due {
                Some(due) => format!("due {}", local(due, zone)),
                None => "without a due".to_owned(),
            };
            complaints.push(expected.spot.complain(format!(
                "case `{}`: clock `{clock}` is {}, not {}",
                case.name,
                shown(ran_to),
                shown(expected.value)
            )));
        }
    }
    if let Some(expected) = &case.slips {
        complaints.extend(compare_slips(&case.name, expected, &played.slips, zone));
    }
    complaints
}

fn compare_slips(
    name: &str,
    expected: &Expected<Vec<Expected<PlayedSlip>>>,
    played: &[PlayedSlip],
    zone: &TimeZone,
) -> Vec<Complaint> {
    let mut left: Vec<&PlayedSlip> = played.iter().collect();
    let mut complaints = Vec::new();
    for line in &expected.value {
        match left.iter().position(|slip| **slip == line.value) {
            Some(index) => _ = left.remove(index),
            None => complaints
                .push(line.spot.complain(format!("case `{name}`: this slip was not issued"))),
        }
    }
    for slip in left {
        complaints.push(expected.spot.complain(format!(
            "case `{name}`: a slip that is not listed: `{} {} {} {}`",
            local(slip.at, zone),
            slip.clock,
            slip.step,
            slip.slip
        )));
    }
    complaints
}

/// `2026-02-13 16:30`, with seconds only where there are some.
fn local(at: Timestamp, zone: &TimeZone) -> String {
    let local = zone.to_datetime(at.jiff());
    let pattern = if local.second() == 0 { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S" };
    local.strftime(pattern).to_string()
}

fn instant(local: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(local).compatible().ok().map(Timestamp::from)
}

/// Reads one `[[case]]`; `start_kind` starts its clocks unless it says otherwise.
pub fn case(
    section: Section<'_>,
    policies: &[Policy],
    start_kind: &Kind,
    zone: &TimeZone,
) -> Option<Case> {
    let policy_ids = policies.iter().map(|policy| policy.id.as_str());
    let policy_of = |key| {
        let item: Item<'_> = section.get(key)?;
        let id = item.known("policy", "[[policy]]", policy_ids.clone())?.to_owned();
        Some(Expected { value: id, spot: item.spot() })
    };
    let at = |item: Item<'_>| item.local().and_then(|local| instant(local, zone));
    let name = section.need("name").and_then(|item| item.filled());
    let start_at = section.need("start").and_then(at);
    let kind = section.get("start_event").and_then(|item| item.kind());
    let mut start = Event::new(
        CASE_TICKET,
        kind.unwrap_or_else(|| start_kind.clone()),
        start_at.unwrap_or_default(),
    );
    facts(&section, &mut start);
    start.deadline = section.get("deadline").and_then(at);
    let events = section
        .get("events")
        .and_then(|item| item.list())
        .unwrap_or_default()
        .iter()
        .filter_map(|item| event(item, zone))
        .collect();
    let case = Case {
        name: name.unwrap_or_default().to_owned(),
        policy: policy_of("policy").map(|policy| policy.value),
        start,
        events,
        until: section.get("until").and_then(at),
        selects: policy_of("selects"),
        dues: dues(section.get("due"), policies, zone),
        slips: section.get("slips").map(|item| Expected {
            value: item.one_or_many().iter().filter_map(|item| slip(item, zone)).collect(),
            spot: item.spot(),
        }),
        spot: section.spot(),
    };
    if case.dues.is_empty() && case.slips.is_none() && case.selects.is_none() {
        section.complain("the case expects nothing: give it `due`, `slips` or `selects`");
    }
    section.finish();
    name.and(start_at).map(|_| case)
}

/// What selectors read, put where events of platforms carry it.
fn facts(section: &Section<'_>, event: &mut Event) {
    for key in FACTS {
        let Some(text) = section.get(key).and_then(|item| item.filled()) else { continue };
        match key {
            "category" => event.category = Some(text.to_owned()),
            "urgency" => event.urgency = Some(text.to_owned()),
            "source" => event.source = Some(text.to_owned()),
            "area" => event.area = Some(text.to_owned()),
            _ => _ = event.data.insert(key.to_owned(), text.into()), // the keys events carry in `data`
        }
    }
    let data = section.get("data").and_then(|item| item.section("`data`"));
    for item in data.iter().flat_map(Section::entries) {
        let value = if item.raw().is_array() {
            Some(item.one_or_many().iter().filter_map(Item::json).collect())
        } else {
            item.json()
        };
        if let Some(value) = value {
            event.data.insert(item.key().to_owned(), value);
        }
    }
    event.unit = section.get("unit").and_then(|item| item.filled()).map(str::to_owned);
}

fn event(item: &Item<'_>, zone: &TimeZone) -> Option<Event> {
    let section = item.section("the event")?;
    let kind = section.need("event").and_then(|item| item.kind());
    let at = section.need("at").and_then(|item| item.local()).and_then(|at| instant(at, zone));
    let mut event = Event::new(CASE_TICKET, kind?, at?);
    let read = ["event", "at", "unit", "category", "urgency", "by", "deadline"];
    let text = |key| section.get(key).and_then(|item| item.filled()).map(str::to_owned);
    event.unit = text("unit");
    event.category = text("category");
    event.urgency = text("urgency");
    event.by = text("by");
    event.deadline =
        section.get("deadline").and_then(|item| item.local()).and_then(|at| instant(at, zone));
    for item in section.entries().filter(|item| !read.contains(&item.key())) {
        let Some(value) = item.json() else { continue };
        event.data.insert(item.key().to_owned(), value);
    }
    Some(event)
}

fn dues(
    item: Option<Item<'_>>,
    policies: &[Policy],
    zone: &TimeZone,
) -> BTreeMap<String, Expected<Option<Timestamp>>> {
    let section = item.and_then(|item| item.section("`due`"));
    let entries = section.iter().flat_map(Section::entries);
    let runs = |name: &str| policies.iter().flat_map(|p| &p.clocks).any(|clock| clock.name == name);
    let due = |item: Item<'_>| {
        if !runs(item.key()) {
            item.complain(format!("no policy has a clock `{}`", item.key()));
        }
        let value = match item.text()? {
            "none" => None,
            _ => Some(item.local().and_then(|at| instant(at, zone))?),
        };
        Some((item.key().to_owned(), Expected { value, spot: item.spot() }))
    };
    entries.filter_map(due).collect()
}

/// `2026-02-13 16:30 accept start task`
fn slip(item: &Item<'_>, zone: &TimeZone) -> Option<Expected<PlayedSlip>> {
    let text = item.text()?;
    let words: Vec<&str> = text.split_whitespace().collect();
    let read = || {
        let [date, time, clock, step, slip] = words[..] else { return None };
        let at = instant(local_time(&format!("{date} {time}"))?, zone)?;
        Some(PlayedSlip {
            at,
            clock: clock.to_owned(),
            step: step.to_owned(),
            slip: slip.to_owned(),
        })
    };
    let value = read();
    if value.is_none() {
        item.complain_with(
            format!("`{text}` is not an expected slip"),
            "write time, clock, step and slip like `2026-02-13 16:30 accept start task`",
        );
    }
    Some(Expected { value: value?, spot: item.spot() })
}
