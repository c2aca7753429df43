//! How fast messages may leave: our own cap, and what the centre asks for.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// The first pause after the centre said that we are too fast; it doubles while it goes on.
const PAUSE_MIN: Duration = Duration::from_secs(1);
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_mins(1);

/// The pace of a channel, over all its sessions.
#[derive(Debug)]
pub struct Pace {
    /// Between two messages, by our own cap.
    gap: Option<Duration>,
    now: Mutex<Now>,
}

#[derive(Debug, Default)]
struct Now {
    /// When the next message may leave.
    next: Option<Instant>,
    /// The pause the centre asked for.
    pause_until: Option<Instant>,
    /// Pauses one after the other.
    pauses: u32,
}

impl Pace {
    /// A pace of so many messages a second.
    pub fn new(throughput: Option<u32>) -> Self {
        let gap = throughput.map(|throughput| Duration::from_secs(1) / throughput);
        Self { gap, now: Mutex::default() }
    }

    fn now(&self) -> std::sync::MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long the centre wants nothing, if it does.
    pub fn pause(&self, at: Instant) -> Option<Duration> {
        let left = self.now().pause_until?.saturating_duration_since(at);
        (!left.is_zero()).then_some(left)
    }

    /// Takes the turn of one message and says when it comes; none if it is not within `patience`.
    pub fn turn(&self, at: Instant, patience: Duration) -> Option<Instant> {
        let Some(gap) = self.gap else { return Some(at) };
        let mut now = self.now();
        let turn = now.next.map_or(at, |next| next.max(at));
        if turn > at + patience {
            return None;
        }
        now.next = Some(turn + gap);
        Some(turn)
    }

    /// The centre said that we are too fast.
    pub fn slower(&self, at: Instant) {
        let mut now = self.now();
        // Answers to messages that were on their way when the pause began are no further sign.
        if now.pause_until.is_some_and(|until| until > at) {
            return;
        }
        let doubled = 2_u32.saturating_pow(now.pauses.min(16));
        now.pauses += 1;
        now.pause_until = Some(at + PAUSE_MIN.saturating_mul(doubled).min(PAUSE_MAX));
    }

    /// The centre took a message.
    pub fn taken(&self) {
        self.now().pauses = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cap_spreads_messages_over_the_second() {
        let began = Instant::now();
        let pace = Pace::new(Some(10));
        let turns = (0..11).map(|_| pace.turn(began, Duration::from_secs(5)));
        let waits: Vec<_> = turns.map(|turn| turn.map(|at| (at - began).as_millis())).collect();
        let want: Vec<_> = (0..11).map(|n| Some(n * 100)).collect();
        assert_eq!(waits, want);
        assert_eq!(pace.turn(began, Duration::from_secs(1)), None, "no turn within a second");
        let later = began + Duration::from_secs(9);
        assert_eq!(pace.turn(later, Duration::ZERO), Some(later), "nothing is saved up");
        assert_eq!(pace.turn(later, Duration::ZERO), None);
        let free = Pace::new(None);
        assert!((0..99).all(|_| free.turn(began, Duration::ZERO) == Some(began)), "no cap");
    }

    #[test]
    fn a_pause_doubles_until_a_message_is_taken() {
        let mut at = Instant::now();
        let pace = Pace::new(None);
        let mut pauses = Vec::new();
        for _ in 0..8 {
            pace.slower(at);
            pace.slower(at); // a second answer of the same moment
            let pause = pace.pause(at).expect("a pause");
            pauses.push(pause.as_secs());
            at += pause;
            assert_eq!(pace.pause(at), None);
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
        pace.taken();
        pace.slower(at);
        assert_eq!(pace.pause(at), Some(PAUSE_MIN));
    }
}
