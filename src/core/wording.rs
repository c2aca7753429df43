//! Facts become words: the SMS, the mail and its HTML, in Chinese and English.
//!
//! Templates belong to a policy set and are text a city edits, so everything that can be
//! wrong with one is found when it is read ([`Templates::parse`]) and nothing is left to
//! fail when a message leaves: a fact that is not known prints as a dash.
//!
//! A message never says what the ticket is about: number, class, times, a link.
//!
//! Invariants:
//! * `every_text_is_snapshotted` - tests.rs holds each text as a person reads it.
//! * `a_usual_sms_is_one_segment`
//! * `missing_facts_never_fail`

mod civil;
mod engine;
mod facts;
mod file;
mod lists;
mod mail;
mod paper;
mod specimen;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::{message::Message, org::Org, policy::PolicySet};
use engine::Engine;
use facts::{Manner, Words, value};
use file::name;

pub use civil::{Language, Stand, full_day, full_moment, serial, span_words, stand};
pub use engine::UNKNOWN;
pub use facts::NAMES as FACTS;
pub use file::{Limits, Place, TemplateError};
pub use paper::Paper;
pub use specimen::{Specimens, Values};

/// What the receiver reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Empty for what has no subject (SMS, IM, voice).
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
}

/// Why there is no text for a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordingError {
    #[error("there is no template `{0}` in templates.toml")]
    UnknownTemplate(String),
    #[error("template `{template}` gives no text: {why}")]
    Failed { template: String, why: String },
}

/// The compiled templates of one policy set.
#[derive(Clone, Debug)]
pub struct Templates {
    engine: Engine,
    /// By id: `staff.yellow`, `resident.ask`.
    entries: BTreeMap<String, Entry>,
    clocks: BTreeMap<String, ClockWords>,
    reasons: BTreeMap<String, Pair>,
    /// Labels of the table of facts in a mail.
    rows: Vec<Pair>,
    button: Pair,
    note: Pair,
    limits: Limits,
}

/// Chinese, then English.
pub type Pair = [String; 2];

#[derive(Clone, Debug)]
struct Entry {
    ask: Pair,
    note: bool,
    /// Where the text of each language stands.
    places: [Place; 2],
}

#[derive(Clone, Debug)]
struct ClockWords {
    what: Pair,
    noun: Pair,
}

impl Language {
    fn of_two(self, pair: &Pair) -> &str {
        let [zh, en] = pair;
        self.pick(zh, en)
    }
}

/// What units, roles, slips and policies are called.
#[derive(Clone, Debug, Default)]
pub struct Names {
    roles: BTreeMap<String, Pair>,
    slips: BTreeMap<String, Pair>,
    policies: BTreeMap<String, Pair>,
    units: BTreeMap<String, Pair>,
    flags: BTreeMap<String, Pair>,
    /// The colour of each kind of slip.
    colours: BTreeMap<String, String>,
}

impl Names {
    /// The names a policy set and an organisation give.
    pub fn of(set: &PolicySet, org: &Org) -> Self {
        // A set without English names falls back to ids, and `unit_head` reads better as two words.
        let pair =
            |id: &str, zh: &str, en: &str| (id.to_owned(), [zh.to_owned(), en.replace('_', " ")]);
        Self {
            roles: set.roles.iter().map(|(id, role)| pair(id, &role.zh, &role.en)).collect(),
            slips: set.slips.iter().map(|(id, slip)| pair(id, &slip.zh, &slip.en)).collect(),
            policies: set.policies.iter().map(|p| pair(&p.id, &p.zh, &p.en)).collect(),
            flags: set.flags.iter().map(|f| pair(&f.id, &f.zh, &f.en)).collect(),
            units: org.units.values().map(|u| pair(&u.id, &u.zh, &u.en)).collect(),
            colours: set.slips.iter().map(|(id, s)| (id.clone(), s.colour.clone())).collect(),
        }
    }

    /// What this role is called; nothing for no id.
    pub fn role(&self, id: &str, language: Language) -> Option<String> {
        named(&self.roles, id, language)
    }

    /// What this slip is called; nothing for no id.
    pub fn slip(&self, id: &str, language: Language) -> Option<String> {
        named(&self.slips, id, language)
    }

    /// What this policy is called; nothing for no id.
    pub fn policy(&self, id: &str, language: Language) -> Option<String> {
        named(&self.policies, id, language)
    }

    /// What this flag is called; nothing for no id.
    pub fn flag(&self, id: &str, language: Language) -> Option<String> {
        named(&self.flags, id, language)
    }

    /// What this unit is called; nothing for no id.
    pub fn unit(&self, id: &str, language: Language) -> Option<String> {
        named(&self.units, id, language)
    }
}

/// The name in the language, else the id itself: a unit nobody has described yet still has to be told apart.
fn named(names: &BTreeMap<String, Pair>, id: &str, language: Language) -> Option<String> {
    if id.is_empty() {
        return None;
    }
    Some(names.get(id).map_or(id, |pair| language.of_two(pair)).to_owned())
}

impl Templates {
    /// Reads `templates.toml`, or says everything that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Vec<TemplateError>> {
        file::parse(text)
    }

    /// Reads texts over texts, the uppermost first.
    pub fn parse_over(texts: &[&str]) -> Result<Self, Vec<TemplateError>> {
        file::parse_over(texts)
    }

    /// Whether there is a template of this id.
    pub fn has(&self, id: &str) -> bool {
        self.entries.contains_key(id)
    }

    /// What a clock is called in texts.
    pub fn clock(&self, name: &str, language: Language) -> Option<&str> {
        self.clocks.get(name).map(|words| language.of_two(&words.noun))
    }

    /// The ids of all templates.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The facts the text of this id and language names.
    pub fn variables(&self, id: &str, language: Language) -> BTreeSet<String> {
        self.engine.names(&name(id, language))
    }

    /// Where the text of this id and language stands.
    pub fn place(&self, id: &str, language: Language) -> Option<&Place> {
        let [zh, en] = &self.entries.get(id)?.places;
        Some(language.pick(zh, en))
    }

    /// How many SMS a text of this id may be.
    pub fn limit(&self, id: &str) -> usize {
        if id.starts_with("resident.") { self.limits.resident } else { self.limits.staff }
    }

    /// Says a message: short for SMS, IM and voice, long with HTML for mail and print.
    pub fn render(
        &self,
        message: &Message,
        language: Language,
        names: &Names,
        zone: &TimeZone,
        link: Option<&str>,
        signature: &str,
    ) -> Result<Text, WordingError> {
        let template = &message.template;
        if !self.has(template) {
            return Err(WordingError::UnknownTemplate(template.clone()));
        }
        let several = !message.facts.together.is_empty();
        let long = match message.via.as_str() {
            "email" | "print" => true,
            "digest" => several,
            _ => false, // what is paid by the character, or spoken
        };
        // An SMS pays for each character, and phones make a link of a bare host.
        let shown = match message.via.as_str() {
            "sms" => link.map(|link| link.strip_prefix("https://").unwrap_or(link)),
            _ => link,
        };
        let manner = Manner { language, names, zone, signature, link: shown };
        let words = self.words(message, &manner)?;
        if !long {
            let text = self.rendered(&name(template, language), &words)?;
            return Ok(Text { subject: String::new(), text, html: None });
        }
        if several {
            let title = lists::title_of(&message.facts.together, language);
            let group = lists::together(&message.facts.together, names, zone, language);
            return self.list_mail(template, &title, &[group], &words, &manner);
        }
        if let Some(title) = &message.facts.title {
            let groups = lists::sections(&message.facts.lists, names, zone, language);
            return self.list_mail(template, language.of_two(title), &groups, &words, &manner);
        }
        if template.starts_with("staff.") && message.slip.is_none() {
            return self.note_mail(template, &words, &manner);
        }
        if template.starts_with("resident.") {
            self.resident_mail(template, &words, &manner)
        } else {
            self.staff_mail(&words, &manner)
        }
    }

    /// The facts of a message that are known, as the words of one language, by the names of [`FACTS`].
    pub fn facts(
        &self,
        message: &Message,
        language: Language,
        names: &Names,
        zone: &TimeZone,
        link: Option<&str>,
        signature: &str,
    ) -> Result<BTreeMap<String, String>, WordingError> {
        let words = self.words(message, &Manner { language, names, zone, signature, link })?;
        let said = |value: &minijinja::Value| value.as_str().map(str::to_owned);
        Ok(words
            .iter()
            .filter_map(|(name, value)| Some(((*name).to_owned(), said(value)?)))
            .collect())
    }

    fn staff_mail(&self, words: &Words, manner: &Manner<'_>) -> Result<Text, WordingError> {
        let language = manner.language;
        let part = |id: &str| self.rendered(&name(id, language), words);
        let word = |name: &str| {
            let text = words.get(name).and_then(minijinja::Value::as_str);
            text.map(str::to_owned).unwrap_or_default()
        };
        let subject = part("email.subject")?;
        let mut rows = Vec::new();
        for (n, label) in self.rows.iter().enumerate() {
            let text = part(&format!("email.row.{n}"))?;
            if !text.is_empty() {
                rows.push((language.of_two(label).to_owned(), text));
            }
        }
        let html = self.page(&mail::Page {
            language: language.tag(),
            title: &subject,
            colour: &word("colour"),
            greeting: &word("to_role"),
            rows: &rows,
            groups: &[],
            heads: [""; 2],
            note: &word("consequence_note"),
            link: manner.link,
            button: language.of_two(&self.button),
            footer: &part("email.footer")?,
        })?;
        Ok(Text { subject, text: part("email.body")?, html: Some(html) })
    }

    /// A mail of lists: one table, a row for each ticket.
    fn list_mail(
        &self,
        template: &str,
        title: &str,
        groups: &[lists::Group],
        words: &Words,
        manner: &Manner<'_>,
    ) -> Result<Text, WordingError> {
        let language = manner.language;
        let lead = self.rendered(&name(template, language), words)?;
        let to = words.get("to_role").and_then(minijinja::Value::as_str).unwrap_or_default();
        let html = self.page(&mail::Page {
            language: language.tag(),
            title,
            colour: "blue",
            greeting: to,
            rows: &[],
            groups,
            heads: [language.pick("工单", "Case"), language.pick("时限", "Due")],
            note: "",
            link: manner.link,
            button: language.of_two(&self.button),
            footer: &lead,
        })?;
        let lists: Vec<String> = groups.iter().map(lists::Group::text).collect();
        let link = manner.link.map(|link| format!("\n{link}\n")).unwrap_or_default();
        let text = format!("{lead}\n\n{}\n{link}", lists.join("\n\n"));
        Ok(Text { subject: title.to_owned(), text, html: Some(html) })
    }

    /// What belongs to no slip is as short by mail as by SMS.
    fn note_mail(
        &self,
        template: &str,
        words: &Words,
        manner: &Manner<'_>,
    ) -> Result<Text, WordingError> {
        let language = manner.language;
        let text = self.rendered(&name(template, language), words)?;
        let subject = text.strip_prefix(manner.signature).unwrap_or(&text).trim().to_owned();
        let shown = manner.link.filter(|link| !text.contains(link));
        let plain = shown.map_or(text.clone(), |link| format!("{text}\n\n{link}\n"));
        let html = self.page(&mail::Page {
            language: language.tag(),
            title: &subject,
            colour: "",
            greeting: &text,
            rows: &[],
            groups: &[],
            heads: [""; 2],
            note: "",
            link: manner.link,
            button: language.of_two(&self.button),
            footer: "",
        })?;
        Ok(Text { subject, text: plain, html: Some(html) })
    }

    fn resident_mail(
        &self,
        template: &str,
        words: &Words,
        manner: &Manner<'_>,
    ) -> Result<Text, WordingError> {
        let language = manner.language;
        let part = |id: &str| self.rendered(&name(id, language), words);
        let subject = part("email.resident_subject")?;
        let text = part(template)?;
        let footer = part("email.resident_footer")?;
        let html = self.page(&mail::Page {
            language: language.tag(),
            title: &subject,
            colour: "blue",
            greeting: &text,
            rows: &[],
            groups: &[],
            heads: [""; 2],
            note: "",
            link: manner.link,
            button: language.of_two(&self.button),
            footer: &footer,
        })?;
        Ok(Text { subject, text: format!("{text}\n\n{footer}"), html: Some(html) })
    }

    fn page(&self, page: &mail::Page<'_>) -> Result<String, WordingError> {
        self.engine
            .render(mail::PAGE, &page.value())
            .map_err(|why| WordingError::Failed { template: mail::PAGE.to_owned(), why })
    }

    fn rendered(&self, name: &str, words: &Words) -> Result<String, WordingError> {
        self.engine
            .render(name, &value(words))
            .map_err(|why| WordingError::Failed { template: name.to_owned(), why })
    }
}
