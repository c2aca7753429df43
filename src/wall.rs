//! The only reader of the wall clock.
//!
//! Everything else takes `now` as a parameter. A demonstration lets time run faster:
//! then the wall shows virtual time, and sleeping until a virtual instant is shorter.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::core::timestamp::Timestamp;

/// Where `now` comes from.
#[derive(Clone, Copy, Debug)]
pub enum Wall {
    /// The clock of the host.
    Host,
    /// Virtual time that began at `from` when the host's monotonic clock showed `since`.
    Fast { from: Timestamp, since: Instant, speed: f64 },
}

impl Wall {
    /// Virtual time from `from` on, `speed` times as fast as the host's.
    pub fn fast(from: Timestamp, speed: f64) -> Self {
        Self::Fast { from, since: stopwatch(), speed }
    }

    /// The time it is.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::Host => host_now(),
            Self::Fast { from, since, speed } => {
                from.plus_ms((since.elapsed().as_secs_f64() * 1_000.0 * speed) as i64)
            }
        }
    }

    /// How long the host has to wait until this wall shows `at`.
    pub fn until(&self, at: Timestamp) -> Duration {
        let ms = at.since(self.now()).max(0) as f64;
        match self {
            Self::Host => Duration::from_secs_f64(ms / 1_000.0),
            Self::Fast { speed, .. } => Duration::from_secs_f64(ms / 1_000.0 / speed),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this module is the one reader of the wall clock")]
fn host_now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

/// A monotonic instant to measure how long work takes.
#[expect(clippy::disallowed_methods, reason = "this module is the one reader of the wall clock")]
pub fn stopwatch() -> Instant {
    Instant::now()
}
