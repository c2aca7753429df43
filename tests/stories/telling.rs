//! Telling a story: virtual time from moment to moment, and what came of each.

use std::fmt::Write as _;

use duban::core::{
    event::{Event, Kind},
    timestamp::Timestamp,
};
use serde_json::{Value, json};

use crate::{
    ground::Ground,
    judge::{Failure, Judge},
    language::{Act, Moment, Story},
    script,
    seen::Memory,
    town::Town,
    value::Here,
    words::{Fact, How},
};

/// Wakes at one instant are bounded: more is an engine that never rests.
const WAKES_MAX: usize = 200;

/// What came of a story on one database.
pub struct Told {
    pub failures: Vec<Failure>,
    /// What it did, in the words of the language.
    pub script: String,
}

struct Teller<'a, 'g> {
    town: &'a mut Town<'g>,
    memory: Memory,
    failures: Vec<Failure>,
    script: String,
    /// Whether more than one ticket is told of.
    several: bool,
    line: usize,
}

/// Tells a story on a database.
pub async fn tell(ground: &mut Ground, story: &Story) -> Told {
    let mut town = match Town::found(ground, story).await {
        Ok(town) => town,
        Err(text) => {
            return Told { failures: vec![Failure { line: 1, text }], script: String::new() };
        }
    };
    let mut teller = Teller {
        town: &mut town,
        memory: Memory::default(),
        failures: Vec::new(),
        script: String::new(),
        several: tickets(story) > 1,
        line: 1,
    };
    for moment in &story.moments {
        teller.moment(moment).await;
    }
    if let Some(last) = story.moments.last() {
        let here = Here { zone: teller.town.zone(), at: last.at };
        for text in teller.town.audit(here.instant(last.at)).await {
            teller.failures.push(Failure { line: last.line, text: format!("audit: {text}") });
        }
    }
    Told { failures: teller.failures, script: teller.script }
}

fn tickets(story: &Story) -> usize {
    let acts = story.moments.iter().flat_map(|moment| &moment.acts);
    let named: std::collections::BTreeSet<&String> = acts
        .filter_map(|(_, act)| match act {
            Act::Event { tickets, .. } => Some(tickets),
            Act::Reload { .. }
            | Act::Apply
            | Act::Down { .. }
            | Act::Phone { .. }
            | Act::Web { .. } => None,
        })
        .flatten()
        .collect();
    named.len()
}

impl Teller<'_, '_> {
    async fn moment(&mut self, moment: &Moment) {
        let here = Here { zone: self.town.zone(), at: moment.at };
        let at = match moment.offset {
            Some(offset) => offset.to_timestamp(moment.at).expect("a time of these years").into(),
            None => here.instant(moment.at),
        };
        self.pass_until(at, &here).await;
        self.line = moment.line;
        for (index, (line, act)) in moment.acts.iter().enumerate() {
            if let Err(text) = self.act(act, &here, at).await {
                self.failures.push(Failure { line: *line, text });
            }
            // What is told of one instant is heard of together.
            let next = moment.acts.get(index + 1);
            if !next.is_some_and(|(_, next)| act.is_event() && next.is_event()) {
                self.town.work(at).await;
            }
        }
        self.town.work(at).await;
        // Follow-ups stand milliseconds after what they follow.
        let mut wakes = 0;
        let whole_second = moment.at.subsec_nanosecond() == 0;
        let end = at.plus_ms(if whole_second { 1_000 } else { 1 });
        let mut now = at;
        while let Some(next) = self.town.next().await.filter(|next| *next < end) {
            now = now.max(next);
            self.town.work(now).await;
            wakes += 1;
            if wakes > WAKES_MAX {
                let text = "the engine finds no rest at this instant".to_owned();
                self.failures.push(Failure { line: moment.line, text });
                break;
            }
        }
        let seen = self.memory.look(self.town).await;
        self.write(&here, at, !moment.acts.is_empty(), &seen);
        let judge = Judge::new(self.town, &self.memory, &here, now, seen);
        let failures = judge.judge(moment.line, &moment.wishes).await;
        self.failures.extend(failures);
    }

    /// Everything that is due before the moment; nobody expects any of it to be heard.
    async fn pass_until(&mut self, at: Timestamp, here: &Here) {
        let mut wakes = (Timestamp(0), 0);
        while let Some(now) = self.town.next().await.filter(|next| *next < at) {
            wakes = if wakes.0 == now { (now, wakes.1 + 1) } else { (now, 0) };
            if wakes.1 > WAKES_MAX {
                let text = format!("the engine finds no rest at {}", here.text(now));
                self.failures.push(Failure { line: self.line, text });
                return;
            }
            self.town.work(now).await;
            let seen = self.memory.look(self.town).await;
            self.write(here, now, false, &seen);
            for text in script::lines(&seen, &self.memory, here, true) {
                let text = format!("at {} nobody expected: {text}", here.text(now));
                self.failures.push(Failure { line: self.line, text });
            }
            if std::mem::take(&mut self.town.parked) > 0 {
                let text = format!("at {} the engine parked a ticket", here.text(now));
                self.failures.push(Failure { line: self.line, text });
            }
        }
    }

    /// Writes down what was seen, for authors.
    fn write(&mut self, here: &Here, at: Timestamp, acted: bool, seen: &crate::seen::Seen) {
        let lines = script::lines(seen, &self.memory, here, self.several);
        let asides = script::asides(seen, &self.memory, here);
        if !acted && lines.is_empty() && asides.is_empty() {
            return;
        }
        writeln!(self.script, "{}", here.text(at)).expect("a String takes every write");
        for line in lines.iter().chain(&asides) {
            writeln!(self.script, "  {line}").expect("a String takes every write");
        }
    }

    async fn act(&mut self, act: &Act, here: &Here, now: Timestamp) -> Result<(), String> {
        match act {
            Act::Event { tickets, kind, facts } => {
                let mut events = Vec::new();
                for ticket in tickets {
                    let event = event(ticket, kind, facts, here, now)?;
                    self.memory.told.insert((ticket.clone(), event.dedupe_key()));
                    events.push(event);
                }
                self.town.hear(events, now).await;
            }
            Act::Reload { blocks } => self.town.reload(blocks, now).await,
            Act::Apply => self.town.apply(now).await,
            Act::Down { until } => {
                let until = here.instant(*until);
                if until <= now {
                    return Err("`down until` ends in the past".to_owned());
                }
                self.town.go_down(until);
            }
            Act::Phone { person, way, how } => {
                let number = match person {
                    None => None,
                    Some(person) => Some(self.number(person)?),
                };
                let phones = self.town.phones.as_ref();
                phones.expect("a story with such a line has phones").set(number, way, *how);
            }
            Act::Web { who, ticket, form, link } => {
                let name = match ticket {
                    Some(ticket) => format!("{who}({ticket})"),
                    None => who.clone(),
                };
                let link = match link {
                    Some(link) => link.clone(),
                    None => {
                        let link = self.memory.links.get(&name);
                        let link = link.ok_or_else(|| format!("{name} never got a link"))?;
                        link.trim_start_matches("http://story.test").to_owned()
                    }
                };
                self.town.web(&link, form.as_deref(), now).await;
            }
        }
        Ok(())
    }

    fn number(&self, person: &str) -> Result<String, String> {
        let rules = self.town.rules.load();
        let found = rules.org.people.get(person).and_then(|person| {
            let phones = person.contacts.iter().rev().filter_map(|one| one.phone.clone());
            phones.into_iter().next()
        });
        found
            .or_else(|| person.chars().all(|c| c.is_ascii_digit()).then(|| person.to_owned()))
            .ok_or_else(|| format!("`{person}` is nobody with a phone"))
    }
}

/// An event as a platform would send it.
fn event(
    ticket: &str,
    kind: &str,
    facts: &[Fact],
    here: &Here,
    now: Timestamp,
) -> Result<Event, String> {
    let mut body = json!({ "ticket": ticket, "event": kind, "at": now.to_string() });
    let mut data = serde_json::Map::new();
    for Fact { key, how, value } in facts {
        let instant = || here.time(value).ok_or_else(|| format!("`{value}` is no local time"));
        let said = match (key.as_str(), how) {
            ("at" | "deadline" | "arrived", _) | (_, How::Instant) => {
                Value::from(instant()?.to_rfc3339(&here.zone))
            }
            (_, How::Json) => serde_json::from_str(value).map_err(|error| error.to_string())?,
            (_, How::Is) => Value::from(value.clone()),
            (_, How::Has) => return Err(format!("`{key}~` says nothing in an event")),
        };
        match key.as_str() {
            "at" | "deadline" | "id" | "source" | "unit" | "category" | "urgency" | "area"
            | "by" => {
                body[key] = said;
            }
            key => {
                data.insert(key.trim_start_matches("data.").to_owned(), said);
            }
        }
    }
    if !data.is_empty() {
        body["data"] = Value::from(data);
    }
    let event: Event = serde_json::from_value(body).map_err(|error| error.to_string())?;
    debug_assert!(event.kind == Kind::of(kind));
    Ok(event)
}
