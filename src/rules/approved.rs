//! Texts that a provider would have to approve: which of a set's it has not.

use std::path::Path;

use crate::{
    config::{Config, Target, complaint::did_you_mean},
    core::{message::SIGN_IN, policy::Via, wording::Language},
    policies::{Complaint, Loaded, Severity},
};

/// What is said to the staff and to residents, by the beginning of its template.
const STAFF: &str = "staff.";
const RESIDENT: &str = "resident.";
/// The message of `duban send-test`.
const SEND_TEST: &str = "send-test";

/// Templates of the set that a channel could be given but cannot send, and approved texts that
/// belong to no template.
pub fn unapproved(config: &Config, file: Option<&Path>, loaded: &Loaded) -> Vec<Complaint> {
    let Some(templates) = &loaded.templates else { return Vec::new() };
    let file = file.map_or_else(|| "duban.toml".to_owned(), |file| file.display().to_string());
    let mut complaints = Vec::new();
    for channel in &config.channels {
        let Some(approved) = channel.kind.approved() else { continue };
        let is_target = |via| matches!(config.target(via), Some(Target::Channel { name, .. }) if name == channel.name);
        let for_staff = Via::ALL.into_iter().any(is_target);
        let for_residents = config.resident.sms.as_deref() == Some(channel.name.as_str());
        let is_sent = |id: &&str| {
            // A link to the board goes by mail only.
            let goes_so = *id != SIGN_IN || is_target(Via::Email);
            (for_staff && goes_so && id.starts_with(STAFF))
                || (for_residents && id.starts_with(RESIDENT))
        };
        let has = |id: &str| {
            let of_language = |language: Language| format!("{id}.{}", language.tag());
            approved.contains_key(id)
                || [Language::Zh, Language::En]
                    .iter()
                    .any(|one| approved.contains_key(&of_language(*one)))
        };
        let missing: Vec<&str> = templates.ids().filter(is_sent).filter(|id| !has(id)).collect();
        if !missing.is_empty() {
            complaints.push(Complaint {
                help: Some("give each a [channel.templates.\"ID\"] with its `code`, or never send it by this channel".to_owned()),
                ..Complaint::about(
                    Severity::Warning,
                    file.as_str(),
                    format!(
                        "channel `{}` cannot send {}: no text is approved for them",
                        channel.name,
                        missing.join(", ")
                    ),
                )
            });
        }
        for id in approved.keys() {
            let bare = id.strip_suffix(".zh").or_else(|| id.strip_suffix(".en")).unwrap_or(id);
            if !templates.has(bare) && bare != SEND_TEST {
                let hint = did_you_mean(bare, templates.ids());
                complaints.push(Complaint::about(
                    Severity::Warning,
                    file.as_str(),
                    format!("channel `{}` has an approved text for `{id}`, which is no template of the set; {hint}", channel.name),
                ));
            }
        }
    }
    complaints
}
