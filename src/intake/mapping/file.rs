//! Reads a mapping file; every complaint of it in one run, each with its place.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use jiff::{fmt::strtime::BrokenDownTime, tz::TimeZone};
use toml::de::DeTable;

use super::{
    Column, ColumnId, EventRule, Field, Mapping, Mode, On, Other, Shape, Target, Template,
    TimeRule, Times, Value,
};
use crate::{
    core::contact::PRIVATE,
    policies::{
        Complaint, Severity,
        complaint::{Complaints, Source},
        reader::Item,
        section::Section,
        suggest::nearest,
    },
};

/// The mappings that are inside the binary, by name.
const SHIPPED: [(&str, &str); 4] = [
    ("boston311", include_str!("../../../policies/mappings/boston311.toml")),
    ("cn12345-export", include_str!("../../../policies/mappings/cn12345-export.toml")),
    ("uci-incidents", include_str!("../../../policies/mappings/uci-incidents.toml")),
    ("zammad", include_str!("../../../policies/mappings/zammad.toml")),
];

/// Why there is no mapping.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    #[error("cannot read the mapping {}: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{}", list(.0))]
    Wrong(Vec<Complaint>),
}

fn list(complaints: &[Complaint]) -> String {
    complaints.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Reads a mapping file, or a shipped mapping by its name.
pub fn load(path: &Path) -> Result<Mapping, Unusable> {
    let shipped = SHIPPED.iter().find(|(name, _)| path == Path::new(name));
    if let Some((name, text)) = shipped.filter(|_| !path.exists()) {
        return parse(&format!("policies/mappings/{name}.toml"), text);
    }
    let text = std::fs::read_to_string(path)
        .map_err(|source| Unusable::Unreadable { path: path.to_owned(), source })?;
    parse(&path.display().to_string(), &text)
}

/// Reads the text of a mapping file; complaints call it `name`.
pub fn parse(name: &str, text: &str) -> Result<Mapping, Unusable> {
    let complaints = Complaints::default();
    let source = Source { name, text, private: false, complaints: &complaints };
    let (tree, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        source.complain(Severity::Error, span, error.message().to_owned(), None);
    }
    let root = Section::root(source, tree.get_ref());
    let mapping = Reader::default().mapping(name, &root);
    root.finish();
    let complaints = complaints.into_sorted();
    match mapping {
        Some(mapping) if !complaints.iter().any(Complaint::is_error) => Ok(mapping),
        Some(_) | None => Err(Unusable::Wrong(complaints)),
    }
}

/// Numbers the columns as they are named.
#[derive(Debug, Default)]
struct Reader {
    columns: RefCell<Vec<Column>>,
}

impl Reader {
    fn mapping(self, name: &str, root: &Section<'_>) -> Option<Mapping> {
        let modes = [("rows", Mode::Rows), ("snapshots", Mode::Snapshots)];
        let mode = root.get("mode").map(|item| item.word("a mode", &modes));
        let mode = mode.map_or(Some(Mode::Rows), |mode| mode);
        let missing = root.get("missing").map(|item| markers(&item)).unwrap_or_default();
        let times = match root.get("time").and_then(|item| item.section("[time]")) {
            Some(section) => {
                let times = read_times(&section);
                section.finish();
                times
            }
            None => Some(Times::rfc3339()),
        };
        let ticket = root.need("ticket").and_then(|item| self.template(&item, false));
        let at = root.get("at").and_then(|item| self.column(&item));
        let fields = self.fields(root.get("fields"), "[fields]");
        let events: Vec<Option<EventRule>> = root
            .need("event")
            .map(|item| item.one_or_many())
            .unwrap_or_default()
            .iter()
            .map(|item| self.event(item, mode, at))
            .collect();
        Some(Mapping {
            name: name.to_owned(),
            mode: mode?,
            delimiter: root.get("delimiter").map_or(Some(b','), |item| delimiter(&item))?,
            missing,
            times: times?,
            ticket: ticket?,
            fields,
            events: events.into_iter().collect::<Option<_>>()?,
            columns: self.columns.into_inner(),
        })
    }

    /// The number of a column, and whether it feeds something personal.
    fn number(&self, name: &str, item: &Item<'_>, private: bool) -> ColumnId {
        let mut columns = self.columns.borrow_mut();
        if let Some(id) = columns.iter().position(|column| column.name == name) {
            columns[id].private |= private;
            return id;
        }
        columns.push(Column { name: name.to_owned(), spot: item.spot(), private });
        columns.len() - 1
    }

    fn column(&self, item: &Item<'_>) -> Option<ColumnId> {
        Some(self.number(item.filled()?, item, false))
    }

    fn template(&self, item: &Item<'_>, private: bool) -> Option<Template> {
        let text = item.filled()?;
        match Template::parse(text, |name| self.number(name, item, private)) {
            Ok(template) => Some(template),
            Err(error) => {
                item.complain(error.to_string());
                None
            }
        }
    }

    fn event(
        &self,
        item: &Item<'_>,
        mode: Option<Mode>,
        at: Option<ColumnId>,
    ) -> Option<EventRule> {
        let section = item.section("[[event]]")?;
        let kind = section.need("kind").and_then(|item| self.value(&item, false));
        if let Some(item) = section.get("kind").filter(|item| item.raw().as_str().is_some()) {
            check_kind(&item);
        }
        let at = section.get("at").map_or(Some(at), |item| self.column(&item).map(Some))?;
        if at.is_none() {
            section.complain("the event has no `at`: name the column of its time, here or for all");
        }
        let deadline = section.get("deadline").and_then(|item| self.column(&item));
        let fields = self.fields(section.get("fields"), "[event.fields]");
        let when = section.get("when").and_then(|item| item.section("`when`"));
        let when = when
            .iter()
            .flat_map(Section::entries)
            .map(|item| (self.number(item.key(), &item, false), item.texts()));
        let when = when.collect();
        let on = section.get("on").map_or(Some(On::Each), |item| self.on(&item));
        let once = section.switch_or("once", false);
        if mode == Some(Mode::Rows) && (on != Some(On::Each) || once) {
            section.complain("`on` and `once` look at changes; write `mode = \"snapshots\"` above");
        }
        section.finish();
        Some(EventRule { kind: kind?, at: at?, deadline, fields, when, on: on?, once })
    }

    fn on(&self, item: &Item<'_>) -> Option<On> {
        if item.raw().as_str().is_some() {
            return item.word("a change", &[("first", ())]).map(|()| On::First);
        }
        let section = item.section("`on`")?;
        let column = |key| section.get(key).map(|item| self.column(&item));
        let changes = [column("appears"), column("changes"), column("enters"), column("leaves")];
        let values = section.get("values").map(|item| item.texts());
        let on = match (changes, values) {
            ([Some(column), None, None, None], None) => On::Appears(column?),
            ([None, Some(column), None, None], None) => On::Changes(column?),
            ([None, None, Some(column), None], Some(values)) => On::Enters(column?, values),
            ([None, None, None, Some(column)], Some(values)) => On::Leaves(column?, values),
            _ => {
                // every other combination is a mistake
                item.complain_with(
                    "`on` is not understood",
                    "write `\"first\"` or one of `{ appears = \"column\" }`, `{ changes = \"column\" }`, \
                     `{ enters = \"column\", values = [..] }`, `{ leaves = \"column\", values = [..] }`",
                );
                None?
            }
        };
        section.finish();
        Some(on)
    }

    fn fields(&self, item: Option<Item<'_>>, name: &str) -> Vec<Field> {
        let Some(section) = item.and_then(|item| item.section(name)) else { return Vec::new() };
        let targets = [
            ("id", Target::Id),
            ("source", Target::Source),
            ("unit", Target::Unit),
            ("category", Target::Category),
            ("urgency", Target::Urgency),
            ("area", Target::Area),
            ("by", Target::By),
        ];
        let mut fields = Vec::new();
        for (key, target) in targets {
            let value = section.get(key).and_then(|item| self.value(&item, false));
            fields.extend(value.map(|value| Field { target, value }));
        }
        let extra = section.get("data").and_then(|item| item.section(format!("{name} data")));
        for item in extra.iter().flat_map(Section::entries) {
            let key = item.key();
            let value = self.value(&item, PRIVATE.contains(&key));
            fields.extend(value.map(|value| Field { target: Target::Data(key.to_owned()), value }));
        }
        section.finish();
        fields
    }

    fn value(&self, item: &Item<'_>, private: bool) -> Option<Value> {
        if item.raw().as_str().is_some() {
            let template = self.template(item, private)?;
            return Some(Value {
                template,
                missing: None,
                words: BTreeMap::new(),
                other: Other::default(),
                shape: Shape::Text,
            });
        }
        let section = item.section(format!("`{}`", item.key()))?;
        let template = section.need("from").and_then(|item| self.template(&item, private));
        let missing = section.get("missing").map(|item| markers(&item));
        let words = section.get("words").and_then(|item| item.section("`words`"));
        let words: BTreeMap<String, String> = words
            .iter()
            .flat_map(Section::entries)
            .filter_map(|item| Some((item.key().to_owned(), item.filled()?.to_owned())))
            .collect();
        let others = [("refuse", Other::Refuse), ("keep", Other::Keep), ("drop", Other::Drop)];
        let other = section.get("other").map(|item| item.word("known here", &others));
        let shapes = [("text", Shape::Text), ("number", Shape::Number), ("switch", Shape::Switch)];
        let shape = section.get("as").map(|item| item.word("a shape of values", &shapes));
        section.finish();
        Some(Value {
            template: template?,
            missing,
            words,
            other: other.map_or(Some(Other::default()), |other| other)?,
            shape: shape.map_or(Some(Shape::Text), |shape| shape)?,
        })
    }
}

fn read_times(section: &Section<'_>) -> Option<Times> {
    let rules =
        [("as_written", TimeRule::AsWritten), ("wall_taken_for_utc", TimeRule::WallTakenForUtc)];
    let rule = section.get("rule").map(|item| item.word("a time rule", &rules));
    let formats = section.get("formats").map(|item| formats(&item)).unwrap_or_default();
    let zone = match section.get("zone") {
        Some(item) => zone(&item),
        None if formats.is_empty() => Some(TimeZone::UTC),
        None => {
            section
                .complain("[time] has no `zone`; say where the clock hung, like `Asia/Shanghai`");
            None
        }
    };
    let rule = rule.map_or(Some(TimeRule::AsWritten), |rule| rule);
    Some(Times { formats, zone: zone?, rule: rule? })
}

fn formats(item: &Item<'_>) -> Vec<String> {
    let good = |item: &Item<'_>| {
        let format = item.filled()?;
        // A format is tried by writing an instant with it: what cannot be written cannot be read.
        let sample = jiff::Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
        match BrokenDownTime::from(&sample).to_string(format) {
            Ok(_) => Some(format.to_owned()),
            Err(error) => {
                let help = "write it as for strptime, like `%Y-%m-%d %H:%M:%S`";
                item.complain_with(format!("`{format}` is not a time format: {error}"), help);
                None
            }
        }
    };
    item.one_or_many().iter().filter_map(good).collect()
}

fn zone(item: &Item<'_>) -> Option<TimeZone> {
    let name = item.filled()?;
    let zone = TimeZone::get(name).ok();
    if zone.is_none() {
        let db = jiff::tz::db();
        let known: Vec<String> = db.available().map(|zone| zone.to_string()).collect();
        let near = nearest(name, known.iter().map(String::as_str));
        let help = near.map_or("write it like `Asia/Shanghai`".to_owned(), |near| {
            format!("did you mean `{near}`?")
        });
        item.complain_with(format!("`{name}` is not a time zone"), help);
    }
    zone
}

/// A kind without columns in it should be one of the standard ones, or clearly another.
fn check_kind(item: &Item<'_>) {
    if item.raw().as_str().is_some_and(|text| !text.contains('{')) {
        item.kind();
    }
}

/// Texts that stand for nothing; unlike other texts they may be empty.
fn markers(item: &Item<'_>) -> Vec<String> {
    item.one_or_many().iter().filter_map(Item::text).map(str::to_owned).collect()
}

fn delimiter(item: &Item<'_>) -> Option<u8> {
    if let [byte] = item.text()?.as_bytes() {
        return Some(*byte);
    }
    item.complain("a delimiter is one ASCII character, like `;` or a tab");
    None
}
