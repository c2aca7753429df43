//! A report as a page to print, and as a mail.
//!
//! Both need nothing else: no script, no picture, no font from elsewhere. The page draws its
//! charts; the mail makes them of table cells, because mail programs show no drawings.

use askama::Template;

use super::{Report, text};
use crate::core::{
    report::{Cell, Chart, Section, chart},
    wording::Language,
};

/// A page on A4.
#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    lang: &'static str,
    title: &'a str,
    number: Option<&'a str>,
    span: String,
    remark: Option<String>,
    parts: Vec<Part<'a>>,
    changes: Vec<[String; 4]>,
    heads: [&'static str; 4],
    changed: &'static str,
    none: &'static str,
    foot: String,
}

/// The same for a mail program.
#[derive(Template)]
#[template(path = "report_mail.html")]
struct Mail<'a> {
    lang: &'static str,
    title: &'a str,
    number: Option<&'a str>,
    span: String,
    remark: Option<String>,
    parts: Vec<Part<'a>>,
    none: &'static str,
    foot: String,
    /// Where its reader says that they have seen it.
    link: Option<&'a str>,
    seen: &'static str,
}

struct Part<'a> {
    title: &'a str,
    note: Option<&'a str>,
    svg: Option<String>,
    bars: Vec<chart::Length>,
    /// The chart says it all.
    drawn: bool,
    heads: Vec<Head<'a>>,
    rows: Vec<Vec<Shown>>,
}

struct Head<'a> {
    title: &'a str,
    number: bool,
}

struct Shown {
    text: String,
    /// A rate's fraction, small beside its percent.
    small: Option<String>,
    number: bool,
    /// Ground of a cell of a heat map.
    ground: Option<&'static str>,
    ink: &'static str,
}

/// The page to print.
pub fn page(report: &Report, language: Language) -> Result<String, askama::Error> {
    let document = &report.document;
    let changes = document.changes.iter().map(|one| {
        let fields = one.fields.iter();
        let fields: Vec<String> =
            fields.map(|(column, was, is)| format!("{column}: {was} → {is}")).collect();
        [one.ticket.clone(), one.unit.clone(), one.how.clone(), fields.join(", ")]
    });
    let page = Page {
        lang: language.pick("zh-CN", "en"),
        title: document.title.pick(language),
        number: document.number.as_ref().map(|number| number.pick(language)),
        span: span(report, language),
        remark: text::remark(document, language),
        parts: document.sections.iter().map(|section| part(section, language, false)).collect(),
        changes: changes.collect(),
        heads: language.pick(["工单", "单位", "变化", "内容"], ["ticket", "unit", "how", "what"]),
        changed: language.pick("更正的工单", "Tickets that changed"),
        none: language.pick("无", "none"),
        foot: text::foot(report, language),
    };
    page.render()
}

/// What the link of a mail is for.
pub fn seen(language: Language) -> &'static str {
    language.pick("签收", "I have seen it")
}

/// The mail.
pub fn mail(
    report: &Report,
    language: Language,
    link: Option<&str>,
) -> Result<String, askama::Error> {
    let document = &report.document;
    let mail = Mail {
        lang: language.pick("zh-CN", "en"),
        title: document.title.pick(language),
        number: document.number.as_ref().map(|number| number.pick(language)),
        span: span(report, language),
        remark: text::remark(document, language),
        parts: document.sections.iter().map(|section| part(section, language, true)).collect(),
        none: language.pick("无", "none"),
        foot: text::foot(report, language),
        link,
        seen: seen(language),
    };
    mail.render()
}

/// `2026-05 (2026-05-01 – 2026-05-31)`.
fn span(report: &Report, language: Language) -> String {
    let document = &report.document;
    let day = |text: &str| text.get(..10).unwrap_or(text).to_owned();
    if document.kind.is_list() {
        let at = text::moment(&document.as_of);
        return format!("{} {at}", language.pick("截至", "as of"));
    }
    let from = day(&document.from);
    let last = day(&document.to).parse::<jiff::civil::Date>().ok();
    let last = last.and_then(|day| day.yesterday().ok());
    match last {
        Some(last) => format!("{} ({from} – {last})", document.period),
        None => document.period.clone(),
    }
}

fn part(section: &Section, language: Language, for_mail: bool) -> Part<'_> {
    let title = section.title.pick(language);
    let chart = section.chart.as_ref().filter(|one| !chart::is_empty(one));
    let is_heat = matches!(section.chart, Some(Chart::Heat { .. }));
    let is_funnel = matches!(section.chart, Some(Chart::Funnel { .. }));
    let most = section.rows.iter().flatten().filter_map(count).max().unwrap_or(0);
    let is_number = |place: usize| {
        place > 0 && section.rows.iter().all(|row| row.get(place).is_none_or(Cell::is_number))
    };
    let heads = section.columns.iter().enumerate();
    let heads = heads.map(|(place, column)| Head {
        title: column.title.pick(language),
        number: is_number(place),
    });
    let shown = |cell: &Cell| {
        let shade = count(cell).filter(|_| is_heat).map(|count| chart::shade_of(count, most));
        let (ground, ink) = shade.map_or((None, "#1f2328"), |(ground, ink)| (Some(ground), ink));
        let number = cell.is_number();
        let (text, small) = match cell {
            Cell::Rate { num: _, den: _, pct: Some(pct) } => {
                let whole = cell.shown(language);
                let fraction = whole.split(" = ").next().unwrap_or_default().to_owned();
                (format!("{pct} %"), Some(fraction))
            }
            Cell::Count(0) if is_heat => (String::new(), None),
            Cell::Nothing(())
            | Cell::Count(_)
            | Cell::Rate { .. }
            | Cell::Said(_)
            | Cell::Text(_) => (cell.shown(language), None),
        };
        Shown { text, small, number, ground, ink }
    };
    let rows = section.rows.iter().map(|row| row.iter().map(shown).collect());
    Part {
        title,
        note: section.note.as_ref().map(|note| note.pick(language)),
        svg: chart.filter(|_| !for_mail).map(|chart| chart::svg(chart, title, language)),
        bars: chart
            .filter(|_| for_mail)
            .map(|chart| chart::lengths(chart, language))
            .unwrap_or_default(),
        drawn: chart.is_some() && (is_funnel || (is_heat && !for_mail)),
        heads: heads.collect(),
        rows: rows.collect(),
    }
}

fn count(cell: &Cell) -> Option<u64> {
    match cell {
        Cell::Count(count) => Some(*count),
        Cell::Nothing(()) | Cell::Rate { .. } | Cell::Said(_) | Cell::Text(_) => None,
    }
}
