//! When a message that did not go out is tried again, and when it is given up.

use super::timestamp::Timestamp;

/// Bounds on trying again, all in milliseconds but the count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub attempts_max: i64,
    /// No new attempt this long after the first offer.
    pub give_up_after_ms: i64,
    pub retry_min_ms: i64,
    pub retry_max_ms: i64,
}

/// What follows a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Retry(Timestamp),
    GiveUp,
}

/// What follows attempt number `attempt` (1 is the first) of a message first offered at `first`.
pub fn after_failure(limits: Limits, attempt: i64, first: Timestamp, now: Timestamp) -> Next {
    let doublings = u32::try_from(attempt - 1).unwrap_or(0).min(30);
    let wait_ms = limits.retry_min_ms.saturating_mul(1_i64 << doublings).min(limits.retry_max_ms);
    let at = now.plus_ms(wait_ms);
    if attempt >= limits.attempts_max || at > first.plus_ms(limits.give_up_after_ms) {
        Next::GiveUp
    } else {
        Next::Retry(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_end() {
        let limits = Limits {
            attempts_max: 6,
            give_up_after_ms: 100_000,
            retry_min_ms: 1_000,
            retry_max_ms: 10_000,
        };
        #[rustfmt::skip]
        let table = [
            // name                          attempt now      what follows
            ("the first failure",                  1, 0,      Next::Retry(Timestamp(1_000))),
            ("the second waits twice as long",     2, 1_000,  Next::Retry(Timestamp(3_000))),
            ("never longer than the longest",      5, 20_000, Next::Retry(Timestamp(30_000))),
            ("the last attempt was the last",      6, 30_000, Next::GiveUp),
            ("exactly at the end is still tried",  5, 90_000, Next::Retry(Timestamp(100_000))),
            ("after the end is not",               5, 90_001, Next::GiveUp),
        ];
        for (name, attempt, now, want) in table {
            assert_eq!(
                after_failure(limits, attempt, Timestamp(0), Timestamp(now)),
                want,
                "{name}"
            );
        }
    }
}
