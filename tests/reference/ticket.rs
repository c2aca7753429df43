//! A ticket of the model: what a reading of its events from the first to the last comes to.

use super::{
    faults::Fault,
    journal::{Key, Slip},
    rules::{Clock, Policy, Rules},
    told::Told,
    worktime::{Length, Minute},
};

/// Where one clock stands.
#[derive(Clone, Debug)]
pub struct Watch {
    pub round: u32,
    pub turn: u32,
    pub clock: Clock,
    pub started: Minute,
    pub due: Minute,
    /// How long it was to run when it started, in its own minutes.
    pub length: i64,
    pub working: bool,
    /// When it stood still.
    pub still: Vec<(Minute, Minute)>,
    pub state: State,
    /// The turn it goes on from, and since when.
    pub after: Option<(u32, Minute)>,
    /// Steps somebody acknowledged, as written: they do not repeat.
    pub acknowledged: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Running,
    Paused(Minute),
    Stopped {
        met: bool,
    },
    Cancelled,
    /// Goes on as the next turn, on another ladder.
    Replaced,
}

/// The pause the ticket is in, and its hard maximum.
#[derive(Clone, Copy, Debug)]
pub struct Pause {
    pub until: Minute,
}

/// A return (退单).
#[derive(Clone, Debug)]
pub struct Return {
    pub round: u32,
    pub unit: &'static str,
    pub waits: bool,
    pub barred: bool,
    /// It goes to a ruling by itself.
    pub by_itself: bool,
}

/// An event the ticket asks for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    pub kind: &'static str,
    pub round: u32,
    /// The minute of what asks for it, where a round may ask several times.
    pub about: Minute,
}

/// A ticket as its events read.
#[derive(Clone, Debug, Default)]
pub struct Ticket {
    /// Which set of rules judges.
    pub rules: usize,
    pub urgency: &'static str,
    pub unit: &'static str,
    pub dispatched: Option<Minute>,
    /// Units it went through, with when.
    pub hops: Vec<(&'static str, Minute)>,
    pub handed_over: Option<Minute>,
    /// Policies of the rounds, and when the last one was opened by a redo.
    pub rounds: Vec<String>,
    pub reopened: Option<Minute>,
    pub watches: Vec<Watch>,
    /// Kinds that occurred in this round under this unit.
    pub seen: Vec<(String, Minute)>,
    pub pause: Option<Pause>,
    /// How many pauses each round had.
    pub pauses: Vec<u32>,
    pub asked: Option<Minute>,
    /// Rounds, minutes and lengths of extensions.
    pub granted: Vec<(u32, Minute, Length)>,
    pub returns: Vec<Return>,
    pub return_waits: bool,
    pub ruled_finally: bool,
    /// Rounds that have their answer.
    pub answered: Vec<u32>,
    pub ended: bool,
    pub owed: Vec<Owed>,
    pub late_requests: u32,
    /// Slips so far, with when they were taken back.
    pub issued: Vec<(Slip, Option<Minute>)>,
}

impl Ticket {
    pub fn round(&self) -> u32 {
        self.rounds.len() as u32
    }

    pub fn policy<'r>(&self, sets: &'r [Rules]) -> &'r Policy {
        sets[self.rules].policy(self.rounds.last().expect("it is dispatched"))
    }

    pub fn has_seen(&self, kind: &str) -> bool {
        self.seen.iter().any(|(seen, _)| seen == kind)
    }

    /// The newest clock of this name in this round.
    pub fn newest(&self, name: &str) -> Option<usize> {
        let round = self.round();
        let is = |watch: &Watch| watch.round == round && watch.clock.name == name;
        self.watches.iter().rposition(is)
    }

    /// The turns a clock goes on from, its own first, each with when it was replaced.
    pub fn turns(&self, watch: &Watch) -> Vec<(u32, Minute)> {
        let mut turns = vec![(watch.turn, Minute::MAX)];
        let mut oldest = watch;
        while let Some((turn, at)) = oldest.after {
            turns.push((turn, at));
            let key = Key { turn, ..watch.key(0, 0) };
            oldest = self.watches.iter().find(|one| one.is(&key)).expect("it was replaced");
        }
        turns
    }

    /// Somebody has seen every slip so far: its step does not come again (6, receipt stops
    /// repeats; policies.toml, `receipt_suppresses`).
    pub fn acknowledge(&mut self, at: Minute) {
        for index in 0..self.watches.len() {
            let watch = &self.watches[index];
            let turns = self.turns(watch);
            let of_watch = |slip: &Slip| {
                turns.iter().any(|(turn, until)| {
                    slip.issued < *until
                        && slip.key
                            == Key { turn: *turn, ..watch.key(slip.key.step, slip.key.repetition) }
                })
            };
            let stood = self.issued.iter().filter(|(_, gone)| gone.is_none_or(|gone| gone >= at));
            let seen = stood.filter(|(slip, _)| of_watch(slip) && slip.issued >= watch.started);
            let seen: Vec<(String, String)> =
                seen.map(|(slip, _)| (slip.at.clone(), slip.kind.clone())).collect();
            if watch.is_open() {
                self.watches[index].acknowledged.extend(seen);
            }
        }
    }

    /// Starts a clock where it is not there yet.
    pub fn start(&mut self, sets: &[Rules], clock: &Clock, at: Minute) {
        let round = self.round();
        let same = |watch: &&Watch| watch.round == round && watch.clock.name == clock.name;
        let turn = self.watches.iter().filter(same).count() as u32;
        let rules = &sets[self.rules];
        let due = promised(rules, clock, at);
        let working = clock.length().is_working();
        let again = clock.name == "ruling";
        let stopped = self.seen.iter().any(|(kind, _)| rules.stops(clock, kind)) && !again;
        if self.ended && !stopped {
            return;
        }
        let state = if stopped { State::Stopped { met: true } } else { State::Running };
        self.watches.push(Watch {
            round,
            turn,
            clock: clock.clone(),
            started: at,
            due,
            length: rules.time.between(at, due, working),
            working,
            still: Vec::new(),
            state,
            after: None,
            acknowledged: Vec::new(),
        });
    }

    /// Whether a clock of this name runs or has run for the unit that has the ticket now.
    pub fn has(&self, name: &str) -> bool {
        let round = self.round();
        self.watches.iter().any(|watch| {
            let of_now = self.handed_over.is_none_or(|at| watch.started >= at);
            let counts = match name {
                "ruling" => watch.is_open(),
                _ => watch.state != State::Cancelled,
            };
            // A clock that was carried over to another unit goes on (a ruling moves no limits).
            watch.round == round
                && watch.clock.name == name
                && counts
                && (of_now || watch.is_open())
        })
    }

    /// The clocks that are paused run on with what remained (2.2).
    pub fn resume(&mut self, sets: &[Rules], at: Minute, fault: Option<Fault>) {
        self.pause = None;
        let time = &sets[self.rules].time;
        for watch in &mut self.watches {
            if let State::Paused(from) = watch.state {
                if fault != Some(Fault::PausesCount) {
                    watch.due = watch.due_from(time, from, at);
                }
                watch.still.push((from, at));
                watch.state = State::Running;
            }
        }
    }

    /// A pause has no sense any more when nothing stands still.
    pub fn forget_pause(&mut self) {
        if !self.watches.iter().any(|watch| matches!(watch.state, State::Paused(_))) {
            self.pause = None;
        }
    }

    /// Ends the open clocks of this sort without a verdict.
    pub fn cancel(&mut self, which: impl Fn(&Watch) -> bool) {
        for watch in self.watches.iter_mut().filter(|watch| watch.is_open() && which(watch)) {
            watch.state = State::Cancelled;
        }
        self.forget_pause();
    }

    /// The ticket goes to another unit; clocks not carried over begin anew.
    pub fn hand_over(&mut self, at: Minute, carried: impl Fn(&Clock) -> bool) {
        self.cancel(|watch| !carried(&watch.clock));
        self.handed_over = Some(at);
        self.seen.clear();
    }

    /// Asks for an event of its own, once.
    pub fn owe(&mut self, kind: &'static str, about: Minute) {
        let owed = Owed { kind, round: self.round(), about };
        if !self.owed.contains(&owed) {
            self.owed.push(owed);
        }
    }

    /// What a request for more time is refused for: after the due, and past its last hour (2.1).
    pub fn late_for_extension(&self, sets: &[Rules], index: usize, asked: Minute) -> bool {
        let rules = &sets[self.rules];
        let Some(rule) = &self.policy(sets).extension else { return false };
        let due = self.watches[index].due_at(&rules.time, asked);
        let last = rules.time.step_before(due, Length::read(&rule.before_due));
        counted_from(asked, &rule.daily_cutoff) > last
    }
}

/// A request after the daily cut-off counts as made the next day (0, finding 8).
fn counted_from(asked: Minute, cutoff: &str) -> Minute {
    use super::worktime::{local, on, time_of};
    let (day, time) = local(asked);
    if !cutoff.is_empty() && time > time_of(cutoff) { on(day + 1, 0) } else { asked }
}

/// When a clock that starts here is due; a due on a closed day rolls (2.1, `roll`).
pub fn promised(rules: &Rules, clock: &Clock, at: Minute) -> Minute {
    let due = rules.time.after(at, clock.length());
    match clock.roll.as_ref().and_then(|roll| roll.strip_prefix("next_open")) {
        Some(more) if !rules.time.is_open(due) => {
            let open = rules.time.next_open(due);
            let more = more.strip_prefix('+').map_or(Length::Working(0), Length::read);
            rules.time.after(open, more)
        }
        Some(_) | None => due,
    }
}

impl Watch {
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Running | State::Paused(_))
    }

    /// The due after a pause from one minute to the other; a breach stays one.
    pub fn due_from(&self, time: &super::worktime::WorkTime, from: Minute, to: Minute) -> Minute {
        if self.due < from {
            return self.due;
        }
        let left = time.between(from, self.due, self.working);
        time.walk(to, left, self.working, &[])
    }

    /// The due as things stand: of a paused clock, if it ran on now.
    pub fn due_at(&self, time: &super::worktime::WorkTime, now: Minute) -> Minute {
        match self.state {
            State::Paused(from) => self.due_from(time, from, now.max(from)),
            _ => self.due,
        }
    }

    /// Whether it is overdue; time that stands still makes nothing overdue.
    pub fn is_breached(&self, now: Minute) -> bool {
        match self.state {
            State::Paused(from) => self.due < from,
            _ => now > self.due,
        }
    }

    /// Ends it, met or not; what occurs at the due instant is in time (2.2).
    pub fn stop(&mut self, at: Minute) {
        self.state = State::Stopped { met: !self.is_breached(at) };
    }
}

/// The units named by an event that must name one.
pub fn unit_of(event: &Told) -> &'static str {
    event.unit.expect("the strategy gives it a unit")
}
