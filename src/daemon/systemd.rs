//! What systemd is told. Without systemd every call does nothing.

use sd_notify::{NotifyState, notify};

/// Everything is up.
pub fn ready() {
    tell(&[NotifyState::Ready, NotifyState::Status("clocks are kept")]);
}

/// The engine came round.
pub fn watchdog() {
    tell(&[NotifyState::Watchdog]);
}

/// A reload begins; `Type=notify-reload` wants the monotonic time with it.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(since) => tell(&[NotifyState::Reloading, since]),
        Err(_) => tell(&[NotifyState::Reloading]),
    }
}

/// The end begins.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = notify(states) {
        tracing::debug!(%error, "systemd was not told");
    }
}
