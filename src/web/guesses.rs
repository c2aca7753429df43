//! Wrong tokens by address: whoever guesses too often is shut out for a minute.
//!
//! Right tokens cost nothing: behind one address of a mobile network there are many residents.
//! Memory is bounded: over [`ADDRESSES_MAX`] addresses, every further wrong token is shut out.

use std::{
    collections::HashMap,
    fmt,
    net::IpAddr,
    num::NonZeroU32,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::wall::stopwatch;

/// How long an address is shut out.
const SHUT_OUT: Duration = Duration::from_mins(1);
/// Addresses remembered at one time.
const ADDRESSES_MAX: usize = 20_000;

/// Counts wrong tokens by address.
pub struct Guesses {
    wrong: DefaultKeyedRateLimiter<IpAddr>,
    shut: Mutex<HashMap<IpAddr, Instant>>,
}

impl fmt::Debug for Guesses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guesses")
    }
}

impl Guesses {
    /// Lets each address be wrong this often in a minute.
    pub fn per_minute(wrong_max: u32) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(wrong_max).unwrap_or(NonZeroU32::MIN));
        Self { wrong: RateLimiter::keyed(quota), shut: Mutex::new(HashMap::new()) }
    }

    /// How long this address still has to wait; `None` if it may try.
    pub(super) fn shut_for(&self, address: IpAddr) -> Option<Duration> {
        let shut = self.shut.lock().unwrap_or_else(PoisonError::into_inner);
        let left = shut.get(&address)?.saturating_duration_since(stopwatch());
        (!left.is_zero()).then_some(left)
    }

    /// Counts a wrong token; says how long to wait if it was one too many.
    pub(super) fn wrong(&self, address: IpAddr) -> Option<Duration> {
        if self.wrong.len() >= ADDRESSES_MAX {
            self.wrong.retain_recent();
            self.wrong.shrink_to_fit();
        }
        if self.wrong.len() >= ADDRESSES_MAX {
            return Some(SHUT_OUT);
        }
        self.wrong.check_key(&address).err()?;
        let now = stopwatch();
        let mut shut = self.shut.lock().unwrap_or_else(PoisonError::into_inner);
        shut.retain(|_, until| *until > now);
        if shut.len() < ADDRESSES_MAX {
            shut.insert(address, now + SHUT_OUT);
        }
        Some(SHUT_OUT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_too_many_shuts_only_that_address_out() {
        let guesses = Guesses::per_minute(3);
        let (one, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        for turn in 1..=3 {
            assert_eq!(guesses.wrong(one), None, "wrong token {turn}");
            assert_eq!(guesses.shut_for(one), None, "after wrong token {turn}");
        }
        assert_eq!(guesses.wrong(one), Some(SHUT_OUT));
        assert!(guesses.shut_for(one).is_some_and(|left| left <= SHUT_OUT));
        assert_eq!(guesses.shut_for(other), None);
    }
}
