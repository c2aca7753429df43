//! The line of an open ticket on the supervisors' board: what is due next, and how far it has climbed.
//!
//! A line follows from the ticket's state alone; the store keeps it so that lists need not read
//! every ticket.

use super::{
    clock::{Clock, FiredAs},
    policy::PolicySet,
    ticket::Ticket,
    timestamp::Timestamp,
};

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub state: State,
    pub colour: Colour,
    /// The clock that is due next; empty: none runs.
    pub clock: String,
    /// [`Timestamp::NEVER`]: no clock runs.
    pub due: Timestamp,
    /// Since when we know of it.
    pub since: Timestamp,
    pub round: u32,
}

/// What an open ticket waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Running,
    /// Its clocks stand still.
    Paused,
    /// It stands in a ledger.
    Hung,
    /// The resident was asked.
    Callback,
    /// No clock runs on it.
    Idle,
}

impl State {
    pub const ALL: [Self; 5] =
        [Self::Running, Self::Paused, Self::Hung, Self::Callback, Self::Idle];

    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Hung => "hung",
            Self::Callback => "callback",
            Self::Idle => "idle",
        }
    }
}

/// The gravest slip on the clocks that are still open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colour {
    #[default]
    None,
    Green,
    Yellow,
    Red,
}

impl Colour {
    pub const ALL: [Self; 4] = [Self::Red, Self::Yellow, Self::Green, Self::None];

    /// A colour of a policy; one a city invented counts as none.
    pub fn of(name: &str) -> Self {
        Self::ALL.into_iter().find(|colour| colour.name() == name).unwrap_or_default()
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Red => "red",
        }
    }
}

/// The line of a ticket; `None` once it has ended.
pub fn line(set: &PolicySet, ticket: &Ticket) -> Option<Line> {
    if ticket.ended.is_some() {
        return None;
    }
    let next = ticket.clocks.iter().filter(|clock| clock.is_running()).min_by_key(|one| one.due);
    let open = ticket.clocks.iter().filter(|clock| clock.is_open());
    let since = ticket.received.or(ticket.dispatched).or(ticket.rounds.first().map(|r| r.opened));
    Some(Line {
        state: state(ticket, next),
        colour: open.map(|clock| colour(set, ticket, clock)).max().unwrap_or_default(),
        clock: next.map(|clock| clock.key.label()).unwrap_or_default(),
        due: next.map_or(Timestamp::NEVER, |clock| clock.due),
        since: since.or(ticket.last_event_at).unwrap_or_default(),
        round: ticket.round(),
    })
}

fn state(ticket: &Ticket, next: Option<&Clock>) -> State {
    let mut overlays = ticket.overlays.iter();
    let is_asked = ticket.callback.question.is_some()
        && ticket.asked_round == ticket.round()
        && !ticket.answers.iter().any(|answer| answer.round == ticket.round());
    if overlays.any(|overlay| overlay.ended.is_none() && overlay.admission.is_some()) {
        State::Hung
    } else if ticket.pause.is_some() {
        State::Paused
    } else if is_asked {
        State::Callback
    } else if next.is_some() {
        State::Running
    } else {
        State::Idle
    }
}

/// The gravest slip that was issued on a clock and stands.
fn colour(set: &PolicySet, ticket: &Ticket, clock: &Clock) -> Colour {
    let Some((_, Some(ladder))) = ticket.rule_of(set, clock) else { return Colour::None };
    let issued = clock.fired.iter().filter(|fired| fired.outcome == FiredAs::Slip);
    let colours = issued.filter_map(|fired| {
        let step = ladder.steps.get(usize::from(fired.step))?;
        Some(Colour::of(&set.slips.get(&step.slip)?.colour))
    });
    colours.max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn red_is_graver_than_yellow_and_invented_colours_are_none() {
        assert!(Colour::Red > Colour::Yellow && Colour::Yellow > Colour::Green);
        for colour in Colour::ALL {
            assert_eq!(Colour::of(colour.name()), colour);
        }
        assert_eq!(Colour::of("violet"), Colour::None);
    }
}
