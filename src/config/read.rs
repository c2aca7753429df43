//! The sections of `duban.toml`, one function each, with their defaults and bounds.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use super::{
    Config, DispatchConfig, EngineConfig, KindTarget, MAILBOX, Open311, PoliciesConfig,
    ResidentConfig, SecretsConfig, StoreConfig, SysadminConfig, WebConfig, WordingConfig,
    channels::{self, ChannelConfig, ChannelKind},
    complaint::{Place, did_you_mean},
    connectors,
    hidden::{Source, Surroundings, secret},
    section::Section,
};
use crate::core::policy::Via;

/// Reads every section.
pub fn read(root: &mut Section<'_>, around: &Surroundings) -> Config {
    let store = root.inside("store", |section| store(section, around));
    let web = root.inside("web", web);
    let policies = root.inside("policies", |section| PoliciesConfig {
        dir: section.path("dir", &around.folder).map(|(path, _)| path),
        org: section.path("org", &around.folder).map(|(path, _)| path),
    });
    let engine = root.inside("engine", |section| EngineConfig {
        batch: section.number("batch", 500, 1, 10_000),
        poll: section.span("poll", Duration::from_secs(5)),
    });
    let dispatch = root.inside("dispatch", dispatch);
    let wording = root.inside("wording", |section| WordingConfig {
        language: language(section, "language", "zh"),
        signature_zh: text_or(section, "signature_zh", "【12345热线】"),
        signature_en: text_or(section, "signature_en", "Hotline 12345: "),
    });
    let channels = channel_list(root, around);
    let connectors = root.tables("connector");
    let connectors = root.with_complaints(|all| connectors::read(connectors, around, all));
    let kinds = kinds(root, &channels);
    let resident = root.inside("resident", |section| resident(section, &channels, &wording));
    let sysadmin = root.inside("sysadmin", |section| sysadmin(section, &channels));
    let secrets = root.inside("secrets", |section| SecretsConfig {
        key_file: section
            .path("key_file", &around.folder)
            .map(|(path, _)| path)
            .or_else(|| around.credential("duban.key"))
            .unwrap_or_else(|| around.state_dir.join("contacts.key")),
        key: if section.has("key") {
            secret(section, "key", "key_file", "duban.key", around)
        } else {
            None
        },
    });
    let state_dir = around.state_dir.clone();
    Config {
        store,
        web,
        policies,
        engine,
        dispatch,
        sysadmin,
        kinds,
        resident,
        wording,
        channels,
        connectors,
        secrets,
        state_dir,
    }
}

fn store(section: &mut Section<'_>, around: &Surroundings) -> StoreConfig {
    // An address may hold a password, so it can also come as a secret does.
    let (url, place, source) = if let Some((url, place)) = section.some_text("url") {
        let source = match &place {
            Place::Environment(name) => Some(Source::Environment(name.clone())),
            Place::File(_) | Place::Secret(_) | Place::Whole => None,
        };
        if section.has("url_file") {
            section.text("url_file");
            section.complain(place.clone(), "give `url` or `url_file`, not both");
        }
        (url, place, source)
    } else if let Some(found) = secret(section, "url", "url_file", "store.url", around) {
        (found.secret.reveal().to_owned(), section.place(), Some(found.source))
    } else {
        let file = around.state_dir.join("duban.db");
        (format!("sqlite:{}", file.display()), Place::Whole, None)
    };
    if !["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
        section.complain(
            place.hidden(),
            "`url` of the store begins with `sqlite:<file>` or `postgres://<user>@<host>/<db>`",
        );
    }
    StoreConfig { url, source }
}

fn web(section: &mut Section<'_>) -> WebConfig {
    let mut listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 8420));
    if let Some((text, place)) = section.some_text("listen") {
        match text.parse() {
            Ok(address) => listen = address,
            Err(_) => section.complain(
                place,
                format!(
                    "`{text}` is no address; write for example `127.0.0.1:8420` or `[::1]:8420`"
                ),
            ),
        }
    }
    let mut public_url = format!("http://{listen}");
    if let Some((text, place)) = section.some_text("public_url") {
        if !(text.starts_with("https://") || text.starts_with("http://")) {
            section.complain(place, "`public_url` begins with `https://` or `http://`");
        }
        text.trim_end_matches('/').clone_into(&mut public_url);
    }
    let mut open311 = Open311::Public;
    if let Some((text, place)) = section.some_text("open311") {
        match Open311::NAMES.iter().find(|(name, _)| *name == text) {
            Some((_, found)) => open311 = *found,
            None => section.complain(
                place,
                format!("`open311` is `{text}`; write \"public\", \"key\" or \"off\""),
            ),
        }
    }
    WebConfig {
        listen,
        public_url,
        body_bytes_max: section.number("body_bytes_max", 8 << 20, 1 << 10, 1 << 30) as usize,
        connections_max: section.number("connections_max", 1_024, 1, 65_536) as usize,
        header_timeout: section.span("header_timeout", Duration::from_secs(10)),
        request_timeout: section.span("request_timeout", Duration::from_secs(30)),
        answers_per_minute: section.number("answers_per_minute", 20, 1, 100_000) as u32,
        calls_per_minute: section.number("calls_per_minute", 6_000, 1, 10_000_000) as u32,
        open311,
    }
}

fn dispatch(section: &mut Section<'_>) -> DispatchConfig {
    let config = DispatchConfig {
        batch: section.number("batch", 100, 1, 10_000),
        lease: section.span("lease", Duration::from_mins(5)),
        workers: section.number("workers", 4, 1, 256) as usize,
        attempts_max: section.number("attempts_max", 12, 1, 1_000),
        give_up_after: section.span("give_up_after", Duration::from_hours(24)),
        retry_min: section.span("retry_min", Duration::from_secs(30)),
        retry_max: section.span("retry_max", Duration::from_hours(1)),
        send_timeout: section.span("send_timeout", Duration::from_secs(90)),
    };
    let place = section.place();
    if config.lease <= config.send_timeout {
        section.complain(
            place.clone(),
            "`lease` must be longer than `send_timeout`, or a slow message is sent twice",
        );
    }
    if config.retry_min > config.retry_max {
        section.complain(place, "`retry_min` is longer than `retry_max`");
    }
    config
}

fn sysadmin(section: &mut Section<'_>, channels: &[ChannelConfig]) -> Option<SysadminConfig> {
    if !section.has("channel") && !section.has("to") {
        return None;
    }
    let (channel, place) = section.required("channel", "\"mail\"")?;
    let (to, _) = section.required("to", "\"ops@example.gov.cn\"")?;
    if !channels.iter().any(|one| one.name == channel) {
        let hint = did_you_mean(&channel, channels.iter().map(|one| one.name.as_str()));
        section.complain(place, format!("there is no channel `{channel}`; {hint}"));
    }
    Some(SysadminConfig { channel, to })
}

fn channel_list(root: &mut Section<'_>, around: &Surroundings) -> Vec<ChannelConfig> {
    let tables = root.tables("channel");
    if tables.is_empty() {
        return vec![ChannelConfig {
            name: MAILBOX.to_owned(),
            kind: ChannelKind::Mailbox,
            per_second: None,
        }];
    }
    root.with_complaints(|complaints| channels::read(tables, around, complaints))
}

fn kinds(root: &mut Section<'_>, channels: &[ChannelConfig]) -> BTreeMap<Via, KindTarget> {
    let mut kinds = BTreeMap::new();
    if let [only] = channels
        && only.kind == ChannelKind::Mailbox
    {
        kinds.extend(Via::ALL.map(|via| (via, KindTarget::Channel(only.name.clone()))));
    }
    root.inside("kinds", |section| {
        for via in Via::ALL {
            let Some((text, place)) = section.some_text(via.name()) else { continue };
            // A channel of that name wins over a kind of that name.
            let target = if channels.iter().any(|channel| channel.name == text) {
                KindTarget::Channel(text)
            } else if text == "off" {
                KindTarget::Off
            } else if let Some(other) = Via::of(&text) {
                if other == via {
                    section.complain(place, format!("`{text}` leads to itself; name a channel"));
                }
                KindTarget::Kind(other)
            } else {
                let known = channels.iter().map(|channel| channel.name.as_str());
                let hint = did_you_mean(&text, known.chain(Via::ALL.map(Via::name)).chain(["off"]));
                section.complain(place, format!("`{text}` is no channel, kind or `off`; {hint}"));
                KindTarget::Off
            };
            kinds.insert(via, target);
        }
        for via in Via::ALL {
            if ring(&kinds, via) {
                let place = section.place();
                section.complain(
                    place,
                    format!("`{}` leads back to itself through other kinds", via.name()),
                );
            }
        }
    });
    kinds
}

/// Whether following kinds from `start` comes back to it after at least two hops.
fn ring(kinds: &BTreeMap<Via, KindTarget>, start: Via) -> bool {
    let mut at = start;
    for hop in 0..Via::ALL.len() {
        match kinds.get(&at) {
            Some(KindTarget::Kind(next)) if *next == start => return hop > 0,
            Some(KindTarget::Kind(next)) => at = *next,
            Some(KindTarget::Channel(_) | KindTarget::Off) | None => return false,
        }
    }
    false
}

fn resident(
    section: &mut Section<'_>,
    channels: &[ChannelConfig],
    wording: &WordingConfig,
) -> ResidentConfig {
    let only_mailbox = match channels {
        [only] if only.kind == ChannelKind::Mailbox => Some(only.name.clone()),
        _ => None, // several channels: which one reaches residents has to be said
    };
    let channel = |section: &mut Section<'_>, key: &'static str| {
        let Some((text, place)) = section.some_text(key) else { return only_mailbox.clone() };
        if text == "off" {
            return None;
        }
        if !channels.iter().any(|channel| channel.name == text) {
            let known = channels.iter().map(|channel| channel.name.as_str());
            let hint = did_you_mean(&text, known.chain(["off"]));
            section.complain(place, format!("there is no channel `{text}`; {hint}"));
        }
        Some(text)
    };
    ResidentConfig {
        sms: channel(section, "sms"),
        email: channel(section, "email"),
        language: language(section, "language", &wording.language),
    }
}

fn language(section: &mut Section<'_>, key: &'static str, default: &str) -> String {
    let words = [("zh", "zh"), ("en", "en")];
    let default = if default == "en" { "en" } else { "zh" };
    channels::choice(section, key, default, &words).to_owned()
}

fn text_or(section: &mut Section<'_>, key: &'static str, default: &str) -> String {
    section.text(key).map_or_else(|| default.to_owned(), |(text, _)| text)
}
