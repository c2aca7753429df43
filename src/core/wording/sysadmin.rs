//! What the sysadmin is told of a channel: that it is down, that it works again.
//!
//! A set may have texts of its own; without them the ones in sysadmin.toml are said.
//!
//! Invariants (`tests/template_commands.rs`): `what_the_sysadmin_is_told_can_be_worded_anew`.

use std::collections::BTreeSet;

use minijinja::Value;

use super::{Templates, WordingError, civil::Language, file::name};
use crate::core::breaker::Change;

/// The texts of a set without its own.
pub const DEFAULT: &str = include_str!("sysadmin.toml");
/// The ids of the texts.
pub const IDS: [&str; 2] = ["sysadmin.down", "sysadmin.up"];
/// The facts they may name.
pub const NAMES: [&str; 2] = ["channel", "minutes"];
const MINUTE_MS: i64 = 60_000;

/// One text in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub subject: String,
    pub text: String,
}

/// The facts as the template engine takes them.
pub fn facts(channel: &str, minutes: i64) -> Value {
    Value::from_pairs([(NAMES[0], Value::from(channel)), (NAMES[1], Value::from(minutes))])
}

impl Templates {
    /// What became of a channel, in one language.
    pub fn sysadmin(
        &self,
        change: Change,
        channel: &str,
        language: Language,
    ) -> Result<Told, WordingError> {
        let [down, up] = IDS;
        let (id, minutes) = match change {
            Change::Down => (down, 0),
            Change::Up { down_ms } => (up, (down_ms + MINUTE_MS - 1) / MINUTE_MS),
        };
        let say = |id: &str| {
            let rendered = self.engine.render(&name(id, language), &facts(channel, minutes));
            rendered.map_err(|why| WordingError::Failed { template: id.to_owned(), why })
        };
        Ok(Told { subject: say(&subject(id))?, text: say(id)? })
    }

    /// The facts one of these texts names.
    pub fn sysadmin_variables(&self, id: &str, language: Language) -> BTreeSet<String> {
        let mut names = self.engine.names(&name(id, language));
        names.extend(self.engine.names(&name(&subject(id), language)));
        names
    }
}

/// The id of the subject of a text.
pub fn subject(id: &str) -> String {
    format!("{id}.subject")
}
