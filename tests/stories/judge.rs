//! What a story expects of a moment against what was seen.

use duban::core::timestamp::Timestamp;
use serde_json::{Value, json};

use crate::{
    expectation::{Expectation, Place, Told, Wish},
    script,
    seen::{Letter, Line, Lost, Memory, Seen},
    town::Town,
    value::Here,
    words::Fact,
};

/// A line of a story that is not true.
#[derive(Debug)]
pub struct Failure {
    pub line: usize,
    pub text: String,
}

/// Judges one moment.
pub struct Judge<'a, 'g> {
    pub town: &'a mut Town<'g>,
    pub memory: &'a Memory,
    pub here: &'a Here,
    pub now: Timestamp,
    /// The ticket that is meant where none is named.
    pub near: Option<String>,
    pub seen: Seen,
    pub failures: Vec<Failure>,
    /// The letters of the expectation above.
    letters: Vec<Letter>,
    /// Everything seen, as it was before expectations took from it.
    said: String,
}

impl<'a, 'g> Judge<'a, 'g> {
    pub fn new(
        town: &'a mut Town<'g>,
        memory: &'a Memory,
        here: &'a Here,
        now: Timestamp,
        seen: Seen,
    ) -> Self {
        let said = script::lines(&seen, memory, here, true).join("\n      ");
        let (near, failures, letters) = (None, Vec::new(), Vec::new());
        Self { town, memory, here, now, near, seen, failures, letters, said }
    }

    /// Judges every expectation, then everything nobody expected.
    pub async fn judge(mut self, line: usize, wishes: &[Wish]) -> Vec<Failure> {
        for wish in wishes {
            match &wish.ticket {
                None => self.wish(wish, None).await,
                Some(tickets) => {
                    for ticket in tickets {
                        self.wish(wish, Some(ticket)).await;
                    }
                }
            }
        }
        for text in script::lines(&self.seen, self.memory, self.here, true) {
            self.fail(line, format!("nobody expected: {text}"));
        }
        for text in std::mem::take(&mut self.town.rejected) {
            self.fail(line, format!("nobody expected: rejected \"{text}\""));
        }
        if std::mem::take(&mut self.town.duplicates) > 0 {
            self.fail(line, "an event was known already; write `duplicate`".to_owned());
        }
        if std::mem::take(&mut self.town.parked) > 0 {
            self.fail(line, "the engine could not decide a ticket and parked it".to_owned());
        }
        self.failures
    }

    fn fail(&mut self, line: usize, text: String) {
        self.failures.push(Failure { line, text });
    }

    fn came(&self) -> String {
        if self.said.is_empty() {
            "nothing came".to_owned()
        } else {
            format!("came:\n      {}", self.said)
        }
    }

    async fn wish(&mut self, wish: &Wish, ticket: Option<&String>) {
        self.near.clone_from(&wish.near);
        let result = self.look(&wish.what, ticket.map(String::as_str)).await;
        if let Err(text) = result {
            let ticket = ticket.map(|ticket| format!("{ticket}: ")).unwrap_or_default();
            self.fail(wish.line, format!("{ticket}{text}"));
        }
    }

    async fn look(&mut self, what: &Expectation, ticket: Option<&str>) -> Result<(), String> {
        match what {
            Expectation::Slip { step, facts, told } => self.slip(ticket, step, facts, told),
            Expectation::Message { template, facts, told } => {
                self.message(ticket, template, facts, told)
            }
            Expectation::Says { way, not, text } => self.says(way.as_deref(), *not, text),
            Expectation::Withdrawn { step, facts } => self.withdrawn(ticket, step, facts),
            Expectation::Refused { kind, facts } => {
                self.line(ticket, "duban.refused", &[("event", kind)], facts)
            }
            Expectation::Alarm { role, facts } => {
                self.line(ticket, "duban.alarm", &[("role", role)], facts)
            }
            Expectation::Flag { flag, facts } => {
                self.line(ticket, "duban.flag", &[("flag", flag)], facts)
            }
            Expectation::Record { kind, facts } => {
                let kind =
                    if kind.starts_with("duban.") { kind.clone() } else { format!("duban.{kind}") };
                self.line(ticket, &kind, &[], facts)
            }
            Expectation::Event { kind, facts } => self.line(ticket, kind, &[], facts),
            Expectation::Undelivered { person, way, facts } => {
                let lost = &mut self.seen.undelivered;
                take_lost(lost, self.here, ticket, person, way, facts)
                    .map_err(|why| format!("{why}; {}", self.came()))
            }
            Expectation::Dropped { person, way, facts } => {
                let lost = &mut self.seen.dropped;
                take_lost(lost, self.here, ticket, person, way, facts)
            }
            Expectation::Never { what, name, facts } => {
                self.never(ticket, *what, name, facts).await
            }
            Expectation::Clock { name, unit, states, facts } => {
                self.clock(ticket, name, unit.as_deref(), states, facts).await
            }
            Expectation::Ticket { facts } => self.ticket(ticket, facts).await,
            Expectation::Table { name, count, facts } => self.table(name, *count, facts).await,
            Expectation::Counted { rule, period, before, facts } => {
                self.counted(rule, period.as_deref(), before.as_deref(), facts)
            }
            Expectation::Ledger { list, period, facts } => {
                self.ledger(list, period.as_deref(), facts).await
            }
            Expectation::Rejected { text } => {
                let at = self.town.rejected.iter().position(|why| why.contains(text));
                let at = at.ok_or_else(|| {
                    format!("was to be rejected with `{text}`, came: {:?}", self.town.rejected)
                })?;
                self.town.rejected.remove(at);
                Ok(())
            }
            Expectation::Duplicate => match self.town.duplicates {
                0 => Err("no event was known already".to_owned()),
                _ => {
                    self.town.duplicates -= 1;
                    Ok(())
                }
            },
            Expectation::Page { status, text } => self.page(*status, text.as_deref()),
            Expectation::Nothing if self.said.is_empty() => Ok(()),
            Expectation::Nothing => Err(format!("nothing was to come, {}", self.came())),
        }
    }

    fn slip(
        &mut self,
        ticket: Option<&str>,
        step: &Place,
        facts: &[Fact],
        told: &[Told],
    ) -> Result<(), String> {
        let here = self.here;
        let fits = |line: &Line| {
            line.kind == "duban.slip"
                && ticket.is_none_or(|ticket| ticket == line.ticket)
                && is_at(&line.body, step)
                && here.differs(&flat(&line.body), facts).is_none()
        };
        let Some(at) = self.seen.lines.iter().position(fits) else {
            return Err(format!("no slip {}{}; {}", said(step), said_facts(facts), self.came()));
        };
        let line = self.seen.lines.remove(at);
        let (own, others): (Vec<Letter>, Vec<Letter>) = std::mem::take(&mut self.seen.letters)
            .into_iter()
            .partition(|letter| letter.slip == line.slip);
        self.seen.letters = others;
        self.compare(own, told)
    }

    /// Letters against receivers, one for one; what is too much stays unexpected.
    fn compare(&mut self, mut letters: Vec<Letter>, told: &[Told]) -> Result<(), String> {
        let mut taken = Vec::new();
        let mut missing = Vec::new();
        for one in told {
            let fits = |letter: &Letter| {
                letter.told.way == one.way
                    && letter.told.cc == one.cc
                    && (letter.told.name == one.name || letter.role == one.name)
            };
            match letters.iter().position(fits) {
                Some(at) => taken.push(letters.remove(at)),
                None => missing.push(one),
            }
        }
        let extra: Vec<Told> = letters.iter().map(|letter| letter.told.clone()).collect();
        let extra: Vec<&Told> = extra.iter().collect();
        self.letters = taken;
        match (missing.is_empty(), extra.is_empty()) {
            (true, true) => Ok(()),
            (false, true) => {
                Err(format!("did not arrive: {}; {}", script::people(&missing), self.came()))
            }
            (true, false) => Err(format!("arrived too: {}", script::people(&extra))),
            (false, false) => Err(format!(
                "did not arrive: {}; but arrived: {}",
                script::people(&missing),
                script::people(&extra)
            )),
        }
    }

    fn message(
        &mut self,
        ticket: Option<&str>,
        template: &str,
        facts: &[Fact],
        told: &[Told],
    ) -> Result<(), String> {
        let here = self.here;
        let mut taken = Vec::new();
        let mut missing = Vec::new();
        for one in told {
            let fits = |letter: &Letter| {
                let body =
                    json!({ "ticket": letter.ticket, "role": letter.role, "slip": letter.slip });
                letter.template == template
                    && ticket.is_none_or(|ticket| ticket == letter.ticket)
                    && letter.told.way == one.way
                    && letter.told.cc == one.cc
                    && (letter.told.name == one.name || letter.role == one.name)
                    && here.differs(&body, facts).is_none()
            };
            match self.seen.letters.iter().position(fits) {
                Some(at) => taken.push(self.seen.letters.remove(at)),
                None => missing.push(one),
            }
        }
        self.letters = taken;
        match (told.is_empty(), missing.is_empty()) {
            (true, _) => Err("a message goes to somebody: write `-> who way`".to_owned()),
            (false, true) => Ok(()),
            (false, false) => Err(format!(
                "message {template} did not arrive: {}; {}",
                script::people(&missing),
                self.came()
            )),
        }
    }

    fn says(&self, way: Option<&str>, not: bool, text: &str) -> Result<(), String> {
        let letters =
            || self.letters.iter().filter(|letter| way.is_none_or(|way| way == letter.told.way));
        if letters().next().is_none() {
            return Err("there is no letter above this line that could say anything".to_owned());
        }
        match letters().find(|letter| letter.text.contains(text) == not) {
            None => Ok(()),
            Some(letter) => Err(format!(
                "the {} to {} {}: {}",
                letter.told.way,
                letter.told.name,
                if not { "says it" } else { "does not say it" },
                letter.text
            )),
        }
    }

    fn withdrawn(
        &mut self,
        ticket: Option<&str>,
        step: &Place,
        facts: &[Fact],
    ) -> Result<(), String> {
        let (here, memory) = (self.here, self.memory);
        let fits = |line: &Line| {
            let slip = line.slip.as_ref().and_then(|slip| memory.slips.get(slip));
            line.kind == "slip_withdrawn"
                && ticket.is_none_or(|ticket| ticket == line.ticket)
                && slip.is_some_and(|slip| is_at(slip, step))
                && here.differs(&flat(&line.body), facts).is_none()
        };
        let at = self.seen.lines.iter().position(fits);
        let at = at.ok_or_else(|| {
            format!("no {}{} was withdrawn; {}", said(step), said_facts(facts), self.came())
        })?;
        self.seen.lines.remove(at);
        Ok(())
    }

    /// Takes the first new line of this kind with these values.
    fn line(
        &mut self,
        ticket: Option<&str>,
        kind: &str,
        named: &[(&str, &str)],
        facts: &[Fact],
    ) -> Result<(), String> {
        let here = self.here;
        let of_kind = |line: &&Line| {
            line.kind == kind
                && ticket.is_none_or(|ticket| ticket == line.ticket)
                && named.iter().all(|(key, want)| {
                    let found = here.shown(line.body.get(*key));
                    found == *want || duban_is_under(&found, want)
                })
        };
        let fits = |line: &Line| of_kind(&line) && here.differs(&flat(&line.body), facts).is_none();
        if let Some(at) = self.seen.lines.iter().position(fits) {
            self.seen.lines.remove(at);
            return Ok(());
        }
        let near = self.seen.lines.iter().find(of_kind);
        let differs = near.and_then(|line| here.differs(&flat(&line.body), facts));
        let names: Vec<&str> = named.iter().map(|(_, name)| *name).collect();
        Err(match differs {
            Some((fact, found)) => {
                format!("{kind} {}: `{fact}` was expected, it is `{found}`", names.join(" "))
            }
            None => format!("no {kind} {}{}; {}", names.join(" "), said_facts(facts), self.came()),
        })
    }
}

/// `unsatisfied` also names `unsatisfied (…)`; paths are named by their beginning.
fn duban_is_under(found: &str, want: &str) -> bool {
    duban::core::ticket::is_under(found, want)
}

fn is_at(slip: &Value, step: &Place) -> bool {
    slip["slip"] == step.kind.as_str()
        && step.clock.as_ref().is_none_or(|clock| slip["key"]["clock"]["name"] == clock.as_str())
        && step.step.as_ref().is_none_or(|at| slip["at"] == at.as_str())
}

/// The body with what lies in `data`, or in the key of a slip, also at the top.
pub fn flat(body: &Value) -> Value {
    let mut flat = body.clone();
    let inner = [body.get("data"), body.get("key"), body["key"].get("clock")];
    for map in inner.into_iter().flatten().filter_map(Value::as_object) {
        for (key, value) in map {
            if flat.get(key).is_none() {
                flat[key] = value.clone();
            }
        }
    }
    flat
}

fn take_lost(
    lost: &mut Vec<Lost>,
    here: &Here,
    ticket: Option<&str>,
    person: &str,
    way: &str,
    facts: &[Fact],
) -> Result<(), String> {
    let fits = |one: &Lost| {
        let body = json!({ "reason": one.reason, "template": one.template });
        one.told.way == way
            && (one.told.name == person || one.role == person)
            && ticket.is_none_or(|ticket| ticket == one.ticket)
            && here.differs(&body, facts).is_none()
    };
    let at = lost.iter().position(fits);
    let at =
        at.ok_or_else(|| format!("no message to {person} by {way}{} was lost", said_facts(facts)))?;
    lost.remove(at);
    Ok(())
}

fn said(step: &Place) -> String {
    let words = [Some(&step.kind), step.clock.as_ref(), step.step.as_ref()];
    words.into_iter().flatten().cloned().collect::<Vec<_>>().join(" ")
}

pub fn said_facts(facts: &[Fact]) -> String {
    let words: Vec<String> = facts.iter().map(ToString::to_string).collect();
    if words.is_empty() { String::new() } else { format!(" {}", words.join(" ")) }
}
