//! What recurs beside tickets: schedules, and the journal in which each notes its occurrences.
//!
//! An agenda notes that a period has come, once. A duty is told to its tickets in the same
//! look; what needs to see many tickets (lists, samples) stays open until somebody who can
//! see them says that it is done. After a standstill only the latest period of a list or
//! sample is made up for; duties are all told.
//!
//! Invariants (tests/schedule.rs):
//! * `a_period_is_noted_once`
//! * `after_a_standstill_lists_come_once_and_duties_all`

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    book::{in_order, judged},
    calendar::Calendar,
    cycle::Advance,
    event::{Event, Kind},
    fact::{Fact, Line},
    list::Section,
    message::{Message, Recipient},
    org::Org,
    policy::{PolicySet, Selector, Via},
    record::Record,
    report::Kind as ReportKind,
    schedule::{Every, On, Period, Timetable},
    span::Span,
    timestamp::Timestamp,
};

/// What the numbers of agendas begin with, before the id of the schedule.
pub const PREFIX: &str = "~schedule/";
/// The event that starts an agenda: the schedule is in force from then on.
pub const BEGAN: &str = "schedule_began";
/// The event that closes a period: its list was sent or its sample drawn.
pub const DONE: &str = "schedule_done";
/// The event by which somebody says that they have seen a list.
pub const ACKNOWLEDGED: &str = "list_acknowledged";
/// The text of lists.
pub const LIST: &str = "staff.list";
/// Periods noted in one look; a longer standstill takes several.
const PERIODS_MAX: usize = 400;

/// Something that recurs.
#[derive(Clone, Debug)]
pub struct Schedule {
    pub id: String,
    pub zh: String,
    pub en: String,
    pub table: Timetable,
    pub does: Does,
}

/// What a schedule does when its time has come.
#[derive(Clone, Debug)]
pub enum Does {
    /// Opens tickets: recurring duties, advance notices.
    Open(Opening),
    /// Sends lists of tickets.
    List(Listing),
    /// Draws finished tickets for a check.
    Sample(Sampling),
    /// Tells some people something plain, with the template named.
    Remind { to: Vec<String>, unit: String, via: Vec<Via>, template: String },
    /// Freezes the target list of a campaign.
    Baseline { campaign: String },
    /// Makes a report and mails it.
    Report(Reporting),
}

/// A report and who reads it.
#[derive(Clone, Debug)]
pub struct Reporting {
    pub kind: ReportKind,
    /// Whose people; `None`: of lists each unit its own, of figures those at the top.
    pub unit: Option<String>,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub via: Vec<Via>,
}

/// Tickets a schedule opens.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    /// Field or key of `data` to its value.
    pub says: BTreeMap<String, String>,
    /// These units, and every unit of these levels.
    pub units: Vec<String>,
    pub levels: Vec<String>,
    /// Which day of the period the duty is due, at what time.
    pub due: Option<(On, jiff::civil::Time)>,
    /// Days before the day itself that the ticket is opened; it then carries `starts_at`.
    pub ahead: Option<Span>,
}

/// Lists of tickets to some people.
#[derive(Clone, Debug)]
pub struct Listing {
    pub sections: Vec<Section>,
    /// One message per responsible unit to its own people, else one for the unit named.
    pub unit: Option<String>,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub via: Vec<Via>,
}

/// A draw among tickets that ended in the period before.
#[derive(Clone, Debug)]
pub struct Sampling {
    pub select: Selector,
    /// Of a thousand.
    pub permille: u32,
    /// From every unit at least so many, as far as there are.
    pub at_least: u32,
    /// What anybody needs to draw again.
    pub seed: String,
    /// The event the drawn tickets are told.
    pub add: Kind,
}

/// What an agenda's journal says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Agenda {
    pub no: String,
    /// Hash of the policy set that judged last, and of the one the journal names.
    pub judged_by: String,
    pub frozen: Option<String>,
    pub began: Option<Timestamp>,
    /// The last period noted and its instant.
    pub last: Option<(String, Timestamp)>,
    /// Periods that wait until they are done, with their instants.
    pub open: BTreeMap<String, Timestamp>,
    /// Periods that were closed in the very instant they were noted, where the fold sees the closing first.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub closed: BTreeSet<String>,
    /// How many periods were done, and how many were passed over after a standstill.
    pub done: u32,
    pub passed: u32,
}

impl Agenda {
    /// An agenda nothing is written in yet.
    pub fn new(no: &str, set: &PolicySet) -> Self {
        Self { no: no.to_owned(), judged_by: set.hash.clone(), ..Self::default() }
    }

    /// The id of its schedule.
    pub fn schedule(&self) -> &str {
        self.no.strip_prefix(PREFIX).unwrap_or_default()
    }

    /// Applies one event.
    pub fn apply_event(&mut self, event: &Event) {
        match event.kind.name() {
            BEGAN => _ = self.began.get_or_insert(event.at),
            DONE => {
                let period = event.text("period").unwrap_or_default();
                if self.open.remove(period).is_some() {
                    self.done += 1;
                } else {
                    self.closed.insert(period.to_owned());
                }
            }
            _ => {} // somebody else's word in this journal moves nothing
        }
    }

    /// Applies a decision of duban's own.
    pub fn apply_record(&mut self, record: &Record) {
        match record {
            Record::Policy { hash, .. } => {
                self.judged_by.clone_from(hash);
                self.frozen = Some(hash.clone());
            }
            Record::Occurred { period, at, waits, passed } => {
                self.last = Some((period.clone(), *at));
                self.passed += u32::from(*passed);
                match (passed, waits) {
                    (true, _) => {}
                    (false, true) if self.closed.remove(period) => self.done += 1,
                    (false, true) => _ = self.open.insert(period.clone(), *at),
                    (false, false) => self.done += 1,
                }
            }
            _ => {} // records of tickets
        }
    }

    /// Folds a whole journal.
    pub fn fold(no: &str, set: &PolicySet, mut lines: Vec<Line>) -> Self {
        in_order(&mut lines);
        let mut agenda = Self::new(no, set);
        agenda.take_in(&lines);
        agenda
    }

    /// Applies new lines; their order is no matter.
    pub fn take_in(&mut self, news: &[Line]) {
        for line in news {
            match &line.fact {
                Fact::Event(event) => self.apply_event(event),
                Fact::Record(record) => self.apply_record(record),
            }
        }
    }

    /// Notes the periods that have come by `now`, tells what they open, and says when the next comes.
    pub fn advance(&mut self, set: &PolicySet, org: &Org, now: Timestamp) -> Advance {
        let mut out = Advance::default();
        if self.frozen.as_ref() != Some(&set.hash) {
            self.write(&mut out, judged(set, self.schedule()), now);
        }
        let schedule = set.schedules.iter().find(|schedule| schedule.id == self.schedule());
        let (Some(schedule), Some(began)) = (schedule, self.began) else { return out };
        let mut after = self.last.as_ref().map_or(began.plus_ms(-1), |(_, at)| *at);
        let mut come = Vec::new();
        while let Some((period, at)) = schedule.table.next(&set.calendar, after) {
            if at > now || come.len() >= PERIODS_MAX {
                out.next_look = Some(at.max(now));
                break;
            }
            after = at;
            come.push((period, at));
        }
        let latest = come.len().saturating_sub(1);
        for (index, (period, at)) in come.into_iter().enumerate() {
            let waits = schedule.does.needs_eyes();
            let passed = waits && index < latest;
            let record = Record::Occurred { period: period.to_string(), at, waits, passed };
            self.write(&mut out, record, now);
            if let Does::Open(opening) = &schedule.does {
                out.told.extend(opening.tickets(set, org, schedule, period, at));
            }
        }
        out
    }

    fn write(&mut self, out: &mut Advance, record: Record, at: Timestamp) {
        self.apply_record(&record);
        out.lines.push((at, Fact::Record(record)));
    }
}

impl Schedule {
    /// The text its messages need.
    pub fn template(&self) -> Option<&str> {
        match &self.does {
            Does::List(_) | Does::Report(_) => Some(LIST),
            Does::Remind { template, .. } => Some(template),
            Does::Open(_) | Does::Sample(_) | Does::Baseline { .. } => None,
        }
    }

    /// The kind of event it adds to tickets that are there.
    pub fn adds(&self) -> Option<&Kind> {
        match &self.does {
            Does::Sample(sampling) => Some(&sampling.add),
            Does::List(_)
            | Does::Remind { .. }
            | Does::Open(_)
            | Does::Baseline { .. }
            | Does::Report(_) => None,
        }
    }
}

impl Does {
    /// Whether somebody who sees many tickets has to do it.
    pub fn needs_eyes(&self) -> bool {
        match self {
            Self::Open(_) => false,
            Self::List(_)
            | Self::Sample(_)
            | Self::Remind { .. }
            | Self::Baseline { .. }
            | Self::Report(_) => true,
        }
    }
}

impl Opening {
    /// The tickets of one period: one for each unit.
    fn tickets(
        &self,
        set: &PolicySet,
        org: &Org,
        schedule: &Schedule,
        period: Period,
        at: Timestamp,
    ) -> Vec<Event> {
        let of_level = org.units.values().filter(|unit| self.levels.contains(&unit.level));
        let units = self.units.iter().chain(of_level.map(|unit| &unit.id));
        let due = self.due.and_then(|(on, time)| {
            let day = Timetable { on, at: time, lead: None, ..schedule.table };
            day.occurs(&set.calendar, period)
        });
        let starts = Timetable { lead: None, ..schedule.table }.occurs(&set.calendar, period);
        units
            .map(|unit| {
                let no = format!("{}/{period}/{unit}", schedule.id);
                let mut event = Event::new(no.as_str(), set.clock_start.clone(), at);
                event.id = Some(format!("duban/{no}"));
                event.by = Some("duban".to_owned());
                event.unit = Some(unit.clone());
                for (key, value) in &self.says {
                    match key.as_str() {
                        "category" => event.category = Some(value.clone()),
                        "urgency" => event.urgency = Some(value.clone()),
                        "area" => event.area = Some(value.clone()),
                        "source" => event.source = Some(value.clone()),
                        _ => _ = event.data.insert(key.clone(), Value::from(value.clone())),
                    }
                }
                let instants =
                    [("due", due), ("starts_at", starts.filter(|_| self.ahead.is_some()))];
                for (key, at) in instants {
                    if let Some(at) = at {
                        event.data.insert(key.to_owned(), Value::from(at.to_string()));
                    }
                }
                event.data.insert("period".to_owned(), Value::from(period.to_string()));
                event
            })
            .collect()
    }
}

/// The event that puts a schedule into force under a policy set; told again it changes nothing.
pub fn began(schedule: &Schedule, set: &PolicySet, at: Timestamp) -> Event {
    let mut event = Event::new(format!("{PREFIX}{}", schedule.id), Kind::of(BEGAN), at);
    event.id = Some(format!("duban/began/{}", set.hash));
    event.by = Some("duban".to_owned());
    event
}

/// The event that closes a period, with what was found.
pub fn done(schedule: &str, period: &str, found: Value, at: Timestamp) -> Event {
    let mut event = Event::new(format!("{PREFIX}{schedule}"), Kind::of(DONE), at);
    event.id = Some(format!("duban/done/{period}"));
    event.by = Some("duban".to_owned());
    event.data.insert("period".to_owned(), Value::from(period));
    event.data.insert("found".to_owned(), found);
    event
}

/// The event by which the receiver of a list says that they have seen it; `None`: it is no list.
pub fn acknowledged(message: &Message, at: Timestamp) -> Option<Event> {
    let Recipient::Staff { unit, person: Some(person), .. } = &message.to else { return None };
    let rest = message.key.strip_prefix(&message.ticket)?.strip_prefix('/')?;
    let period = rest.split('/').next()?;
    message.ticket.strip_prefix(PREFIX)?;
    let mut event = Event::new(message.ticket.as_str(), Kind::of(ACKNOWLEDGED), at);
    event.id = Some(format!("duban/acknowledged/{period}/{unit}/{person}"));
    event.by = Some(person.clone());
    event.data.insert("period".to_owned(), Value::from(period));
    event.data.insert("unit".to_owned(), Value::from(unit.as_str()));
    Some(event)
}

/// The period before the one in which `at` lies: what a sample looks back on.
pub fn period_before(every: Every, calendar: &Calendar, at: Timestamp) -> Option<Period> {
    Period::of(every, calendar.date_of(at))?.previous(every)
}
