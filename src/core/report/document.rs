//! A report as it is kept: sections of figures and words, printed by whoever reads it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::kind::Kind;
use crate::core::{
    rates::{Fraction, Rate},
    wording::Language,
};

/// A text in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Said {
    /// What it is the name of: a unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub zh: String,
    pub en: String,
}

impl Said {
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { id: None, zh: zh.into(), en: en.into() }
    }

    /// The same in both languages: a number, a name.
    pub fn same(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { id: None, zh: text.clone(), en: text }
    }

    pub fn pick(&self, language: Language) -> &str {
        language.pick(&self.zh, &self.en)
    }
}

/// A whole report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// `duban-report/1`.
    pub schema: String,
    pub kind: Kind,
    pub period: String,
    /// RFC 3339 with the city's offset; `to` is the first instant after the period.
    pub from: String,
    pub to: String,
    /// How things stood then.
    pub as_of: String,
    pub made_at: String,
    /// 1 is the first; a restatement is the next.
    pub version: i64,
    pub title: Said,
    /// Which issue of its year it is.
    pub number: Option<Said>,
    pub terms: Terms,
    pub sections: Vec<Section>,
    /// What a restatement changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Altered>,
}

/// What the figures go by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The policy set, with its version.
    pub set: String,
    /// Versions of the rules of the rates.
    pub rules: Vec<String>,
    /// Fewer valid answers than this have no zone and no rank.
    pub min_n: u64,
    /// Shares of the composite, in percent.
    pub weights: String,
    pub tickets: u64,
}

/// One table, with a picture where that says more.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Section {
    pub id: String,
    pub title: Said,
    /// How its figures are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Said>,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chart: Option<Chart>,
}

/// A column by its name for machines and for people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub id: String,
    pub title: Said,
}

/// One figure or word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    Nothing(()),
    Count(u64),
    Rate { num: String, den: u64, pct: Option<String> },
    Said(Said),
    Text(String),
}

/// A picture as numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "chart", rename_all = "snake_case")]
pub enum Chart {
    /// Rates over time, in hundredths of a percent.
    Trend { points: Vec<String>, lines: Vec<Line> },
    /// How many come through each stage.
    Funnel { stages: Vec<Bar> },
    /// How many fall due, by day.
    Heat { days: Vec<Day>, rows: Vec<HeatRow> },
    /// Units by zone, the best first.
    Zones { zones: Vec<Zone> },
    /// So many of so many.
    Pairs { of: Said, part: Said, pairs: Vec<Pair> },
    /// Counts, the largest first.
    Bars { bars: Vec<Bar> },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub title: Said,
    pub values: Vec<Option<u32>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bar {
    pub title: Said,
    pub count: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// `05-07`.
    pub date: String,
    /// No working day.
    pub rest: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeatRow {
    pub title: Said,
    pub counts: Vec<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    /// `blue`; empty: too few answers for one.
    pub id: String,
    pub title: Said,
    pub units: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    pub title: Said,
    pub of: u64,
    pub part: u64,
}

/// One ticket a restatement changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Altered {
    pub ticket: String,
    pub unit: String,
    /// `added`, `gone` or `changed`.
    pub how: String,
    /// Column, what stood there, what stands there now.
    pub fields: Vec<(String, String, String)>,
}

impl Document {
    /// The section of this id.
    pub fn section(&self, id: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.id == id)
    }

    /// Whether there is nothing anybody would have to read: such a report is not sent.
    pub fn is_empty(&self) -> bool {
        let has = |id: &str| self.section(id).is_some_and(|section| !section.rows.is_empty());
        if self.kind.is_list() {
            return !LISTS.iter().any(|id| has(id));
        }
        let counts =
            |row: &Vec<Cell>| row.iter().any(|cell| matches!(cell, Cell::Count(n) if *n > 0));
        !self.sections.iter().any(|section| section.rows.iter().any(counts))
    }

    /// Units that stand on one of the lists.
    pub fn listed_units(&self) -> BTreeSet<String> {
        let sections = LISTS.iter().filter_map(|id| self.section(id));
        let rows = sections.flat_map(|section| section.rows.iter());
        rows.filter_map(|row| row.first()?.id().map(str::to_owned)).collect()
    }

    /// The lists as one unit reads them.
    pub fn only(mut self, unit: &str) -> Self {
        self.sections.retain(|section| LISTS.contains(&section.id.as_str()));
        for section in &mut self.sections {
            section.rows.retain(|row| row.first().and_then(Cell::id) == Some(unit));
        }
        self
    }

    /// The counts that stand in a short message: of lists how long they are, else what came and what is left.
    pub fn summary(&self) -> Vec<(Said, u64)> {
        if self.kind.is_list() {
            let sections = LISTS.iter().filter_map(|id| self.section(id));
            return sections.map(|one| (one.title.clone(), one.rows.len() as u64)).collect();
        }
        let flow = self.section("flow").map(|section| section.rows.as_slice()).unwrap_or_default();
        let count = |row: &Vec<Cell>| match (row.first(), row.get(1)) {
            (Some(Cell::Said(what)), Some(Cell::Count(count))) => {
                let is_told = ["received", "resolved", "open", "overdue"];
                let told = what.id.as_deref().is_some_and(|id| is_told.contains(&id));
                told.then(|| (what.clone(), *count))
            }
            _ => None, // a share
        };
        flow.iter().filter_map(count).collect()
    }
}

/// The lists of a day.
const LISTS: [&str; 3] = ["sign", "clear", "supervise"];

impl Section {
    pub fn new(id: &str, zh: &str, en: &str) -> Self {
        Self { id: id.to_owned(), title: Said::new(zh, en), ..Self::default() }
    }

    pub fn note(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.note = Some(Said::new(zh, en));
        self
    }

    pub fn columns(mut self, columns: &[(&str, &str, &str)]) -> Self {
        let column = |(id, zh, en): &(&str, &str, &str)| Column {
            id: (*id).to_owned(),
            title: Said::new(*zh, *en),
        };
        self.columns = columns.iter().map(column).collect();
        self
    }

    pub fn rows(mut self, rows: impl IntoIterator<Item = Vec<Cell>>) -> Self {
        self.rows = rows.into_iter().collect();
        self
    }

    pub fn chart(mut self, chart: Chart) -> Self {
        self.chart = Some(chart);
        self
    }
}

impl Cell {
    pub const NOTHING: Self = Self::Nothing(());

    pub fn said(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Said(Said::new(zh, en))
    }

    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// What it is the name of.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Said(said) => said.id.as_deref(),
            Self::Nothing(()) | Self::Count(_) | Self::Rate { .. } | Self::Text(_) => None,
        }
    }

    /// As people read it: `12/14 = 85.71 %`.
    pub fn shown(&self, language: Language) -> String {
        match self {
            Self::Nothing(()) | Self::Rate { pct: None, .. } => "—".to_owned(),
            Self::Count(count) => count.to_string(),
            Self::Rate { num, den, pct: Some(pct) } => format!("{}/{den} = {pct} %", short(num)),
            Self::Said(said) => said.pick(language).to_owned(),
            Self::Text(text) => text.clone(),
        }
    }

    /// Whether it stands best at the right of its column.
    pub fn is_number(&self) -> bool {
        match self {
            Self::Nothing(()) | Self::Count(_) | Self::Rate { .. } => true,
            Self::Said(_) => false,
            Self::Text(text) => text == "—" || text.trim_end_matches(" %").parse::<f64>().is_ok(),
        }
    }
}

impl From<u64> for Cell {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<Rate> for Cell {
    fn from(rate: Rate) -> Self {
        let pct = rate.value().map(Fraction::percent);
        Self::Rate { num: rate.num.to_string(), den: rate.den, pct }
    }
}

/// `17/2` as `8.5`.
fn short(num: &str) -> String {
    let halves = num.split_once('/').and_then(|(num, den)| {
        Fraction::new(num.parse().ok()?, den.parse().ok()?).map(Fraction::short)
    });
    halves.unwrap_or_else(|| num.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_kept_as_it_is() {
        #[rustfmt::skip]
        let table = [
            (Cell::NOTHING,                                          "null",                                "—"),
            (Cell::Count(12),                                        "12",                                  "12"),
            (Cell::from(Rate { num: Fraction::whole(12), den: 14 }), r#"{"num":"12","den":14,"pct":"85.71"}"#, "12/14 = 85.71 %"),
            (Cell::from(Rate { num: Fraction::parse("17/2").expect("a number"), den: 10 }),
                                                                     r#"{"num":"17/2","den":10,"pct":"85.00"}"#, "8.5/10 = 85.00 %"),
            (Cell::from(Rate::NONE),                                 r#"{"num":"0","den":0,"pct":null}"#,   "—"),
            (Cell::said("蓝", "blue"),                               r#"{"zh":"蓝","en":"blue"}"#,          "blue"),
            (Cell::text("cx-scjg"),                                  r#""cx-scjg""#,                        "cx-scjg"),
        ];
        for (cell, json, shown) in table {
            assert_eq!(serde_json::to_string(&cell).expect("JSON"), json);
            assert_eq!(serde_json::from_str::<Cell>(json).expect("a cell"), cell, "{json}");
            assert_eq!(cell.shown(Language::En), shown);
        }
    }
}
