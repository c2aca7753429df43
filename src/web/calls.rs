//! Calls by token: so many a minute, and every answer says how many are left.
//!
//! Only tokens that are known are counted, so that there are no more counts than tokens. The
//! whole minute's calls may come at once; each comes back after its share of the minute.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    extract::{Request, State as Shared},
    http::HeaderValue,
    middleware::Next,
    response::Response,
};

use super::{access::bearer, state::State};
use crate::{secret::token_hash, wall::stopwatch};

const MINUTE: Duration = Duration::from_mins(1);

/// Counts calls by the hash of their token.
pub struct Calls {
    per_minute: u32,
    /// When each token has all its calls again.
    whole_again: Mutex<HashMap<String, Instant>>,
}

/// Where a token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Standing {
    left: u32,
    /// Until all calls are there again.
    whole_in: Duration,
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calls").field("per_minute", &self.per_minute).finish_non_exhaustive()
    }
}

impl Calls {
    /// Lets each token call this often in a minute.
    pub fn per_minute(calls: u32) -> Self {
        Self { per_minute: calls.max(1), whole_again: Mutex::default() }
    }

    /// Counts a call of a known token, or says how long it has to wait.
    pub(super) fn take(&self, token: &str) -> Result<(), Duration> {
        let mut whole_again = self.whole_again.lock().unwrap_or_else(PoisonError::into_inner);
        let now = stopwatch();
        let whole = whole_again.get(token).copied();
        let next = taken(self.share(), whole, now)?;
        whole_again.insert(token.to_owned(), next);
        Ok(())
    }

    fn standing(&self, token: &str) -> Option<Standing> {
        let whole_again = self.whole_again.lock().unwrap_or_else(PoisonError::into_inner);
        let whole_in = whole_again.get(token)?.saturating_duration_since(stopwatch());
        Some(Standing { left: left(self.share(), whole_in), whole_in })
    }

    /// A call's share of the minute.
    fn share(&self) -> Duration {
        MINUTE / self.per_minute
    }
}

/// When all calls are there again after this one; an error says how long it has to wait.
fn taken(share: Duration, whole: Option<Instant>, now: Instant) -> Result<Instant, Duration> {
    let used = whole.map_or(Duration::ZERO, |whole| whole.saturating_duration_since(now));
    match (used + share).checked_sub(MINUTE) {
        Some(wait) if !wait.is_zero() => Err(wait),
        Some(_) | None => Ok(now + used + share),
    }
}

fn left(share: Duration, whole_in: Duration) -> u32 {
    let free = MINUTE.saturating_sub(whole_in);
    u32::try_from(free.as_nanos() / share.as_nanos().max(1)).unwrap_or(u32::MAX)
}

/// Adds `RateLimit-Policy` and `RateLimit` to what a known token is answered.
pub(super) async fn tell(
    Shared(state): Shared<Arc<State>>,
    request: Request,
    next: Next,
) -> Response {
    let token = bearer(request.headers()).map(token_hash);
    let mut response = next.run(request).await;
    let standing = token.and_then(|token| state.calls.standing(&token));
    if let Some(Standing { left, whole_in }) = standing {
        let policy = format!("\"token\";q={};w={}", state.calls.per_minute, MINUTE.as_secs());
        let limit = format!("\"token\";r={left};t={}", whole_in.as_secs_f64().ceil());
        let headers = response.headers_mut();
        for (name, text) in [("ratelimit-policy", policy), ("ratelimit", limit)] {
            headers.insert(name, HeaderValue::from_str(&text).expect("digits and quotes"));
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_holds_so_many_calls() {
        let share = MINUTE / 3;
        let start = stopwatch();
        #[rustfmt::skip]
        let table = [
            // after, what becomes of the call, calls left
            ( 0, Ok(()),  2),
            ( 0, Ok(()),  1),
            ( 0, Ok(()),  0),
            ( 0, Err(20), 0),
            (19, Err(1),  0),
            (20, Ok(()),  0),
            (80, Ok(()),  2),
        ];
        let mut whole = None;
        for (seconds, want, want_left) in table {
            let now = start + Duration::from_secs(seconds);
            let got = taken(share, whole, now);
            if let Ok(next) = got {
                whole = Some(next);
            }
            assert_eq!(got.map(|_| ()), want.map_err(Duration::from_secs), "after {seconds} s");
            let whole_in = whole.expect("a call").saturating_duration_since(now);
            assert_eq!(left(share, whole_in), want_left, "left after {seconds} s");
        }
    }
}
