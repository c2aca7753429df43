//! Keeps a session open: opens it, and after a failure not at once again.

use std::time::Duration;

use tokio::{
    sync::mpsc,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{
    Smpp,
    link::{self, Way},
    session::{Order, Session},
};
use crate::channel::{NoAnswer, back::Heard};

/// The first wait after a failure; it doubles with every further one.
const WAIT_MIN: Duration = Duration::from_millis(500);
/// The longest wait between two tries.
const WAIT_MAX: Duration = Duration::from_mins(1);
/// A session that lived longer was a good one.
const GOOD_LIFE: Duration = Duration::from_secs(10);

/// How long to wait after this many failures.
fn wait(failures: u32) -> Duration {
    let doubled = 2_u32.saturating_pow(failures.saturating_sub(1).min(16));
    WAIT_MIN.saturating_mul(doubled).min(WAIT_MAX)
}

impl Smpp {
    /// Keeps a session of this way open until told to stop.
    pub(super) async fn keep(
        &self,
        way: Way,
        orders: &mut mpsc::Receiver<Order>,
        heard: &mpsc::Sender<Heard>,
        stop: &CancellationToken,
    ) {
        let (channel, name) = (&self.channel, way.name());
        let mut failures = 0;
        loop {
            let opened = tokio::select! {
                opened = link::open(&self.config, self.tls.as_ref(), way) => opened,
                () = stop.cancelled() => return,
            };
            let why = match opened {
                Ok(link) => {
                    tracing::info!(channel, way = name, "SMPP session open");
                    let began = Instant::now();
                    let session = Session::new(channel, &self.config, link, Some(self.ears(heard)));
                    let why = session.run(orders, stop.clone()).await;
                    if began.elapsed() >= GOOD_LIFE {
                        failures = 0;
                    }
                    why
                }
                Err(why) => why,
            };
            if stop.is_cancelled() {
                return;
            }
            failures += 1;
            let span = wait(failures);
            tracing::warn!(channel, way = name, "no SMPP session: {why}; next try in {span:?}");
            tokio::select! {
                () = sleep(span) => {}
                () = refuse(orders, &why) => {}
                () = stop.cancelled() => return,
            }
        }
    }
}

/// Tells everybody who orders that there is no session. Never ends.
async fn refuse(orders: &mut mpsc::Receiver<Order>, why: &str) {
    while let Some(order) = orders.recv().await {
        // Whoever waited may be gone.
        drop(order.answer.send(Err(NoAnswer::away(format!("no session: {why}")))));
    }
    std::future::pending::<()>().await;
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
