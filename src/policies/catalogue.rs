//! `catalogue/items.csv` and `catalogue/duties.csv`: the catalogue of items and duties.
//!
//! Columns are found by their names, in English or Chinese. What does not fit together is
//! an error; items nobody is responsible for and duties of nobody known are doubts, a few of
//! which are named and the rest counted.
//!
//! Invariants (tests/catalogue.rs): `a_large_catalogue_loads_in_time`,
//! `conflicts_in_a_catalogue_are_errors`, `orphans_are_named`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{
    complaint::{Complaint, Severity, Source},
    suggest::nearest,
};
use crate::core::{
    catalogue::{Catalogue, Duty, Item},
    org::Org,
    policy::{Policy, PolicySet},
};

/// The file of items and the file of duties.
pub const ITEMS: &str = "catalogue/items.csv";
pub const DUTIES: &str = "catalogue/duties.csv";

/// Columns of the items with the other names they may have; the first is ours.
pub const ITEM_COLUMNS: [&[&str]; 4] = [
    &["code", "事项编码", "事项代码", "编码"],
    &["name", "事项名称", "名称"],
    &["parent", "上级编码", "上级事项", "上级"],
    &["policy", "适用办法", "考核办法", "办法"],
];
/// Columns of the duties.
pub const DUTY_COLUMNS: [&[&str]; 6] = [
    &["id", "职责编号", "编号"],
    &["unit", "承办单位", "责任单位", "单位"],
    &["item", "事项编码", "事项代码", "事项"],
    &["area", "区域", "范围"],
    &["valid_from", "生效日期", "起始日期"],
    &["to", "失效日期", "截止日期"],
];
/// How many things of one kind are complained about one by one.
const NAMED_MAX: usize = 5;

/// One table with its rows as texts in the order of the wanted columns, each with its place.
struct Table<'s> {
    source: Source<'s>,
    rows: Vec<Row>,
}

struct Row {
    cells: Vec<String>,
    at: std::ops::Range<usize>,
}

/// Reads items and duties; `None` where the set has no items.
pub fn catalogue(
    items: Option<Source<'_>>,
    duties: Option<Source<'_>>,
    policies: &[Policy],
) -> Option<Catalogue> {
    let items_source = items?;
    let table = Table::read(items_source, &ITEM_COLUMNS, &[0])?;
    let items = read_items(&table, policies);
    let duties = match duties.and_then(|source| Table::read(source, &DUTY_COLUMNS, &[0, 1, 2])) {
        Some(table) => read_duties(&table, &items),
        None => Vec::new(),
    };
    Some(Catalogue::new(items, duties))
}

impl<'s> Table<'s> {
    fn read(source: Source<'s>, columns: &[&[&str]], needed: &[usize]) -> Option<Self> {
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(source.text.as_bytes());
        let header: Vec<String> = match reader.headers() {
            Ok(header) => header
                .iter()
                .map(|name| name.trim_start_matches('\u{feff}').to_lowercase())
                .collect(),
            Err(error) => {
                source.complain(Severity::Error, 0..0, format!("this is no table: {error}"), None);
                return None;
            }
        };
        let places: Vec<Option<usize>> = columns
            .iter()
            .map(|names| header.iter().position(|column| names.contains(&column.as_str())))
            .collect();
        let end = source.text.find('\n').unwrap_or(source.text.len());
        let mut complete = true;
        for place in needed.iter().filter(|place| places[**place].is_none()) {
            let names = columns[*place].join("`, `");
            let message = format!("the table has no column `{names}`");
            source.complain(Severity::Error, 0..end, message, None);
            complete = false;
        }
        for column in header
            .iter()
            .filter(|column| !columns.iter().any(|names| names.contains(&column.as_str())))
        {
            let near = nearest(column, columns.iter().map(|names| names[0]));
            let help = near.map(|near| format!("did you mean `{near}`?"));
            source.complain(
                Severity::Warning,
                0..end,
                format!("column `{column}` is not read"),
                help,
            );
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            match record {
                Ok(record) => {
                    let from = record.position().map_or(0, |at| at.byte() as usize);
                    let cell = |place: &Option<usize>| {
                        place.and_then(|at| record.get(at)).unwrap_or_default()
                    };
                    let cells = places.iter().map(|place| cell(place).to_owned()).collect();
                    let end =
                        source.text[from..].find('\n').map_or(source.text.len(), |at| from + at);
                    rows.push(Row { cells, at: from..end });
                }
                Err(error) => {
                    let at = error.position().map_or(0, |at| at.byte() as usize);
                    source.complain(
                        Severity::Error,
                        at..at,
                        format!("this row cannot be read: {error}"),
                        None,
                    );
                    complete = false;
                }
            }
        }
        complete.then_some(Self { source, rows })
    }

    /// Complains about rows, a few one by one and the rest as a number.
    fn complain(&self, severity: Severity, wrong: &[(usize, String)], rest: &str) {
        for (row, message) in wrong.iter().take(NAMED_MAX) {
            self.source.complain(severity, self.rows[*row].at.clone(), message.clone(), None);
        }
        if wrong.len() > NAMED_MAX {
            let message = format!("and {} more {rest}", wrong.len() - NAMED_MAX);
            self.source.complaints.add(Complaint::about(severity, self.source.name, message));
        }
    }
}

fn read_items(table: &Table<'_>, policies: &[Policy]) -> Vec<Item> {
    let ids: BTreeMap<&str, usize> =
        policies.iter().enumerate().map(|(index, policy)| (policy.id.as_str(), index)).collect();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut twice, mut unknown_policy, mut unknown_parent, mut circles) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut items = Vec::with_capacity(table.rows.len());
    for (row, line) in table.rows.iter().enumerate() {
        let [code, name, parent, policy] = &line.cells[..] else { continue };
        if code.is_empty() {
            twice.push((row, "the item has no code".to_owned()));
            continue;
        }
        if let Some(first) = places.insert(code, row) {
            twice
                .push((row, format!("item `{code}` is defined twice, first in row {}", first + 2)));
            continue;
        }
        let index = ids.get(policy.as_str()).copied();
        if !policy.is_empty() && index.is_none() {
            let near = nearest(policy, ids.keys().copied());
            let help = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            unknown_policy.push((
                row,
                format!("policy `{policy}` of item `{code}` is not in [[policy]]{help}"),
            ));
        }
        let parent = (!parent.is_empty()).then(|| parent.clone());
        items.push(Item { code: code.clone(), name: name.clone(), parent, policy: index });
    }
    let parents: BTreeMap<&str, &str> = items
        .iter()
        .filter_map(|item| Some((item.code.as_str(), item.parent.as_deref()?)))
        .collect();
    for item in &items {
        let Some(parent) = item.parent.as_deref() else { continue };
        let row = places[item.code.as_str()];
        if !places.contains_key(parent) {
            unknown_parent.push((
                row,
                format!("item `{}` stands under `{parent}`, which is no item", item.code),
            ));
        } else if in_circle(&parents, &item.code) {
            circles.push((row, format!("item `{}` stands above itself", item.code)));
        }
    }
    table.complain(Severity::Error, &twice, "rows without a code of their own");
    table.complain(Severity::Error, &unknown_policy, "items of unknown policies");
    table.complain(Severity::Error, &unknown_parent, "items under unknown ones");
    table.complain(Severity::Error, &circles, "items above themselves");
    items
}

fn in_circle(parents: &BTreeMap<&str, &str>, code: &str) -> bool {
    let mut above = parents.get(code);
    let mut seen = BTreeSet::new();
    while let Some(one) = above {
        if *one == code {
            return true;
        }
        if !seen.insert(*one) {
            return false; // a circle further up, which is complained about there
        }
        above = parents.get(one);
    }
    false
}

fn read_duties(table: &Table<'_>, items: &[Item]) -> Vec<Duty> {
    let codes: BTreeSet<&str> = items.iter().map(|item| item.code.as_str()).collect();
    let mut ids: BTreeSet<&str> = BTreeSet::new();
    let (mut wrong, mut twice, mut orphans) = (Vec::new(), Vec::new(), Vec::new());
    let mut duties = Vec::with_capacity(table.rows.len());
    for (row, line) in table.rows.iter().enumerate() {
        let [id, unit, item, area, from, to] = &line.cells[..] else { continue };
        if id.is_empty() || unit.is_empty() {
            wrong.push((row, "a duty needs an id and a unit".to_owned()));
            continue;
        }
        if !ids.insert(id) {
            twice.push((row, format!("duty `{id}` is defined twice")));
            continue;
        }
        let mut date = |text: &str| -> Option<Date> {
            let date = text.parse().ok();
            if date.is_none() && !text.is_empty() {
                wrong.push((
                    row,
                    format!("`{text}` of duty `{id}` is not a date; write it like `2026-02-15`"),
                ));
            }
            date
        };
        let (valid_from, to) = (date(from), date(to));
        if !codes.contains(item.as_str()) {
            orphans
                .push((row, format!("duty `{id}` is for item `{item}`, which is in no catalogue")));
        }
        duties.push(Duty {
            id: id.clone(),
            unit: unit.clone(),
            item: item.clone(),
            area: area.clone(),
            valid_from,
            to,
        });
    }
    table.complain(Severity::Error, &wrong, "duties with a fault");
    table.complain(Severity::Error, &twice, "duties with the id of another");
    table.complain(Severity::Warning, &orphans, "duties for unknown items");
    duties
}

/// Doubts about a catalogue as a whole: items nobody is responsible for, units nobody knows.
pub fn doubts(
    set: &PolicySet,
    org: Option<&Org>,
    items_file: &str,
    duties_file: &str,
) -> Vec<Complaint> {
    let Some(catalogue) = &set.catalogue else { return Vec::new() };
    let mut doubts = Vec::new();
    let mut doubt = |file: &str, what: String, named: Vec<String>| {
        if named.is_empty() {
            return;
        }
        let first = named.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join(", ");
        let more = named.len().saturating_sub(NAMED_MAX);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        let message = format!("{what}: {first}{rest}");
        doubts.push(Complaint::about(Severity::Warning, file, message));
    };
    let orphans = catalogue.orphans();
    doubt(
        items_file,
        format!("nobody is responsible for {} of {} items", orphans.len(), catalogue.items().len()),
        orphans.iter().map(|item| format!("`{}`", item.code)).collect(),
    );
    if set.default_policy.is_none() {
        let without: Vec<&Item> = catalogue
            .items()
            .iter()
            .filter(|item| catalogue.policy_of(&item.code).is_none())
            .collect();
        doubt(
            items_file,
            format!("{} items have no policy and the set has no `default_policy`", without.len()),
            without.iter().map(|item| format!("`{}`", item.code)).collect(),
        );
    }
    if let Some(org) = org {
        let mut unknown: BTreeMap<&str, usize> = BTreeMap::new();
        for duty in catalogue.duties().iter().filter(|duty| !org.units.contains_key(&duty.unit)) {
            *unknown.entry(duty.unit.as_str()).or_default() += 1;
        }
        doubt(
            duties_file,
            format!("{} units with duties are not in the organisation", unknown.len()),
            unknown.iter().map(|(unit, count)| format!("`{unit}` ({count})")).collect(),
        );
    }
    doubts
}
