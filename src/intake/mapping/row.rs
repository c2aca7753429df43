//! One row of another system while it becomes events, wherever the row comes from.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{ColumnId, EventRule, Field, Mapping, Mode, On, Other, Shape, Target, Value};
use crate::core::{
    event::{Event, Kind},
    timestamp::Timestamp,
};

/// What was seen of one ticket: of snapshots the last words of the watched columns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// By column of the mapping; `None` is not known yet.
    cells: Vec<Option<String>>,
    /// By rule: whether it has given its event.
    given: Vec<bool>,
}

/// One row while it becomes events. Errors are reasons, without personal data.
pub struct Row<'r> {
    pub mapping: &'r Mapping,
    /// By column of the mapping.
    pub cells: &'r [String],
}

impl Row<'_> {
    fn cell(&self, column: ColumnId, missing: Option<&[String]>) -> Option<&str> {
        let text = self.cells[column].as_str();
        let missing = missing.unwrap_or(&self.mapping.missing);
        (!text.is_empty() && missing.iter().all(|marker| marker != text)).then_some(text)
    }

    fn name(&self, column: ColumnId) -> &str {
        &self.mapping.columns[column].name
    }

    /// The number of its ticket.
    pub fn ticket(&self) -> Result<String, String> {
        self.mapping.ticket.fill("", |column| self.cell(column, None)).map_err(|column| {
            format!("column `{}` of the ticket number is empty", self.name(column))
        })
    }

    /// Whether a row is compared with what was seen of its ticket before.
    pub fn compares(&self) -> bool {
        self.mapping.mode == Mode::Snapshots
    }

    /// The events of the row; of a snapshot those that `seen` makes of it.
    pub fn events(&self, ticket: &str, seen: Option<&mut Seen>) -> Vec<Result<Event, String>> {
        if let Some(seen) = seen {
            return self.changes(seen, ticket);
        }
        let events: Vec<_> =
            self.mapping.events.iter().filter_map(|rule| self.event(rule, ticket)).collect();
        if events.is_empty() {
            return vec![Err("the row gives no event: its times are missing".to_owned())];
        }
        events
    }

    /// The row for the record of refusals: the columns the mapping uses, but nothing personal.
    pub fn kept(&self) -> String {
        let columns = self.mapping.columns.iter().zip(self.cells);
        let kept: serde_json::Map<String, Json> = columns
            .filter(|(column, _)| !column.private)
            .map(|(column, text)| (column.name.clone(), text.as_str().into()))
            .collect();
        Json::Object(kept).to_string()
    }

    /// The event of a rule, if the row gives it.
    fn event(&self, rule: &EventRule, ticket: &str) -> Option<Result<Event, String>> {
        let stands = |(column, words): &(ColumnId, Vec<String>)| {
            self.cell(*column, None).is_some_and(|text| words.iter().any(|word| word == text))
        };
        if !rule.when.iter().all(stands) {
            return None;
        }
        self.cell(rule.at, None)?;
        self.build(rule, ticket).transpose()
    }

    fn build(&self, rule: &EventRule, ticket: &str) -> Result<Option<Event>, String> {
        let Some(kind) = self.text(&rule.kind, "kind", "")? else { return Ok(None) };
        let at = self.time(rule.at)?.ok_or("the time is missing")?;
        let mut event = Event::new(ticket, Kind::of(&kind), at);
        if let Some(column) = rule.deadline {
            event.deadline = self.time(column)?;
        }
        for Field { target, value } in self.mapping.fields.iter().chain(&rule.fields) {
            let name = target.name();
            let Some(text) = self.text(value, name, &kind)? else { continue };
            let slot = match target {
                Target::Id => &mut event.id,
                Target::Source => &mut event.source,
                Target::Unit => &mut event.unit,
                Target::Category => &mut event.category,
                Target::Urgency => &mut event.urgency,
                Target::Area => &mut event.area,
                Target::By => &mut event.by,
                Target::Data(key) => {
                    event.data.insert(key.clone(), shaped(value.shape, text, name)?);
                    continue;
                }
            };
            *slot = Some(text);
        }
        Ok(Some(event))
    }

    fn time(&self, column: ColumnId) -> Result<Option<Timestamp>, String> {
        let Some(text) = self.cell(column, None) else { return Ok(None) };
        match self.mapping.times.read(text) {
            Some(at) => Ok(Some(at)),
            None => Err(format!(
                "column `{}` is `{}`, not a time like {}",
                self.name(column),
                text.chars().take(40).collect::<String>(),
                self.mapping.times.shown()
            )),
        }
    }

    /// The text of a value; `None` if a column of it is missing or its word is dropped.
    fn text(&self, value: &Value, name: &str, kind: &str) -> Result<Option<String>, String> {
        let missing = value.missing.as_deref();
        let Ok(text) = value.template.fill(kind, |column| self.cell(column, missing)) else {
            return Ok(None);
        };
        if value.words.is_empty() {
            return Ok(Some(text));
        }
        match (value.words.get(&text), value.other) {
            (Some(word), _) => Ok(Some(word.clone())),
            (None, Other::Keep) => Ok(Some(text)),
            (None, Other::Drop) => Ok(None),
            (None, Other::Refuse) => Err(format!(
                "`{text}` has no word for `{name}`; add it to `words` or say `other = \"keep\"`"
            )),
        }
    }

    /// The events of what changed against the last snapshot.
    fn changes(&self, seen: &mut Seen, ticket: &str) -> Vec<Result<Event, String>> {
        let is_first = seen.given.is_empty();
        seen.given.resize(self.mapping.events.len(), false);
        seen.cells.resize(self.cells.len(), None);
        let mut events = Vec::new();
        for (rule, given) in self.mapping.events.iter().zip(&mut seen.given) {
            if (rule.once && *given) || !self.happened(&rule.on, &seen.cells, is_first) {
                continue;
            }
            if let Some(event) = self.event(rule, ticket) {
                *given = true;
                events.push(event);
            }
        }
        for column in self.mapping.events.iter().filter_map(|rule| rule.on.column()) {
            if let Some(text) = self.cell(column, None)
                && seen.cells[column].as_deref() != Some(text)
            {
                seen.cells[column] = Some(text.to_owned());
            }
        }
        events
    }

    /// A snapshot where a column is missing says nothing of it: what it held last still holds.
    fn happened(&self, on: &On, last: &[Option<String>], is_first: bool) -> bool {
        let change = |column: &ColumnId| (last[*column].as_deref(), self.cell(*column, None));
        let among = |text: &str, words: &[String]| words.iter().any(|word| word == text);
        match on {
            On::Each => true,
            On::First => is_first,
            On::Appears(column) => matches!(change(column), (None, Some(_))),
            On::Changes(column) => matches!(change(column), (Some(old), Some(new)) if old != new),
            On::Enters(column, words) => match change(column) {
                (Some(old), Some(new)) => !among(old, words) && among(new, words),
                (None, Some(new)) => among(new, words),
                (_, None) => false,
            },
            On::Leaves(column, words) => {
                matches!(change(column), (Some(old), Some(new)) if among(old, words) && !among(new, words))
            }
        }
    }
}

impl Target {
    /// As messages call it.
    fn name(&self) -> &str {
        match self {
            Self::Id => "id",
            Self::Source => "source",
            Self::Unit => "unit",
            Self::Category => "category",
            Self::Urgency => "urgency",
            Self::Area => "area",
            Self::By => "by",
            Self::Data(key) => key,
        }
    }
}

fn shaped(shape: Shape, text: String, name: &str) -> Result<Json, String> {
    let wrong =
        |wanted: &str| format!("`data.{name}` is {wanted}, and the row has another text there");
    match shape {
        Shape::Text => Ok(text.into()),
        Shape::Number => match text.parse::<serde_json::Number>() {
            Ok(number) => Ok(number.into()),
            Err(_) => Err(wrong("a number")),
        },
        Shape::Switch => match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => Ok(true.into()),
            "false" | "0" | "no" => Ok(false.into()),
            _ => Err(wrong("`true` or `false`")),
        },
    }
}
