//! What the pages and the API need to know of the rest of the house.

use std::sync::Arc;

use arc_swap::ArcSwap;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::{Notify, mpsc};

use super::{board::Board, guesses::Guesses, health::Health, language::Language};
use crate::{
    channel::back::Heard,
    config::{WebConfig, WordingConfig, channels::ChannelConfig},
    core::timestamp::Timestamp,
    intake::queue::Queue,
    rules::Rules,
    secret::Key,
    store::Store,
    wall::Wall,
};

/// The house as the web sees it.
pub struct State {
    pub store: Store,
    /// Where events wait for the next append.
    pub queue: Queue,
    pub wall: Wall,
    /// Wakes the engine.
    pub knock: Arc<Notify>,
    pub rules: Arc<ArcSwap<Rules>>,
    /// Seals contacts.
    pub seal: Key,
    pub web: WebConfig,
    pub wording: WordingConfig,
    /// `zh` or `en`, for residents whose browser does not say.
    pub resident_language: String,
    /// Whose callbacks come here.
    pub channels: Vec<ChannelConfig>,
    /// Where what providers say goes, to be kept.
    pub heard: mpsc::Sender<Heard>,
    /// Whether a `mailbox` channel is configured.
    pub mailbox: bool,
    /// Whether the pages of the demonstration are shown.
    pub demo: bool,
    pub health: Arc<Health>,
    pub metrics: Option<PrometheusHandle>,
    /// Wrong tokens of links, by address.
    pub link_guesses: Guesses,
    /// Wrong API tokens, by address.
    pub token_guesses: Guesses,
    /// Who is signed in, and what is live.
    pub board: Board,
}

impl State {
    /// The instant in the zone of the policies, for people.
    pub(super) fn local(&self, at: Timestamp) -> String {
        let rules = self.rules.load();
        let zone = rules.current.calendar.zone();
        zone.to_datetime(at.jiff()).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// In whose name a page speaks: the signature of messages without the marks around it.
    pub(super) fn sender(&self, language: Language) -> &str {
        let signature = self.wording.signature(language.name());
        signature.trim_matches(|c: char| "【】:".contains(c) || c.is_whitespace())
    }

    /// The instant with the offset of the policies' zone, for programs.
    pub(super) fn rfc3339(&self, at: Timestamp) -> String {
        at.to_rfc3339(self.rules.load().current.calendar.zone())
    }
}
