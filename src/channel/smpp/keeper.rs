//! Keeps one session open: opens it when it is wanted, and after a failure not at once again.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::Mutex,
    time::{Instant, sleep_until, timeout},
};

use super::{
    link::{self, TlsName, Way},
    session::{Listener, Session},
};
use crate::config::smpp::SmppConfig;

/// The first wait after a failure; it doubles with every further one.
const WAIT_MIN: Duration = Duration::from_millis(500);
/// The longest wait between two tries.
const WAIT_MAX: Duration = Duration::from_mins(1);
/// A session that lived longer was a good one.
const GOOD_LIFE: Duration = Duration::from_secs(10);

/// Where a session comes from.
pub struct Keeper {
    channel: String,
    config: Arc<SmppConfig>,
    tls: Option<TlsName>,
    way: Way,
    listener: Listener,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    session: Option<Arc<Session>>,
    /// One after the other.
    failures: u32,
    /// Before it nothing is tried.
    not_before: Option<Instant>,
    why: String,
}

impl Kept {
    fn failed(&mut self, why: String) {
        self.failures += 1;
        self.not_before = Some(Instant::now() + wait(self.failures));
        self.why = why;
    }
}

/// How long to wait after this many failures.
fn wait(failures: u32) -> Duration {
    let doubled = 2_u32.saturating_pow(failures.saturating_sub(1).min(16));
    WAIT_MIN.saturating_mul(doubled).min(WAIT_MAX)
}

impl Keeper {
    /// A keeper of sessions that go this way.
    pub fn new(
        channel: &str,
        config: Arc<SmppConfig>,
        tls: Option<TlsName>,
        way: Way,
        listener: Listener,
    ) -> Self {
        let kept = Mutex::default();
        Self { channel: channel.to_owned(), config, tls, way, listener, kept }
    }

    /// The open session, or a new one; the reason if there is none now.
    pub async fn session(&self) -> Result<Arc<Session>, String> {
        let mut kept = self.kept.lock().await;
        if let Some(session) = &kept.session {
            if !session.is_over() {
                return Ok(Arc::clone(session));
            }
            let why = session.over().await;
            tracing::warn!(
                channel = self.channel,
                way = self.way.name(),
                "SMPP session over: {why}"
            );
            if session.opened.elapsed() < GOOD_LIFE {
                kept.failed(why);
            } else {
                kept.failures = 0;
            }
            kept.session = None;
        }
        if let Some(not_before) = kept.not_before
            && let Some(left) = not_before.checked_duration_since(Instant::now())
            && !left.is_zero()
        {
            return Err(format!("{}; tried again in {} s", kept.why, left.as_secs() + 1));
        }
        let opening = link::open(&self.config, self.tls.as_ref(), self.way);
        let opened = timeout(self.config.timeout, opening).await.unwrap_or_else(|_| {
            let (host, port, span) = (&self.config.host, self.config.port, self.config.timeout);
            Err(format!("{host}:{port} did not bind us within {span:?}"))
        });
        match opened {
            Ok(link) => {
                tracing::info!(channel = self.channel, way = self.way.name(), "SMPP session open");
                let listener = Arc::clone(&self.listener);
                let session = Session::begin(&self.channel, &self.config, link, listener);
                let session = Arc::new(session);
                kept.session = Some(Arc::clone(&session));
                kept.not_before = None;
                Ok(session)
            }
            Err(why) => {
                tracing::warn!(
                    channel = self.channel,
                    way = self.way.name(),
                    "no SMPP session: {why}"
                );
                kept.failed(why.clone());
                Err(why)
            }
        }
    }

    /// Keeps a session open for ever.
    pub async fn keep(&self) {
        loop {
            match self.session().await {
                Ok(session) => drop(session.over().await),
                Err(_) => {
                    let not_before = self.kept.lock().await.not_before;
                    sleep_until(not_before.unwrap_or_else(|| Instant::now() + WAIT_MIN)).await;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_doubles_up_to_a_minute() {
        let waits = [1, 2, 3, 7, 8, 9, u32::MAX].map(|failures| wait(failures).as_millis());
        assert_eq!(waits, [500, 1_000, 2_000, 32_000, 60_000, 60_000, 60_000]);
    }
}
