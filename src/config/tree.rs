//! The file and the environment as one tree of values that know where they came from.
//!
//! `DUBAN__SECTION__KEY` overrides the file; an entry of an array of tables is meant by
//! its name: `DUBAN__CHANNEL__MAIL__PORT` is the `port` of the channel called `mail`.

use std::collections::BTreeMap;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::complaint::{Complaint, Place};

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    pub place: Place,
    pub value: Value,
}

/// What a configuration value can be.
#[derive(Clone, Debug)]
pub enum Value {
    Text(String),
    Number(i64),
    Switch(bool),
    List(Vec<Node>),
    Table(Table),
    /// Given by environment: text that becomes whatever its key asks for.
    Loose(String),
    /// A float or a date: nothing in here takes one.
    Foreign,
}

impl Value {
    /// The kind of value, in words.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) | Self::Loose(_) => "a text",
            Self::Number(_) => "a whole number",
            Self::Switch(_) => "true or false",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Foreign => "a decimal number or a date",
        }
    }
}

/// A table: its place, and each key with the place of the key.
#[derive(Clone, Debug)]
pub struct Table {
    pub place: Place,
    pub entries: BTreeMap<String, (Place, Node)>,
}

impl Table {
    /// A table without entries.
    pub fn empty(place: Place) -> Self {
        Self { place, entries: BTreeMap::new() }
    }
}

/// Reads the file, or says where it stops being TOML.
pub fn parse(source: &str) -> Result<Table, Complaint> {
    let table = DeTable::parse(source).map_err(|error| Complaint {
        place: error.span().map_or(Place::Whole, Place::File),
        text: error.message().to_owned(),
    })?;
    let place = Place::File(table.span());
    Ok(table_of(place, table.into_inner()))
}

fn table_of(place: Place, table: DeTable<'_>) -> Table {
    let entries = table
        .into_iter()
        .map(|(key, value)| {
            let key_place = Place::File(key.span());
            (key.into_inner().into_owned(), (key_place, node_of(value)))
        })
        .collect();
    Table { place, entries }
}

fn node_of(value: Spanned<DeValue<'_>>) -> Node {
    let place = Place::File(value.span());
    let value = match value.into_inner() {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Value::Foreign, Value::Number),
        DeValue::Boolean(switch) => Value::Switch(switch),
        DeValue::Array(list) => Value::List(list.into_iter().map(node_of).collect()),
        DeValue::Table(table) => Value::Table(table_of(place.clone(), table)),
        DeValue::Float(_) | DeValue::Datetime(_) => Value::Foreign,
    };
    Node { place, value }
}

/// The arrays of tables; their entries are found by `name`.
const ARRAYS: [&str; 2] = ["channel", "connector"];

/// Puts one `DUBAN__SECTION__KEY` variable into the tree.
pub fn overlay(root: &mut Table, variable: &str, text: &str) -> Result<(), Complaint> {
    let place = Place::Environment(variable.to_owned());
    let bad = |text: String| Complaint { place: place.clone(), text };
    let path: Vec<String> = variable.split("__").skip(1).map(str::to_ascii_lowercase).collect();
    let Some((key, sections)) = path.split_last().filter(|_| !path.iter().any(String::is_empty))
    else {
        return Err(bad("is not of the form `DUBAN__SECTION__KEY`".to_owned()));
    };
    let mut table = root;
    let mut sections = sections.iter();
    while let Some(section) = sections.next() {
        let name = if ARRAYS.contains(&section.as_str()) {
            let whose = || {
                bad(format!("say whose key it is: `DUBAN__{}__NAME__KEY`", section.to_uppercase()))
            };
            Some(sections.next().ok_or_else(whose)?)
        } else {
            None
        };
        table = descend(table, section, name.map(String::as_str), &place)
            .ok_or_else(|| bad(format!("`{section}` is a single value and has no keys")))?;
    }
    let node = Node { place: place.clone(), value: Value::Loose(text.to_owned()) };
    table.entries.insert(key.clone(), (place, node));
    Ok(())
}

/// The table called `section`, or the entry called `name` of the array `section`; made if missing.
fn descend<'t>(
    table: &'t mut Table,
    section: &str,
    name: Option<&str>,
    place: &Place,
) -> Option<&'t mut Table> {
    let (_, node) = table.entries.entry(section.to_owned()).or_insert_with(|| {
        let value = match name {
            Some(_) => Value::List(Vec::new()),
            None => Value::Table(Table::empty(place.clone())),
        };
        (place.clone(), Node { place: place.clone(), value })
    });
    match name {
        None => as_table(node),
        Some(name) => match &mut node.value {
            Value::List(entries) => entry(entries, name, place),
            Value::Text(_)
            | Value::Number(_)
            | Value::Switch(_)
            | Value::Table(_)
            | Value::Loose(_)
            | Value::Foreign => None,
        },
    }
}

fn entry<'t>(entries: &'t mut Vec<Node>, name: &str, place: &Place) -> Option<&'t mut Table> {
    let found = entries.iter().position(|node| is_called(node, name));
    let index = found.unwrap_or_else(|| {
        let mut table = Table::empty(place.clone());
        let text = Node { place: place.clone(), value: Value::Text(name.to_owned()) };
        table.entries.insert("name".to_owned(), (place.clone(), text));
        entries.push(Node { place: place.clone(), value: Value::Table(table) });
        entries.len() - 1
    });
    as_table(&mut entries[index])
}

fn as_table(node: &mut Node) -> Option<&mut Table> {
    if let Value::Table(table) = &mut node.value { Some(table) } else { None }
}

/// Names are compared as a variable can spell them: without case, `-` as `_`.
fn is_called(node: &Node, name: &str) -> bool {
    let Value::Table(table) = &node.value else { return false };
    let Some((_, Node { value: Value::Text(text), .. })) = table.entries.get("name") else {
        return false;
    };
    text.replace('-', "_").eq_ignore_ascii_case(name)
}
