//! Breaker: when a channel counts as down, and how it is tried again without a storm.
//!
//! A channel is down when it has taken nothing for a while although it was tried several
//! times, with several messages or without reaching anybody: a single message that is put
//! off again and again says nothing of the channel. While it is down one message at a time is its probe; the others wait and none of
//! that counts as an attempt, so that an outage of a day loses nothing. After it, messages
//! leave at a bounded rate.
//!
//! Invariants, each a test of the same name:
//! * `a_channel_is_down_after_a_while_of_failures_only`
//! * `one_message_alone_takes_no_channel_down`
//! * `a_channel_that_is_down_is_probed_one_at_a_time`
//! * `a_backlog_leaves_at_a_bounded_rate`

use super::timestamp::Timestamp;

/// Failures in a row before a channel can count as down, and how long they must last.
const FAILURES_MIN: u32 = 2;
const DOWN_AFTER_MS: i64 = 30_000;
/// Between two probes of a channel that is down: soon at first, then each minute.
const PROBE_MIN_MS: i64 = 15_000;
const PROBE_MAX_MS: i64 = 60_000;

/// What one channel has done lately, as one node saw it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Breaker {
    failures: u32,
    /// What they were of.
    of: Option<Of>,
    /// The first of the failures in a row.
    since: Option<Timestamp>,
    down: Option<Timestamp>,
    probe_at: Option<Timestamp>,
    /// From the next probe to the one after it.
    probe_wait_ms: i64,
    /// Messages of the running second, and when it began.
    second: Option<(Timestamp, u32)>,
}

/// Why a message was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nobody could be reached.
    Away,
    /// This message was put off.
    Of(i64),
}

/// What failures in a row were of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    /// Always this message.
    One(i64),
    /// The channel itself, as far as it can be seen.
    Channel,
}

/// What became of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Down,
    /// It works again, after so long.
    Up {
        down_ms: i64,
    },
}

impl Breaker {
    /// Whether a message may be tried now; else when it is offered again. `per_second` bounds what
    /// leaves in a second; `urgent` messages do not wait for that.
    pub fn take(
        &mut self,
        per_second: Option<u32>,
        urgent: bool,
        now: Timestamp,
    ) -> Result<(), Timestamp> {
        if self.down.is_some() {
            if let Some(probe_at) = self.probe_at.filter(|at| *at > now) {
                return Err(probe_at);
            }
            self.probe_at = Some(now.plus_ms(self.probe_wait_ms));
            self.probe_wait_ms = (self.probe_wait_ms * 2).min(PROBE_MAX_MS);
            // It counts: what waited may follow within the second in which it succeeds.
            self.second = Some((now, 1));
            return Ok(());
        }
        let Some(per_second) = per_second.filter(|_| !urgent) else { return Ok(()) };
        let (began, count) =
            self.second.filter(|(began, _)| now.since(*began) < 1_000).unwrap_or((now, 0));
        if count >= per_second {
            return Err(began.plus_ms(1_000));
        }
        self.second = Some((began, count + 1));
        Ok(())
    }

    /// Whether the channel is down.
    pub fn is_down(&self) -> bool {
        self.down.is_some()
    }

    /// It answered: took a message, or refused one for good.
    pub fn answered(&mut self, now: Timestamp) -> Option<Change> {
        let down = self.down.take();
        (self.failures, self.of, self.since, self.probe_at) = (0, None, None, None);
        down.map(|since| Change::Up { down_ms: now.since(since) })
    }

    /// It did not take a message, for a reason that may pass.
    pub fn failed(&mut self, failure: Failure, now: Timestamp) -> Option<Change> {
        self.failures = self.failures.saturating_add(1);
        let of = match (self.of, failure) {
            (None, Failure::Of(message)) => Of::One(message),
            (Some(Of::One(one)), Failure::Of(message)) if one == message => Of::One(one),
            _ => Of::Channel, // several messages, or nobody there
        };
        self.of = Some(of);
        let since = *self.since.get_or_insert(now);
        let is_long = now.since(since) >= DOWN_AFTER_MS;
        let is_blamed = of == Of::Channel && self.failures >= FAILURES_MIN;
        if self.down.is_some() || !is_blamed || !is_long {
            return None;
        }
        self.down = Some(since);
        self.probe_at = Some(now.plus_ms(PROBE_MIN_MS));
        self.probe_wait_ms = PROBE_MIN_MS * 2;
        Some(Change::Down)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp(seconds * 1_000)
    }

    #[test]
    fn a_channel_is_down_after_a_while_of_failures_only() {
        #[rustfmt::skip]
        let table = [
            // name                      at seconds: `+` an answer, `-` nobody there, a letter: that message put off   down at
            ("all of half a minute",     vec![(0, 'a'), (5, 'b'), (30, 'c')],                  Some(30)),
            ("nobody there, quiet",      vec![(0, '-'), (30, '-')],                            Some(30)),
            ("two messages, quiet",      vec![(0, 'a'), (30, 'b')],                            Some(30)),
            ("too soon",                 vec![(0, 'a'), (5, 'b'), (29, 'c')],                  None),
            ("too few",                  vec![(0, '-')],                                       None),
            ("one answer between",       vec![(0, '-'), (20, 'a'), (25, '+'), (40, 'b')],      None),
            ("it is said once",          vec![(0, 'a'), (20, 'b'), (40, 'a'), (60, 'b')],      Some(40)),
            ("one_message_alone_takes_no_channel_down", vec![(0, 'a'), (30, 'a'), (90, 'a'), (300, 'a')], None),
            ("then another one",         vec![(0, 'a'), (30, 'a'), (90, 'b')],                 Some(90)),
            ("then nobody is there",     vec![(0, 'a'), (29, 'a'), (31, '-')],                 Some(31)),
            ("an answer begins anew",    vec![(0, 'a'), (1, 'b'), (2, '+'), (3, 'c'), (60, 'c')], None),
        ];
        for (name, seen, want) in table {
            let mut breaker = Breaker::default();
            let mut down = Vec::new();
            for (second, what) in seen {
                let change = match what {
                    '+' => breaker.answered(at(second)),
                    '-' => breaker.failed(Failure::Away, at(second)),
                    message => {
                        breaker.failed(Failure::Of(i64::from(u32::from(message))), at(second))
                    }
                };
                down.extend((change == Some(Change::Down)).then_some(second));
            }
            assert_eq!(down, Vec::from_iter(want), "{name}");
        }
    }

    #[test]
    fn a_channel_that_is_down_is_probed_one_at_a_time() {
        let mut breaker = Breaker::default();
        for second in [0, 15, 30] {
            breaker.failed(Failure::Away, at(second));
        }
        assert!(breaker.is_down());
        assert_eq!(breaker.take(None, true, at(31)), Err(at(45)), "the urgent ones wait too");
        assert_eq!(breaker.take(None, false, at(45)), Ok(()), "the probe");
        assert_eq!(breaker.take(None, false, at(45)), Err(at(75)), "only one");
        assert_eq!(breaker.failed(Failure::Away, at(46)), None);
        assert_eq!(breaker.take(None, false, at(75)), Ok(()));
        assert_eq!(breaker.take(None, false, at(75)), Err(at(135)), "a minute at most");
        assert_eq!(breaker.answered(at(76)), Some(Change::Up { down_ms: 76_000 }));
        assert_eq!(breaker.take(None, false, at(76)), Ok(()));
        breaker.down = Some(at(80));
        assert_eq!(breaker.take(Some(2), false, at(90)), Ok(()), "a probe");
        breaker.answered(at(90));
        assert_eq!(breaker.take(Some(2), false, at(90)), Ok(()), "one more");
        assert_eq!(breaker.take(Some(2), false, at(90)), Err(at(91)), "the probe was one of two");
    }

    #[test]
    fn a_backlog_leaves_at_a_bounded_rate() {
        let mut breaker = Breaker::default();
        let left = |breaker: &mut Breaker, ms: i64| {
            (0..10).filter(|_| breaker.take(Some(3), false, Timestamp(ms)).is_ok()).count()
        };
        assert_eq!(left(&mut breaker, 0), 3);
        assert_eq!(left(&mut breaker, 999), 0);
        assert_eq!(breaker.take(Some(3), false, Timestamp(999)), Err(Timestamp(1_000)));
        assert_eq!(breaker.take(Some(3), true, Timestamp(999)), Ok(()), "emergencies do not wait");
        assert_eq!(left(&mut breaker, 1_000), 3);
    }
}
