//! `templates.toml` into compiled templates; every complaint at once, with its place.

use std::{collections::BTreeMap, ops::Range};

use serde::Deserialize;
use toml::Spanned;

use super::{Entry, Templates, civil::Language, engine::Engine, facts, mail, sysadmin};

const SCHEMA: &str = "templates/1";
/// What phones put together again without fault.
const SEGMENTS_MAX: usize = 10;

/// What is wrong with one template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct TemplateError {
    /// Which of the texts, the uppermost first.
    pub layer: usize,
    /// Bytes of `templates.toml`, where they are known.
    pub span: Option<Range<usize>>,
    pub text: String,
}

/// Characters that come along when a text is copied from a web page or a document.
const UNSEEN: [char; 7] =
    ['\u{a0}', '\u{ad}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}'];

/// Where the text of a template stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which of the texts, the uppermost first.
    pub layer: usize,
    /// Bytes of that `templates.toml`.
    pub span: Range<usize>,
}

/// How many SMS a text may be with the longest values, before `duban check` warns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    pub staff: usize,
    pub resident: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { staff: 3, resident: 2 }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: Spanned<String>,
    segments: Option<Spanned<Limits>>,
    #[serde(default)]
    staff: BTreeMap<String, Spanned<Message>>,
    #[serde(default)]
    resident: BTreeMap<String, Spanned<Message>>,
    #[serde(default)]
    sysadmin: BTreeMap<String, Spanned<Told>>,
    state: Option<States>,
    #[serde(default)]
    clock: BTreeMap<String, ClockWords>,
    #[serde(default)]
    reason: BTreeMap<String, Pair>,
    email: Option<Email>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    zh: Option<Spanned<String>>,
    en: Option<Spanned<String>>,
    #[serde(default)]
    ask_zh: String,
    #[serde(default)]
    ask_en: String,
    #[serde(default)]
    note: bool,
}

/// What the sysadmin is told.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    subject_zh: Spanned<String>,
    subject_en: Spanned<String>,
    zh: Spanned<String>,
    en: Spanned<String>,
}

/// The texts that are there without any file.
#[derive(Deserialize)]
struct Defaults {
    sysadmin: BTreeMap<String, Spanned<Told>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    zh: Spanned<String>,
    en: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct States {
    before: Pair,
    due: Pair,
    after: Pair,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockWords {
    zh: String,
    en: String,
    noun_en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Email {
    subject_zh: Spanned<String>,
    subject_en: Spanned<String>,
    resident_subject_zh: Spanned<String>,
    resident_subject_en: Spanned<String>,
    body_zh: Spanned<String>,
    body_en: Spanned<String>,
    footer_zh: Spanned<String>,
    footer_en: Spanned<String>,
    resident_footer_zh: Spanned<String>,
    resident_footer_en: Spanned<String>,
    button_zh: String,
    button_en: String,
    note_zh: String,
    note_en: String,
    #[serde(default)]
    row: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    zh: String,
    en: String,
    value: Spanned<String>,
}

/// Where a template stands: in one SMS, or in a mail of several lines.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Line,
    Mail,
}

/// What a text may speak of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    Message,
    Channel,
}

impl About {
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Message => &facts::NAMES,
            Self::Channel => &sysadmin::NAMES,
        }
    }
}

/// Reads the file and compiles every template in it.
pub fn parse(text: &str) -> Result<Templates, Vec<TemplateError>> {
    parse_over(&[text])
}

/// Reads texts over texts, the uppermost first: what it says replaces what the next one calls the same.
pub fn parse_over(texts: &[&str]) -> Result<Templates, Vec<TemplateError>> {
    let mut whole = Whole::default();
    let mut errors = Vec::new();
    for (layer, text) in texts.iter().enumerate().rev() {
        match toml::from_str::<File>(text) {
            Ok(file) => whole.add(layer, file, &mut errors),
            Err(error) => {
                let text = error.message().to_owned();
                errors.push(TemplateError { layer, span: error.span(), text });
            }
        }
    }
    whole.compile(errors)
}

/// All texts with the layer each is from.
#[derive(Default)]
struct Whole {
    messages: BTreeMap<String, (usize, Spanned<Message>)>,
    sysadmin: BTreeMap<String, (usize, Spanned<Told>)>,
    limits: Option<Limits>,
    state: Option<(usize, States)>,
    clock: BTreeMap<String, ClockWords>,
    reason: BTreeMap<String, Pair>,
    email: Option<(usize, Email)>,
}

impl Whole {
    fn add(&mut self, layer: usize, file: File, errors: &mut Vec<TemplateError>) {
        if file.schema.get_ref() != SCHEMA {
            let text = format!("`{}` is not `{SCHEMA}`", file.schema.get_ref());
            errors.push(TemplateError { layer, span: Some(file.schema.span()), text });
        }
        for (group, messages) in [("staff", file.staff), ("resident", file.resident)] {
            for (name, message) in messages {
                self.messages.insert(format!("{group}.{name}"), (layer, message));
            }
        }
        for (name, told) in file.sysadmin {
            let id = format!("sysadmin.{name}");
            if sysadmin::IDS.contains(&id.as_str()) {
                self.sysadmin.insert(id, (layer, told));
            } else {
                let text =
                    format!("nobody says `{id}`; known are `{}`", sysadmin::IDS.join("`, `"));
                errors.push(TemplateError { layer, span: Some(told.span()), text });
            }
        }
        if let Some(limits) = file.segments {
            let Limits { staff, resident } = *limits.get_ref();
            if [staff, resident].iter().all(|limit| (1..=SEGMENTS_MAX).contains(limit)) {
                self.limits = Some(Limits { staff, resident });
            } else {
                let text = format!("a text is 1 to {SEGMENTS_MAX} SMS");
                errors.push(TemplateError { layer, span: Some(limits.span()), text });
            }
        }
        self.state = file.state.map(|state| (layer, state)).or(self.state.take());
        self.email = file.email.map(|email| (layer, email)).or(self.email.take());
        self.clock.extend(file.clock);
        self.reason.extend(file.reason);
    }

    /// Compiles every template; `errors` are those the files have anyway.
    fn compile(self, mut errors: Vec<TemplateError>) -> Result<Templates, Vec<TemplateError>> {
        for (name, there) in [("state", self.state.is_some()), ("email", self.email.is_some())] {
            if !there && errors.is_empty() {
                let text = format!("there is no [{name}]");
                errors.push(TemplateError { layer: 0, span: None, text });
            }
        }
        let (Some((of_state, state)), Some((of_email, email))) = (self.state, self.email) else {
            return Err(errors);
        };
        let mut reading = Reading { engine: Engine::new(), errors, layer: 0 };
        let mut entries = BTreeMap::new();
        for (id, (layer, message)) in self.messages {
            reading.layer = layer;
            let whole = message.span();
            let Message { zh, en, ask_zh, ask_en, note } = message.into_inner();
            let (Some(zh), Some(en)) =
                (reading.there(&id, "zh", zh, &whole), reading.there(&id, "en", en, &whole))
            else {
                continue;
            };
            reading.pair(&id, Shape::Line, &zh, &en);
            let places = [zh, en].map(|text| Place { layer, span: text.span() });
            entries.insert(id, Entry { ask: [ask_zh, ask_en], note, places });
        }
        for (id, (layer, told)) in with_defaults(self.sysadmin) {
            reading.layer = layer;
            let Told { subject_zh, subject_en, zh, en } = told.into_inner();
            let subject = sysadmin::subject(&id);
            reading.pair_about(About::Channel, &subject, Shape::Line, &subject_zh, &subject_en);
            reading.pair_about(About::Channel, &id, Shape::Mail, &zh, &en);
        }
        reading.layer = of_state;
        let States { before, due, after } = &state;
        for (name, pair) in [("before", before), ("due", due), ("after", after)] {
            reading.pair(&format!("state.{name}"), Shape::Line, &pair.zh, &pair.en);
        }
        reading.layer = of_email;
        for (name, shape, zh, en) in [
            ("subject", Shape::Line, &email.subject_zh, &email.subject_en),
            (
                "resident_subject",
                Shape::Line,
                &email.resident_subject_zh,
                &email.resident_subject_en,
            ),
            ("body", Shape::Mail, &email.body_zh, &email.body_en),
            ("footer", Shape::Mail, &email.footer_zh, &email.footer_en),
            ("resident_footer", Shape::Mail, &email.resident_footer_zh, &email.resident_footer_en),
        ] {
            reading.pair(&format!("email.{name}"), shape, zh, en);
        }
        for (n, row) in email.row.iter().enumerate() {
            reading.pair(&format!("email.row.{n}"), Shape::Mail, &row.value, &row.value);
        }
        if let Err(text) = reading.engine.trusted(mail::PAGE, mail::SOURCE) {
            reading.errors.push(TemplateError { layer: 0, span: None, text });
        }
        if !reading.errors.is_empty() {
            let place = |error: &TemplateError| error.span.as_ref().map(|span| span.start);
            reading.errors.sort_by_key(|error| (error.layer, place(error)));
            return Err(reading.errors);
        }
        let clocks = self.clock.into_iter().map(|(name, words)| {
            let what = [words.zh.clone(), words.en];
            (name, super::ClockWords { what, noun: [words.zh, words.noun_en] })
        });
        let reasons = self
            .reason
            .into_iter()
            .map(|(name, pair)| (name, [pair.zh.into_inner(), pair.en.into_inner()]));
        Ok(Templates {
            engine: reading.engine,
            entries,
            clocks: clocks.collect(),
            reasons: reasons.collect(),
            rows: email.row.into_iter().map(|row| [row.zh, row.en]).collect(),
            button: [email.button_zh, email.button_en],
            note: [email.note_zh, email.note_en],
            limits: self.limits.unwrap_or_default(),
        })
    }
}

/// The texts to the sysadmin, with those nobody worded anew.
fn with_defaults(
    own: BTreeMap<String, (usize, Spanned<Told>)>,
) -> BTreeMap<String, (usize, Spanned<Told>)> {
    let defaults: Defaults =
        toml::from_str(sysadmin::DEFAULT).expect("sysadmin.toml is read by every test of a set");
    let defaults = defaults.sysadmin.into_iter();
    let mut all: BTreeMap<_, _> =
        defaults.map(|(name, told)| (format!("sysadmin.{name}"), (0, told))).collect();
    all.extend(own);
    all
}

struct Reading {
    engine: Engine,
    errors: Vec<TemplateError>,
    /// The layer of what is read now.
    layer: usize,
}

impl Reading {
    /// The text of a language, or the complaint that it is missing.
    fn there(
        &mut self,
        id: &str,
        language: &str,
        text: Option<Spanned<String>>,
        whole: &Range<usize>,
    ) -> Option<Spanned<String>> {
        let why = match &text {
            Some(text) if !text.get_ref().trim().is_empty() => None,
            Some(text) => Some(("is empty", text.span())),
            None => Some(("is missing", whole.clone())),
        };
        let Some((why, span)) = why else { return text };
        let text = format!("the text `{id}` ({language}) {why}; write it in `zh` and in `en`");
        self.errors.push(TemplateError { layer: self.layer, span: Some(span), text });
        None
    }

    fn pair(&mut self, id: &str, shape: Shape, zh: &Spanned<String>, en: &Spanned<String>) {
        self.pair_about(About::Message, id, shape, zh, en);
    }

    fn pair_about(
        &mut self,
        about: About,
        id: &str,
        shape: Shape,
        zh: &Spanned<String>,
        en: &Spanned<String>,
    ) {
        for (language, source) in [(Language::Zh, zh), (Language::En, en)] {
            if let Err(text) = self.one(about, &name(id, language), shape, source.get_ref()) {
                let text = format!("`{id}` ({}): {text}", language.tag());
                let layer = self.layer;
                self.errors.push(TemplateError { layer, span: Some(source.span()), text });
            }
        }
    }

    fn one(&mut self, about: About, name: &str, shape: Shape, source: &str) -> Result<(), String> {
        if shape == Shape::Line {
            if let Some(sign) = source.chars().find(|c| "【】\n\r".contains(*c)) {
                return Err(format!(
                    "{sign:?} does not stand in a message; 【】 is for the signature"
                ));
            }
            if let Some(sign) = source.chars().find(|c| c.is_control() || UNSEEN.contains(c)) {
                return Err(format!("{sign:?} does not stand in a message: nobody sees it"));
            }
            if let Some(name) = single_braced(source, about.names()) {
                return Err(format!(
                    "`{{{name}}}` is printed as it stands; write `{{{{ {name} }}}}`"
                ));
            }
            if source.contains("}}{{ link") {
                return Err("a link is joined to a fact; put a space between them".to_owned());
            }
        }
        self.engine.add(name, source.trim(), &about.names().iter().copied().collect())?;
        // Rendered once with nothing known: what fails at sending fails here.
        let facts = match about {
            About::Message => facts::nothing(),
            About::Channel => sysadmin::facts("", 0),
        };
        self.engine.render(name, &facts).map(drop)
    }
}

/// A fact in single braces, which other systems use and which here is plain text.
fn single_braced(source: &str, names: &[&'static str]) -> Option<&'static str> {
    let braced = |name: &&'static str| {
        let written = format!("{{{name}}}");
        source.match_indices(&written).any(|(at, _)| !source[..at].ends_with('{'))
    };
    names.iter().copied().find(braced)
}

/// The name of a compiled template.
pub fn name(id: &str, language: Language) -> String {
    format!("{id}/{}", language.tag())
}
