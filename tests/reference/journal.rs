//! The model itself: everything that was told and issued, read again from the first line for
//! every question.

use std::collections::BTreeSet;

use super::{
    faults::Fault,
    hearing::Why,
    rules::{Rules, Step},
    ticket::{State, Ticket, Watch},
    told::Told,
    worktime::{Length, Minute},
};

/// Which step of which clock.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub round: u32,
    pub clock: String,
    pub turn: u32,
    pub step: usize,
    pub repetition: u16,
}

/// A slip as both sides tell it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slip {
    pub issued: Minute,
    pub key: Key,
    pub at: String,
    pub kind: String,
    pub due: Minute,
}

#[derive(Clone, Debug)]
enum Line {
    Told(Told),
    Rules,
    Slip { slip: Slip, withdrawn: Option<Minute> },
    Skipped { key: Key, at: String, slip: String },
}

/// Everything in the order it was written, each with the minute it belongs to.
#[derive(Debug)]
pub struct Journal<'r> {
    sets: &'r [Rules],
    fault: Option<Fault>,
    lines: Vec<(Minute, Line)>,
    refused: Vec<(Told, Why)>,
    /// The first minute that something new may have changed.
    news_from: Option<Minute>,
}

impl<'r> Journal<'r> {
    pub fn new(sets: &'r [Rules], fault: Option<Fault>) -> Self {
        Self { sets, fault, lines: Vec::new(), refused: Vec::new(), news_from: None }
    }

    pub fn tell(&mut self, event: &Told) {
        self.news_from = Some(self.news_from.unwrap_or(event.at).min(event.at));
        self.lines.push((event.at, Line::Told(event.clone())));
    }

    pub fn change_rules(&mut self, at: Minute) {
        self.lines.push((at, Line::Rules));
    }

    /// The ticket as the lines before this one read, events of a minute before what was issued in it.
    fn read(&self, until: Minute, line: usize) -> (Ticket, Vec<(Told, Why)>) {
        let is_event = |line: &Line| matches!(line, Line::Told(_));
        let before = |(number, (at, one)): &(usize, &(Minute, Line))| {
            *at < until || *at == until && (is_event(one) || *number < line)
        };
        let mut lines: Vec<(usize, &(Minute, Line))> =
            self.lines.iter().enumerate().filter(before).collect();
        lines.sort_by_key(|(number, (at, line))| (*at, !is_event(line), *number));
        let (mut ticket, mut refused) = (Ticket::default(), Vec::new());
        for (_, (at, line)) in lines {
            match line {
                Line::Told(event) => {
                    if let Err(why) = ticket.hear(self.sets, event, self.fault) {
                        refused.push((event.clone(), why));
                    }
                }
                Line::Rules => {
                    ticket.lapse(self.sets, *at, self.fault);
                    match ticket.rounds.last().cloned() {
                        Some(policy) => ticket.replan(self.sets, 1, &policy, *at, self.fault),
                        None => ticket.rules = 1,
                    }
                }
                Line::Slip { slip, withdrawn } => ticket.issued.push((slip.clone(), *withdrawn)),
                Line::Skipped { .. } => {} // it moves no clock
            }
        }
        ticket.lapse(self.sets, until, self.fault);
        (ticket, refused)
    }

    /// The ticket as everything reads now; a pause that ends in this very minute is over.
    pub fn now(&self, now: Minute) -> Ticket {
        let mut ticket = self.read(now, self.lines.len()).0;
        ticket.lapse(self.sets, now + 1, self.fault);
        ticket
    }

    /// Looks at the ticket: withdraws, asks, refuses, issues; and when it has to look again.
    pub fn look(&mut self, now: Minute) -> Option<Minute> {
        self.withdraw(now);
        let (mut ticket, refused) = loop {
            let (ticket, refused) = self.read(now, self.lines.len());
            let Some(owed) = ticket.owed.first() else { break (ticket, refused) };
            // `heard` before all time: it is the ticket's own word.
            let own = Told { kind: owed.kind, at: now, heard: -1, ..Told::default() };
            self.lines.push((now, Line::Told(own)));
        };
        for (event, why) in refused.into_iter().filter(|(event, _)| event.heard >= 0) {
            if !self.refused.iter().any(|(known, _)| known.number == event.number) {
                self.refused.push((event, why));
            }
        }
        ticket.lapse(self.sets, now + 1, self.fault);
        let mut next = ticket.pause.map(|pause| pause.until);
        let open = ticket.watches.iter().filter(|watch| watch.state == State::Running);
        for watch in open.cloned().collect::<Vec<_>>() {
            let later = self.climb(&ticket, &watch, now);
            next = next.into_iter().chain(later).min();
        }
        next
    }

    /// 9, case 14: what late news shows to be wrong is taken back by itself.
    fn withdraw(&mut self, now: Minute) {
        let Some(from) = self.news_from.take() else { return };
        for line in 0..self.lines.len() {
            let (at, Line::Slip { slip, withdrawn: None }) = &self.lines[line] else { continue };
            let touched = *at >= from;
            if touched && !self.stands(*at, line, slip) {
                let slip = slip.clone();
                self.lines[line].1 = Line::Slip { slip, withdrawn: Some(now) };
            }
        }
    }

    /// Whether a slip was right when it was issued, as everything reads now.
    fn stands(&self, at: Minute, line: usize, slip: &Slip) -> bool {
        if self.fault == Some(Fault::NothingIsWithdrawn) {
            return true;
        }
        let (mut ticket, _) = self.read(at, line);
        ticket.lapse(self.sets, at + 1, self.fault);
        let is = |watch: &&Watch| watch.is(&slip.key);
        let Some(watch) = ticket.watches.iter().find(is) else { return false };
        let steps = self.places(&ticket, watch);
        let place = steps.iter().find(|(index, _, _)| *index == slip.key.step);
        let is_silent = slip.key.repetition > 0 && watch.is_acknowledged(&slip.at, &slip.kind);
        watch.state == State::Running
            && !is_silent
            && place.is_some_and(|(_, step, time)| {
                let time = self.repetition(&ticket, step, *time, slip.key.repetition);
                step.at == slip.at && step.slip == slip.kind && time <= at
            })
    }

    /// Fires what is due on one clock: the highest step, the others are skipped (2.2).
    fn climb(&mut self, ticket: &Ticket, watch: &Watch, now: Minute) -> Option<Minute> {
        let mut due: Vec<(Minute, usize, u16, Step)> = Vec::new();
        let mut next: Option<Minute> = None;
        for (index, step, time) in self.places(ticket, watch) {
            let times = 1 + step.repeat.as_ref().map_or(0, |repeat| repeat.max);
            for repetition in 0..times {
                let time = self.repetition(ticket, &step, time, repetition);
                let is_silent = repetition > 0 && watch.is_acknowledged(&step.at, &step.slip);
                if is_silent || self.is_done(ticket, watch, &step, repetition) {
                    continue;
                }
                if time > now {
                    next = Some(next.map_or(time, |next| next.min(time)));
                    break;
                }
                due.push((time, index, repetition, step.clone()));
            }
        }
        due.sort_by_key(|(time, index, repetition, _)| (*time, *index, *repetition));
        let top = due.pop();
        for (_, index, repetition, step) in due {
            let key = watch.key(index, repetition);
            self.lines.push((now, Line::Skipped { key, at: step.at, slip: step.slip }));
        }
        if let Some((_, index, repetition, step)) = top {
            let slip = Slip {
                issued: now,
                key: watch.key(index, repetition),
                at: step.at,
                kind: step.slip,
                due: watch.due,
            };
            self.lines.push((now, Line::Slip { slip, withdrawn: None }));
        }
        next
    }

    /// 0, finding 3: a step fires once. One that was withdrawn may fire again.
    fn is_done(&self, ticket: &Ticket, watch: &Watch, step: &Step, repetition: u16) -> bool {
        let turns = ticket.turns(watch);
        self.lines.iter().any(|(written, line)| {
            let (key, at, slip) = match line {
                Line::Slip { slip, withdrawn: None } => (&slip.key, &slip.at, &slip.kind),
                Line::Skipped { key, at, slip } => (key, at, slip),
                Line::Slip { .. } | Line::Told(_) | Line::Rules => return false,
            };
            let of_clock = turns.iter().any(|(turn, until)| {
                let same = Key { turn: *turn, ..watch.key(key.step, repetition) };
                *key == same && written < until
            });
            of_clock && *written >= watch.started && *at == step.at && *slip == step.slip
        })
    }

    /// The steps of a clock with their times: in order, none before its predecessor, none before
    /// the start (2.2; head of policies.toml).
    pub fn places(&self, ticket: &Ticket, watch: &Watch) -> Vec<(usize, Step, Minute)> {
        let mut placed: Vec<(usize, Step, Minute)> = Vec::new();
        let rules = &self.sets[ticket.rules];
        for (index, step) in rules.steps(&watch.clock).iter().enumerate() {
            let own = self.place(ticket, watch, &step.at);
            if watch.clock.skip.contains(&step.at) || own < watch.started {
                continue;
            }
            let time = placed.last().map_or(own, |(_, _, before)| own.max(*before));
            placed.push((index, step.clone(), time));
        }
        placed
    }

    fn place(&self, ticket: &Ticket, watch: &Watch, at: &str) -> Minute {
        let time = &self.sets[ticket.rules].time;
        let late = i64::from(self.fault == Some(Fault::StepsBeforeStops));
        match at.split_once(['+', '-']) {
            None if at == "start" => watch.started,
            None => watch.due - late,
            Some(("start", percent)) if percent.ends_with('%') => {
                let percent: i64 = percent.trim_end_matches('%').parse().expect("a number");
                let used = watch.length * percent / 100;
                time.walk(watch.started, used, watch.working, &watch.still)
            }
            Some(("start", length)) => time.step_after(watch.started, Length::read(length)),
            Some((_, length)) if at.contains('+') => {
                time.step_after(watch.due, Length::read(length))
            }
            Some((_, length)) => time.step_before(watch.due, Length::read(length)),
        }
    }

    fn repetition(&self, ticket: &Ticket, step: &Step, first: Minute, times: u16) -> Minute {
        let time = &self.sets[ticket.rules].time;
        let every = step.repeat.as_ref().map(|repeat| Length::read(&repeat.every));
        (0..times).fold(first, |at, _| every.map_or(at, |every| time.step_after(at, every)))
    }

    pub fn slips(&self) -> BTreeSet<Slip> {
        self.of_slips(|slip, _| Some(slip.clone()))
    }

    /// Slips that were taken back, with when.
    pub fn withdrawn(&self) -> BTreeSet<(Minute, Slip)> {
        self.of_slips(|slip, withdrawn| withdrawn.map(|at| (at, slip.clone())))
    }

    fn of_slips<T: Ord>(&self, what: impl Fn(&Slip, Option<Minute>) -> Option<T>) -> BTreeSet<T> {
        let of = |line: &(Minute, Line)| match &line.1 {
            Line::Slip { slip, withdrawn } => what(slip, *withdrawn),
            Line::Told(_) | Line::Rules | Line::Skipped { .. } => None,
        };
        self.lines.iter().filter_map(of).collect()
    }

    pub fn refused(&self) -> &[(Told, Why)] {
        &self.refused
    }
}

impl Watch {
    pub fn key(&self, step: usize, repetition: u16) -> Key {
        Key { round: self.round, clock: self.clock.name.clone(), turn: self.turn, step, repetition }
    }

    fn is_acknowledged(&self, at: &str, slip: &str) -> bool {
        self.acknowledged.iter().any(|(one, other)| one == at && other == slip)
    }

    pub fn is(&self, key: &Key) -> bool {
        self.round == key.round && self.turn == key.turn && self.clock.name == key.clock
    }
}
