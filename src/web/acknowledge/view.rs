//! What the page shows of a slip or a list, and which forms it offers.

use askama::Template;
use axum::{http::StatusCode, response::Response};

use super::{
    Opened,
    refusal::refusal,
    standing::{Next, Standing, counted},
    words::{Words, words},
};
use crate::{
    core::{
        slip::FIELD_CHARS_MAX,
        wording::{Paper, span_words},
    },
    store::SlipRow,
    web::{language::Language, overview::colour, page, state::State},
};

/// What came of what was said.
pub(super) enum Said {
    Noted(String),
    Refused(String),
}

/// Something a unit may ask for: the form, or why not.
struct Ask {
    name: &'static str,
    title: &'static str,
    basis: &'static str,
    send: &'static str,
    /// `5`, `个工作日`: the most and its unit.
    amount: Option<(String, String)>,
    why_not: Option<String>,
}

#[derive(Template)]
#[template(path = "acknowledge.html")]
struct Page<'a> {
    style: &'static str,
    language: Language,
    words: &'static Words,
    sender: &'a str,
    token: &'a str,
    title: String,
    colour: &'static str,
    rows: Vec<(&'static str, String)>,
    /// Sections of a list with their tickets.
    lists: Vec<(String, String)>,
    said: Option<Said>,
    receives: bool,
    replies: bool,
    asks: Vec<Ask>,
    prints: bool,
    field_chars_max: usize,
}

/// The page of a message.
pub(super) fn shown(
    state: &State,
    language: Language,
    token: &str,
    opened: &Opened,
    said: Option<Said>,
) -> Response {
    let words = words(language);
    let slip = opened.slip.as_ref();
    let facts = &opened.message.facts;
    let paper: Option<Paper> =
        slip.and_then(|slip| serde_json::from_str(slip.paper.as_deref()?).ok());
    let lists = facts.lists.iter().map(|list| {
        let tickets: Vec<&str> = list.rows.iter().map(|row| row.ticket.as_str()).collect();
        let name = language.of_pair(&[list.zh.clone(), list.en.clone()]);
        (format!("{name} ({})", list.count), tickets.join(" · "))
    });
    let stands = slip.is_none_or(|slip| slip.withdrawn.is_none());
    let is_new = said.is_none();
    let page = Page {
        style: page::style(),
        language,
        words,
        sender: state.sender(language),
        token,
        title: title(state, language, opened, paper.as_ref()),
        colour: paper.as_ref().map_or("none", |paper| colour(&paper.colour)),
        rows: rows(state, language, opened, paper.as_ref()),
        lists: lists.collect(),
        receives: stands && is_new && slip.is_none_or(|slip| slip.receipted.is_none()),
        replies: stands && is_new && slip.is_some_and(|slip| slip.replied.is_none()),
        asks: if stands && is_new { asks(state, language, opened) } else { Vec::new() },
        said,
        prints: paper.is_some(),
        field_chars_max: FIELD_CHARS_MAX,
    };
    page::page(StatusCode::OK, &page)
}

fn title(state: &State, language: Language, opened: &Opened, paper: Option<&Paper>) -> String {
    let facts = &opened.message.facts;
    match (paper, &facts.title) {
        (Some(paper), _) => {
            let serial = facts.serial.as_deref().unwrap_or_default();
            format!("{} {serial}", language.of_pair(&paper.title)).trim().to_owned()
        }
        (None, Some(title)) => language.of_pair(title),
        // A slip without a serial is no document; it has the name of its kind.
        (None, None) => match state.rules.load().current.slips.get(&facts.slip) {
            Some(kind) => language.of_pair(&[kind.zh.clone(), kind.en.clone()]),
            None => facts.no.clone(),
        },
    }
}

/// What is asked, by when, by whom, what happens otherwise, and what was said so far.
fn rows(
    state: &State,
    language: Language,
    opened: &Opened,
    paper: Option<&Paper>,
) -> Vec<(&'static str, String)> {
    let words = words(language);
    let facts = &opened.message.facts;
    let slip = opened.slip.as_ref();
    let rules = state.rules.load();
    let at = |at| state.local(at);
    let name = |who: &String| rules.org.people.get(who).map_or(who, |one| &one.name).clone();
    let by = |who: &Option<String>| who.as_ref().map(|who| format!(" · {}", name(who)));
    let done = |when, who| format!("{}{}", at(when), by(who).unwrap_or_default());
    let unit = |slip: &SlipRow| {
        let unit = rules.org.units.get(&slip.unit)?;
        Some(language.of_pair(&[unit.zh.clone(), unit.en.clone()]))
    };
    let of = |pick: fn(&Paper) -> &[String; 2]| paper.map(|paper| language.of_pair(pick(paper)));
    let standing = opened.standing.as_ref();
    let next = slip.and_then(|slip| Some((standing?, standing?.next(slip)?)));
    let rows = [
        (words.issuer, slip.map(|_| of(|paper| &paper.issuer).unwrap_or_default())),
        (words.unit, slip.and_then(unit)),
        (words.ticket, Some(facts.no.clone())),
        (words.class, of(|paper| &paper.class)),
        (words.asked, of(|paper| &paper.ask)),
        (words.due, facts.due.map(at)),
        (words.reply_due, slip.and_then(|slip| slip.reply_due).map(at)),
        (
            words.otherwise,
            next.map(|(standing, next)| otherwise(standing, &next, language, &at(next.at))),
        ),
        (
            words.note,
            paper.and_then(|paper| paper.note.as_ref()).map(|note| language.of_pair(note)),
        ),
        (words.received, slip.and_then(|slip| Some(done(slip.receipted?, &slip.receipted_by)))),
        (words.replied, slip.and_then(|slip| Some(done(slip.replied?, &slip.replied_by)))),
        (words.extension_asked, standing.and_then(Standing::extension_asked).map(at)),
        (words.withdrawn, slip.and_then(|slip| slip.withdrawn).map(at)),
    ];
    let given = rows.into_iter().filter_map(|(name, text)| Some((name, text?)));
    given.filter(|(_, text)| !text.is_empty()).collect()
}

/// `2026-05-14 18:00 红色督办单：单位主要负责人`
fn otherwise(standing: &Standing, next: &Next, language: Language, at: &str) -> String {
    let set = standing.set();
    let slip = set.slips.get(&next.slip).map(|kind| [kind.zh.clone(), kind.en.clone()]);
    let slip = slip.map_or_else(|| next.slip.clone(), |pair| language.of_pair(&pair));
    let role = |id: &String| {
        let role = set.roles.get(id).map(|role| [role.zh.clone(), role.en.clone()]);
        role.map_or_else(|| id.clone(), |pair| language.of_pair(&pair))
    };
    let to: Vec<String> = next.to.iter().map(role).collect();
    match language {
        Language::Zh => format!("{at} 签发{slip}，送{}", to.join("、")),
        Language::En => format!("{slip} to {} at {at}", to.join(", ")),
    }
}

fn asks(state: &State, language: Language, opened: &Opened) -> Vec<Ask> {
    let offered = || {
        let (person, is_copy) = opened.reader()?;
        let slip = opened.slip.as_ref()?;
        let standing = opened.standing.as_ref()?;
        let may_ask = !is_copy && standing.is_theirs(slip);
        may_ask.then(|| both(state, language, standing, slip, person))
    };
    offered().unwrap_or_default()
}

fn both(
    state: &State,
    language: Language,
    standing: &Standing,
    slip: &SlipRow,
    person: &str,
) -> Vec<Ask> {
    let words = words(language);
    let now = state.wall.now();
    let reason = |event| {
        let why = standing.why_not(&event)?;
        Some(refusal(&why, language, |at| state.local(at)))
    };
    let tongue = language.of_texts();
    let each = standing.each();
    let extend = Ask {
        name: "extend",
        title: words.extend,
        basis: words.extend_basis,
        send: words.extend_send,
        amount: each.map(|each| {
            let number = counted(each).0;
            let unit = span_words(each, tongue).trim_start_matches(&number).trim().to_owned();
            (number, unit)
        }),
        why_not: reason(standing.extension(slip, person, "?", None, now)),
    };
    let give_back = Ask {
        name: "return",
        title: words.give_back,
        basis: words.give_back_basis,
        send: words.give_back_send,
        amount: None,
        why_not: reason(standing.returned(slip, person, "?", now)),
    };
    let is_asked = standing.extension_asked().is_some();
    [Some(extend).filter(|_| !is_asked), Some(give_back)].into_iter().flatten().collect()
}
