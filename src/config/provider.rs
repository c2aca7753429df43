//! What the channels of providers have in common in `duban.toml`: where they are asked, keys
//! that have to be there, approved texts.

use std::collections::BTreeMap;

use toml::Value as Toml;

use super::{
    complaint::{Place, did_you_mean},
    hidden::{Found, Surroundings, secret},
    print::Page,
    section::Section,
    tree::{Node, Table, Value},
};
use crate::core::wording::FACTS;

/// The whole text, with its signature.
pub const TEXT: &str = "text";
/// The whole text without its signature, for providers that put it on themselves.
pub const CONTENT: &str = "content";

/// The shortest secret of callbacks.
const TOKEN_BYTES_MIN: usize = 16;

/// A text the provider approved: its number there, and what fills its gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approved {
    pub code: String,
    /// In the order of the configuration; the order matters where gaps have no names.
    pub variables: Vec<Gap>,
}

/// A gap of an approved text and the fact of duban that fills it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    pub name: String,
    pub fact: String,
}

/// How a provider tells the gaps of a text apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gaps {
    Named,
    Numbered,
}

/// Where the provider is asked: scheme and host, nothing behind them.
pub(super) fn endpoint(section: &mut Section<'_>, default: &str) -> String {
    let Some((text, place)) = section.some_text("endpoint") else { return default.to_owned() };
    let text = text.trim_end_matches('/');
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    if host.is_none_or(|host| host.is_empty() || host.contains(['/', '?', '#', '@'])) {
        section.complain(
            place,
            format!("`endpoint` is scheme and host and nothing more, for example `{default}`"),
        );
    }
    text.to_owned()
}

/// A secret without which the channel cannot work.
pub(super) fn required_secret(
    section: &mut Section<'_>,
    key: &'static str,
    file_key: &'static str,
    name: &str,
    around: &Surroundings,
) -> Option<Found> {
    let given = section.has(key) || section.has(file_key);
    let found = secret(section, key, file_key, &format!("{name}.{key}"), around);
    if found.is_none() && !given {
        let place = section.place();
        section.complain(
            place,
            format!("`{file_key}` is missing; give it or the credential `{name}.{key}`"),
        );
    }
    found
}

/// The secret of callbacks, which is all that tells a provider apart where nothing is signed.
pub(super) fn token(
    section: &mut Section<'_>,
    key: &'static str,
    file_key: &'static str,
    name: &str,
    around: &Surroundings,
) -> Option<Found> {
    let found = secret(section, key, file_key, &format!("{name}.{key}"), around)?;
    if found.secret.reveal().len() < TOKEN_BYTES_MIN {
        let place = section.place();
        let wrong = format!(
            "`{key}` is shorter than {TOKEN_BYTES_MIN} signs and could be guessed; `openssl rand -hex 16` makes one"
        );
        section.complain(place, wrong);
    }
    Some(found)
}

/// `[channel.templates.ID]`: the approved text of each template of duban.
pub(super) fn templates(section: &mut Section<'_>, gaps: Gaps) -> BTreeMap<String, Approved> {
    let Table { entries, .. } = section.table("templates");
    let mut templates = BTreeMap::new();
    for (id, (_, node)) in entries {
        let Value::Table(table) = node.value else {
            section.complain(
                node.place,
                format!("`{id}` is {}, it must be a table with `code`", node.value.kind()),
            );
            continue;
        };
        let is_cut = !["code", "variables"].iter().any(|key| table.entries.contains_key(*key));
        if is_cut && let Some(next) = table.entries.keys().next() {
            let wrong = format!(
                "put the whole name of the template into quotes: [channel.templates.\"{id}.{next}\"]"
            );
            section.complain(table.place, wrong);
            continue;
        }
        let approved = section.with_complaints(|complaints| {
            let mut section = Section::new(table, complaints);
            let approved = approved(&mut section, gaps);
            section.finish("channel.templates");
            approved
        });
        templates.extend(approved.map(|approved| (id, approved)));
    }
    templates
}

fn approved(section: &mut Section<'_>, gaps: Gaps) -> Option<Approved> {
    let code = section.required("code", "\"SMS_123456789\"");
    let nodes = section.list("variables").unwrap_or_default();
    let mut variables = Vec::new();
    let mut add = |section: &mut Section<'_>, name: Option<String>, node: Node| {
        let Node { place, value: Value::Text(fact) | Value::Loose(fact) } = node else {
            let wrong = format!("`variables` holds {}, it must name facts", node.value.kind());
            section.complain(node.place, wrong);
            return;
        };
        require_fact(section, &fact, place);
        variables.push(Gap { name: name.unwrap_or_else(|| fact.clone()), fact });
    };
    for node in nodes {
        match node.value {
            Value::Table(table) if gaps == Gaps::Named => {
                for (name, (_, node)) in table.entries {
                    add(section, Some(name), node);
                }
            }
            Value::Table(_) => section.complain(
                node.place,
                "the gaps of this provider have numbers, not names; write a list of facts, for example `[\"no\", \"due\"]`",
            ),
            Value::Text(_)
            | Value::Loose(_)
            | Value::Number(_)
            | Value::Switch(_)
            | Value::List(_)
            | Value::Foreign => add(section, None, node),
        }
    }
    Some(Approved { code: code?.0, variables })
}

fn require_fact(section: &mut Section<'_>, fact: &str, place: Place) {
    let known = || FACTS.into_iter().chain([TEXT, CONTENT]);
    if !known().any(|known| known == fact) {
        let hint = did_you_mean(fact, known());
        section.complain(place, format!("there is no fact `{fact}`; {hint}"));
    }
}

impl Page {
    /// The approved texts, as `[channel.templates.ID]`.
    pub(super) fn templates(&mut self, templates: &BTreeMap<String, Approved>, gaps: Gaps) {
        for (id, approved) in templates {
            self.line(format_args!("[channel.templates.{}]", Toml::from(id.as_str())));
            self.text("code", &approved.code);
            let gap = |gap: &Gap| {
                format!("{} = {}", Toml::from(gap.name.as_str()), Toml::from(gap.fact.as_str()))
            };
            match gaps {
                Gaps::Named => {
                    let pairs: Vec<String> = approved.variables.iter().map(gap).collect();
                    self.line(format_args!("variables = {{ {} }}", pairs.join(", ")));
                }
                Gaps::Numbered => {
                    self.words("variables", approved.variables.iter().map(|gap| gap.fact.as_str()));
                }
            }
        }
    }
}
