//! SIGHUP: read everything again, and swap rules and keys only if all of it passes.

use std::sync::Arc;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{DaemonError, House, systemd};
use crate::{
    config::Config,
    rules::{enforce, examine_configured},
};

/// Hangups, listened for from the start.
pub struct Signals(Signal);

impl Signals {
    /// Begins to listen.
    pub fn listen() -> std::io::Result<Self> {
        signal(SignalKind::hangup()).map(Self)
    }
}

/// Reloads at every hangup until the stop.
pub async fn on_hangup(house: Arc<House>, mut signals: Signals) -> Result<(), DaemonError> {
    loop {
        tokio::select! {
            _ = signals.0.recv() => {}
            () = house.stop.cancelled() => return Ok(()),
        }
        systemd::reloading();
        match reload(&house).await {
            Ok(version) => {
                metrics::counter!("duban_reloads_total", "outcome" => "swapped").increment(1);
                tracing::info!(policies = %version, "the rules were read again and are in force");
                house.knock.notify_one();
            }
            Err(error) => {
                metrics::counter!("duban_reloads_total", "outcome" => "refused").increment(1);
                tracing::error!("the rules were not changed, the old ones stay in force: {error}");
            }
        }
        systemd::ready();
    }
}

/// Channels, the store and the address stay as they were at the start; rules, people and texts change.
async fn reload(house: &House) -> Result<String, DaemonError> {
    let now = house.wall.now();
    let config = Config::load(house.file.as_deref(), std::env::vars())?;
    let in_force = enforce(examine_configured(&config, house.file.as_deref(), now))?;
    let rules = in_force.settle(&house.store, now).await?;
    let key = house.seal.renew()?;
    tracing::info!(%key, "the newest key seals and signs");
    let version = rules.current.version.clone();
    house.rules.store(Arc::new(rules));
    // A silence may have been taken back.
    house.store.release_held(now).await?;
    house.mail_knock.notify_one();
    Ok(version)
}
