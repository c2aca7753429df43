//! Reads the keys of one table, typed and bounded, and collects every complaint.
//!
//! Each key is taken once; what is left over at the end is unknown and is complained of.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    complaint::{Complaint, Place, did_you_mean},
    tree::{Node, Table, Value},
};

/// The longest elapsed time a key takes unless it says otherwise.
const SPAN_MAX: Duration = Duration::from_hours(7 * 24);

/// One table being read.
pub struct Section<'c> {
    table: Table,
    /// Keys that were asked for, as `did_you_mean` offers them.
    known: Vec<&'static str>,
    complaints: &'c mut Vec<Complaint>,
}

impl<'c> Section<'c> {
    /// Starts to read `table`.
    pub fn new(table: Table, complaints: &'c mut Vec<Complaint>) -> Self {
        Self { table, known: Vec::new(), complaints }
    }

    /// Where the table stands.
    pub fn place(&self) -> Place {
        self.table.place.clone()
    }

    /// Adds a complaint about something this reader cannot see by itself.
    pub fn complain(&mut self, place: Place, text: impl Into<String>) {
        self.complaints.push(Complaint { place, text: text.into() });
    }

    fn take(&mut self, key: &'static str) -> Option<Node> {
        self.known.push(key);
        self.table.entries.remove(key).map(|(_, node)| node)
    }

    fn wrong_kind(&mut self, key: &str, node: &Node, wanted: &str) {
        let text = format!("`{key}` is {}, it must be {wanted}", node.value.kind());
        self.complain(node.place.clone(), text);
    }

    /// A text.
    pub fn text(&mut self, key: &'static str) -> Option<(String, Place)> {
        let node = self.take(key)?;
        match node.value {
            Value::Text(text) | Value::Loose(text) => Some((text, node.place)),
            Value::Number(_)
            | Value::Switch(_)
            | Value::List(_)
            | Value::Table(_)
            | Value::Foreign => {
                self.wrong_kind(key, &node, "a text");
                None
            }
        }
    }

    /// A text that is not empty.
    pub fn some_text(&mut self, key: &'static str) -> Option<(String, Place)> {
        let (text, place) = self.text(key)?;
        if text.trim().is_empty() {
            self.complain(place, format!("`{key}` is empty; leave it out or say something"));
            return None;
        }
        Some((text, place))
    }

    /// A text that has to be there.
    pub fn required(&mut self, key: &'static str, example: &str) -> Option<(String, Place)> {
        if !self.table.entries.contains_key(key) {
            self.known.push(key);
            let place = self.place();
            self.complain(
                place,
                format!("`{key}` is missing; write for example `{key} = {example}`"),
            );
            return None;
        }
        self.some_text(key)
    }

    /// True or false.
    pub fn switch(&mut self, key: &'static str, default: bool) -> bool {
        let Some(node) = self.take(key) else { return default };
        let switch = match &node.value {
            Value::Switch(switch) => Some(*switch),
            Value::Loose(text) => text.trim().parse().ok(),
            Value::Text(_)
            | Value::Number(_)
            | Value::List(_)
            | Value::Table(_)
            | Value::Foreign => None,
        };
        if switch.is_none() {
            self.wrong_kind(key, &node, "true or false");
        }
        switch.unwrap_or(default)
    }

    /// A whole number within bounds.
    pub fn number(&mut self, key: &'static str, default: i64, min: i64, max: i64) -> i64 {
        let Some(node) = self.take(key) else { return default };
        let number = match &node.value {
            Value::Number(number) => Some(*number),
            Value::Loose(text) => text.trim().parse().ok(),
            Value::Text(_)
            | Value::Switch(_)
            | Value::List(_)
            | Value::Table(_)
            | Value::Foreign => None,
        };
        let Some(number) = number else {
            self.wrong_kind(key, &node, "a whole number");
            return default;
        };
        if (min..=max).contains(&number) {
            return number;
        }
        self.complain(node.place, format!("`{key}` is {number}, outside {min}..={max}"));
        default
    }

    /// Elapsed time in humantime spelling (`15s`, `4h 30m`), one week at most.
    ///
    /// The bound is there for one typo: to humantime `1m` is a minute and `1M` is a
    /// month of 30.44 days.
    pub fn span(&mut self, key: &'static str, default: Duration) -> Duration {
        let Some((text, place)) = self.text(key) else { return default };
        match bounded_span(&text) {
            Ok(span) => span,
            Err(why) => {
                self.complain(place, why);
                default
            }
        }
    }

    /// A path; a relative one starts at the folder of the configuration file, or at the
    /// working directory where the environment gives it.
    pub fn path(&mut self, key: &'static str, folder: &Path) -> Option<(PathBuf, Place)> {
        let (text, place) = self.some_text(key)?;
        let path = match place {
            Place::Environment(_) => PathBuf::from(text),
            Place::File(_) | Place::Secret(_) | Place::Whole => folder.join(text),
        };
        Some((path, place))
    }

    /// A list; a single value is a list of one, an environment text is split at commas.
    pub fn list(&mut self, key: &'static str) -> Option<Vec<Node>> {
        let node = self.take(key)?;
        match node.value {
            Value::List(list) => Some(list),
            Value::Loose(text) => Some(
                text.split(',')
                    .map(|word| Node {
                        place: node.place.clone(),
                        value: Value::Loose(word.trim().to_owned()),
                    })
                    .collect(),
            ),
            Value::Text(_)
            | Value::Number(_)
            | Value::Switch(_)
            | Value::Table(_)
            | Value::Foreign => Some(vec![node]),
        }
    }

    /// A table of any keys with texts for values.
    pub fn texts(&mut self, key: &'static str) -> BTreeMap<String, (String, Place)> {
        let mut texts = BTreeMap::new();
        for (name, (_, node)) in self.table(key).entries {
            match node.value {
                Value::Text(text) | Value::Loose(text) => {
                    texts.insert(name, (text, node.place));
                }
                Value::Number(_)
                | Value::Switch(_)
                | Value::List(_)
                | Value::Table(_)
                | Value::Foreign => self.wrong_kind(&name, &node, "a text"),
            }
        }
        texts
    }

    /// A table inside this one; empty if it is missing.
    pub fn table(&mut self, key: &'static str) -> Table {
        let Some(node) = self.take(key) else { return Table::empty(self.place()) };
        match node.value {
            Value::Table(table) => table,
            Value::Text(_)
            | Value::Number(_)
            | Value::Switch(_)
            | Value::List(_)
            | Value::Loose(_)
            | Value::Foreign => {
                self.wrong_kind(key, &node, "a table");
                Table::empty(node.place)
            }
        }
    }

    /// The entries of an array of tables.
    pub fn tables(&mut self, key: &'static str) -> Vec<Table> {
        let mut tables = Vec::new();
        for node in self.list(key).unwrap_or_default() {
            match node.value {
                Value::Table(table) => tables.push(table),
                Value::Text(_)
                | Value::Number(_)
                | Value::Switch(_)
                | Value::List(_)
                | Value::Loose(_)
                | Value::Foreign => {
                    self.wrong_kind(key, &node, &format!("a table: begin it with `[[{key}]]`"));
                }
            }
        }
        tables
    }

    /// Whether the key is there and not yet taken.
    pub fn has(&self, key: &str) -> bool {
        self.table.entries.contains_key(key)
    }

    /// Reads a table inside this one with the same list of complaints.
    pub fn inside<T>(&mut self, key: &'static str, read: impl FnOnce(&mut Section<'_>) -> T) -> T {
        let table = self.table(key);
        let mut section = Section::new(table, self.complaints);
        let value = read(&mut section);
        section.finish(key);
        value
    }

    /// Hands the list of complaints to a reader of its own.
    pub fn with_complaints<T>(&mut self, read: impl FnOnce(&mut Vec<Complaint>) -> T) -> T {
        read(self.complaints)
    }

    /// Complains of every key nobody asked for.
    pub fn finish(self, title: &str) {
        for (key, (place, _)) in self.table.entries {
            let hint = did_you_mean(&key, self.known.iter().copied());
            let text = match title {
                "" => format!("unknown section or key `{key}`; {hint}"),
                title => format!("unknown key `{key}` in `{title}`; {hint}"),
            };
            self.complaints.push(Complaint { place, text });
        }
    }
}

fn bounded_span(text: &str) -> Result<Duration, String> {
    let span = humantime::parse_duration(text).map_err(|error| {
        format!("`{text}` is not a duration: {error}; write for example `30s` or `5m`")
    })?;
    if span.is_zero() || span > SPAN_MAX {
        return Err(format!(
            "`{text}` means {}, outside 1ms..={} (`m` is minutes, `M` is months)",
            humantime::format_duration(span),
            humantime::format_duration(SPAN_MAX)
        ));
    }
    Ok(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_bounded() {
        let week = Duration::from_hours(7 * 24);
        #[rustfmt::skip]
        let table = [
            ("1ms",    Some(Duration::from_millis(1))),
            ("30s",    Some(Duration::from_secs(30))),
            ("1m",     Some(Duration::from_mins(1))),
            ("7days",  Some(week)),
            ("0s",     None),
            ("1M",     None),
            ("168h 1s", None),
            ("30",     None),
            ("",       None),
        ];
        for (text, want) in table {
            assert_eq!(bounded_span(text).ok(), want, "{text}");
        }
    }
}
