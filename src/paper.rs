//! A slip as a document: one page to print, to seal and to file.
//!
//! The words were taken when the slip was issued; what came back is written into its
//! fields, and a withdrawn slip says so across the page. Nothing of the resident and
//! nothing of what the ticket is about stands on it: number, class, times.
//!
//! Invariants (tests/paper.rs): `every_kind_of_slip_prints`, `a_document_is_one_page`.

pub mod pdf;

use askama::Template;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::{
    core::{
        org::Org,
        timestamp::Timestamp,
        wording::{Language, Pair, Paper, Stand, full_day, full_moment, serial, stand},
    },
    store::SlipRow,
};

/// Why a slip has no document.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    #[error(
        "slip `{0}` has no document: its kind has no serial, or it was issued before documents were kept"
    )]
    None(String),
    #[error("the document of slip `{key}` cannot be read: {source}")]
    Unreadable { key: String, source: serde_json::Error },
    #[error("the document cannot be rendered: {0}")]
    Render(#[from] askama::Error),
}

/// The page.
#[derive(Template)]
#[template(path = "slip.html")]
struct Page<'a> {
    lang: &'static str,
    zh: bool,
    colour: &'a str,
    title: &'a str,
    serial: String,
    issuer: String,
    to: Vec<String>,
    cc: Vec<String>,
    body: String,
    ask: String,
    reasons: Vec<String>,
    reply_due: Option<String>,
    receipt: Option<Back>,
    reply: Option<Back>,
    fields: Vec<Field>,
    note: Option<String>,
    note_version: &'a str,
    date: String,
    withdrawn: Option<String>,
    reason: &'a str,
    step: &'a str,
    key: &'a str,
}

/// A field of the reply with its label.
struct Field {
    label: &'static str,
    text: String,
}

/// Who received or answered, and when.
struct Back {
    by: String,
    at: String,
}

/// A slip as the API and `--json` print it.
pub fn json(slip: &SlipRow, zone: &TimeZone) -> Value {
    let instant = |at: Timestamp| at.to_rfc3339(zone);
    let read = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
    json!({
        "id": slip.id, "key": slip.key, "ticket": slip.ticket_no, "round": slip.round, "clock": slip.clock,
        "unit": slip.unit, "step": slip.step, "kind": slip.kind, "serial": slip.serial,
        "at": instant(slip.at), "due": slip.due.map(instant), "reply_due": slip.reply_due.map(instant),
        "recipients": read(&slip.recipients), "state": slip.state, "reason": slip.reason,
        "withdrawn": slip.withdrawn.map(instant),
        "issuer": slip.issuer, "note": slip.note, "receipt_due": slip.receipt_due.map(instant),
        "receipted": slip.receipted.map(instant), "receipted_by": slip.receipted_by,
        "receipt_missed": slip.receipt_missed.map(instant),
        "replied": slip.replied.map(instant), "replied_by": slip.replied_by,
        "reply_missed": slip.reply_missed.map(instant), "reply": slip.reply.as_deref().map(read),
        "messages": slip.messages, "sent": slip.sent, "delivered": slip.delivered,
    })
}

/// The document of a slip as a page of HTML that needs nothing else. `org` knows the names of those
/// who received and answered it.
pub fn html(
    slip: &SlipRow,
    language: Language,
    zone: &TimeZone,
    signature: &str,
    org: &Org,
) -> Result<String, PaperError> {
    let text = slip.paper.as_deref().ok_or_else(|| PaperError::None(slip.key.clone()))?;
    let paper: Paper = serde_json::from_str(text)
        .map_err(|source| PaperError::Unreadable { key: slip.key.clone(), source })?;
    let side = |pair: &Pair| said(pair, language);
    let moment = |at| full_moment(at, zone, language);
    let name = |id: &String| org.people.get(id).map_or(id, |person| &person.name).clone();
    let back = |at, by: &Option<String>| Back {
        by: by.as_ref().map(name).unwrap_or_default(),
        at: moment(at),
    };
    let issuer = match side(&paper.issuer) {
        empty if empty.is_empty() => signature.trim_matches(['【', '】', ':', ' ']).to_owned(),
        issuer => issuer,
    };
    let page = Page {
        lang: language.pick("zh-CN", "en"),
        zh: language == Language::Zh,
        colour: &paper.colour,
        title: language.pick(&paper.title[0], &paper.title[1]),
        serial: serial(slip.serial.as_deref().unwrap_or_default(), &slip.kind, language),
        issuer,
        to: paper.to.iter().map(side).collect(),
        cc: paper.cc.iter().map(side).collect(),
        body: body(slip, &paper, language, zone),
        ask: side(&paper.ask),
        reasons: paper.reasons.iter().map(side).collect(),
        reply_due: slip.reply_due.map(moment),
        receipt: slip.receipted.map(|at| back(at, &slip.receipted_by)),
        reply: slip.replied.map(|at| back(at, &slip.replied_by)),
        fields: fields(slip, language),
        note: paper.note.as_ref().map(side),
        note_version: &paper.note_version,
        date: full_day(slip.at, zone, language),
        withdrawn: slip.withdrawn.map(moment),
        reason: slip.reason.as_deref().unwrap_or_default(),
        step: &slip.step,
        key: &slip.key,
    };
    Ok(page.render()?)
}

/// The side of a pair; in Chinese with the marks of a printed page.
fn said(pair: &Pair, language: Language) -> String {
    language.pick(full_width(&pair[0]), pair[1].clone())
}

/// An SMS counts letters and writes `,` and `(`; a page writes `，` and `（` beside Chinese.
fn full_width(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let wide = |index: Option<usize>| {
        index.and_then(|index| letters.get(index)).is_some_and(|letter| !letter.is_ascii())
    };
    let mark = |(index, letter): (usize, &char)| {
        let beside = wide(index.checked_sub(1)) || wide(Some(index + 1));
        match letter {
            ',' if beside => '，',
            ':' if beside => '：',
            ';' if beside => '；',
            '(' if beside => '（',
            ')' if beside => '）',
            other => *other,
        }
    };
    letters.iter().enumerate().map(mark).collect()
}

/// What the slip is about: which ticket, whose, due when, and how it stood on the day of issue.
fn body(slip: &SlipRow, paper: &Paper, language: Language, zone: &TimeZone) -> String {
    let [unit, class, what] =
        [&paper.unit, &paper.class, &paper.what].map(|pair| said(pair, language));
    let due = slip.due.map(|due| full_moment(due, zone, language)).unwrap_or_default();
    let repeated =
        paper.brought
            || slip.key.rsplit('/').next().is_some_and(|step| {
                step.split('.').nth(1).is_some_and(|repetition| repetition != "0")
            });
    let no = &slip.ticket_no;
    let round = slip.round;
    let stands = stand(&slip.step, repeated, slip.due, Some(slip.at), language);
    match language {
        Language::Zh => {
            let round = if round > 1 { format!("，第{round}轮") } else { String::new() };
            let stands = match stands {
                Stand::Before => format!("请于{due}前{what}"),
                Stand::Due => format!("应于{due}前{what}，现已到期，尚未{what}"),
                Stand::After(late) => format!("应于{due}前{what}，现已超期{late}，尚未{what}"),
            };
            format!("工单{no}（{class}{round}）由{unit}承办，{stands}。")
        }
        Language::En => {
            let round = if round > 1 { format!(", round {round}") } else { String::new() };
            let stands = match stands {
                Stand::Before => format!("is to be {what} by {due}"),
                Stand::Due => format!("was to be {what} by {due}; it is due now and not {what}"),
                Stand::After(late) => {
                    format!("was to be {what} by {due}; it is overdue by {late} and not {what}")
                }
            };
            format!("Case {no} ({class}{round}), handled by {unit}, {stands}.")
        }
    }
}

/// The three fields of the reply, filled in as far as they are.
fn fields(slip: &SlipRow, language: Language) -> Vec<Field> {
    let said: Value =
        slip.reply.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    [
        ("done", "已办事项", "What was done"),
        ("plan", "下一步计划", "What will be done"),
        ("by_when", "完成时限", "By when"),
    ]
    .into_iter()
    .map(|(key, zh, en)| Field {
        label: language.pick(zh, en),
        text: said.get(key).and_then(Value::as_str).unwrap_or_default().to_owned(),
    })
    .collect()
}
