//! Reads one table of a TOML file key by key.
//!
//! A section knows which keys were asked for; what is left at `finish` is unknown and is
//! complained about, with the nearest known key.

use std::{borrow::Cow, cell::RefCell, collections::BTreeSet, ops::Range, rc::Rc};

use toml::de::DeTable;

use super::{
    case::Spot,
    complaint::{Severity, Source},
    reader::Item,
    suggest::nearest,
};
use crate::core::span::Span;

/// One table whose keys are read by name.
#[derive(Debug)]
pub struct Section<'a> {
    source: Source<'a>,
    table: &'a DeTable<'a>,
    span: Range<usize>,
    /// As messages name it: `[calendar]`, ``policy `general` ``.
    name: String,
    known: Rc<RefCell<BTreeSet<Cow<'static, str>>>>,
    /// Tables that answer for keys this one does not have: the heads of the sets it extends.
    below: Vec<(Source<'a>, &'a DeTable<'a>)>,
    /// Keys that are as if they were not there: an upper layer replaces or drops them.
    hidden: BTreeSet<String>,
}

impl<'a> Section<'a> {
    /// The root of a parsed file.
    pub fn root(source: Source<'a>, table: &'a DeTable<'a>) -> Self {
        Self::new(source, table, 0..0, "the file".to_owned())
    }

    /// A table, named `name` in messages.
    pub fn new(
        source: Source<'a>,
        table: &'a DeTable<'a>,
        span: Range<usize>,
        name: String,
    ) -> Self {
        Self {
            source,
            table,
            span,
            name,
            known: Rc::default(),
            below: Vec::new(),
            hidden: BTreeSet::new(),
        }
    }

    /// Refuses the section as a whole.
    pub fn complain(&self, message: impl Into<String>) {
        self.source.complain(Severity::Error, self.span.clone(), message, None);
    }

    /// Accepts the section, with doubts.
    pub fn warn(&self, message: impl Into<String>, help: Option<String>) {
        self.source.complain(Severity::Warning, self.span.clone(), message, help);
    }

    /// Where it stands, for complaints made later.
    pub fn spot(&self) -> Spot {
        Spot::new(self.source.blank(self.span.clone()))
    }

    /// Lets another table answer for what this one does not say.
    pub fn stand_on(&mut self, lower: &Self) {
        self.known = Rc::clone(&lower.known);
        self.below = [(lower.source, lower.table)].into_iter().chain(lower.below.clone()).collect();
    }

    /// Makes entries of these names as if they were not there.
    pub fn hide(&mut self, names: &BTreeSet<String>) {
        self.hidden.extend(names.iter().cloned());
    }

    /// The value of a key, if it is there or in a table below.
    pub fn get(&self, key: &'static str) -> Option<Item<'a>> {
        let below = || {
            let tables = self.below.iter();
            tables.flat_map(|(source, table)| items(*source, table)).find(|item| item.key == key)
        };
        self.own(key).or_else(below)
    }

    /// The value of a key, if it is there.
    pub fn own(&self, key: &'static str) -> Option<Item<'a>> {
        self.known.borrow_mut().insert(Cow::Borrowed(key));
        self.entries().find(|item| item.key == key)
    }

    /// The value of a key whose name is known from elsewhere in the set, if it is there.
    pub fn get_named(&self, key: &str) -> Option<Item<'a>> {
        self.known.borrow_mut().insert(Cow::Owned(key.to_owned()));
        self.entries().find(|item| item.key == key)
    }

    /// The value of a key that must be there.
    pub fn need(&self, key: &'static str) -> Option<Item<'a>> {
        let item = self.get(key);
        if item.is_none() {
            self.complain(format!("{} has no `{key}`", self.name));
        }
        item
    }

    /// Every value with its key, for tables whose keys are names.
    pub fn entries(&self) -> impl Iterator<Item = Item<'a>> {
        items(self.source, self.table).filter(|item| !self.hidden.contains(item.key))
    }

    /// The text of a key, or a default.
    pub fn text_or(&self, key: &'static str, default: &str) -> String {
        self.get(key).and_then(|item| item.text()).unwrap_or(default).to_owned()
    }

    /// The switch of a key, or a default.
    pub fn switch_or(&self, key: &'static str, default: bool) -> bool {
        self.get(key).and_then(|item| item.switch()).unwrap_or(default)
    }

    /// The number of a key, or a default.
    pub fn count_or(&self, key: &'static str, default: u32) -> u32 {
        self.get(key).and_then(|item| item.count()).unwrap_or(default)
    }

    /// The span of a key, if it is there and good.
    pub fn span(&self, key: &'static str) -> Option<Span> {
        self.get(key).and_then(|item| item.span())
    }

    /// The span of a key that must be there.
    pub fn need_span(&self, key: &'static str) -> Option<Span> {
        self.need(key).and_then(|item| item.span())
    }

    /// The texts of a key, none if it is not there.
    pub fn texts(&self, key: &'static str) -> Vec<String> {
        self.get(key).map(|item| item.texts()).unwrap_or_default()
    }

    /// Complains about every key nobody asked for.
    pub fn finish(self) {
        let known = self.known.borrow();
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if known.contains(name) {
                continue;
            }
            let help = match nearest(name, known.iter().map(AsRef::as_ref)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => {
                    format!(
                        "known keys: {}",
                        known.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(", ")
                    )
                }
            };
            self.source.complain(
                Severity::Error,
                key.span(),
                format!("unknown key `{name}` in {}", self.name),
                Some(help),
            );
        }
    }
}

fn items<'a>(source: Source<'a>, table: &'a DeTable<'a>) -> impl Iterator<Item = Item<'a>> {
    table.iter().map(move |(key, value)| Item {
        source,
        value: value.get_ref(),
        span: value.span(),
        key: key.get_ref(),
    })
}
