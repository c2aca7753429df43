//! `[[ladder]]`: ordered steps, and the little language of a step's `at`.

use std::collections::{BTreeMap, BTreeSet};

use super::{case::Spot, reader::Item, section::Section, set::role_list};
use crate::core::{
    policy::{Ladder, Repeat, Step, StepAt, Via},
    span::{Span, SpanError},
};

/// What `at` may be, for complaints.
const AT_GRAMMAR: &str = "write `start`, `start+2h`, `start+50%`, `due-1wd`, `due` or `due+2wh`";

/// The names a file may use, gathered before anything uses them.
#[derive(Debug, Default)]
pub struct Names {
    pub roles: BTreeSet<String>,
    pub slips: BTreeSet<String>,
    pub pauses: BTreeSet<String>,
    /// To the index in `PolicySet::ladders`.
    pub ladders: BTreeMap<String, usize>,
    /// Keys of `data` that selectors may name.
    pub attributes: BTreeSet<String>,
}

impl Names {
    /// The index of a ladder.
    pub fn ladder(&self, item: &Item<'_>) -> Option<usize> {
        let known = self.ladders.keys().map(String::as_str);
        self.ladders.get(item.known("ladder", "[[ladder]]", known)?).copied()
    }
}

/// Reads one `[[ladder]]`, with the place of each step.
pub fn ladder(section: Section<'_>, names: &Names) -> (Ladder, Vec<Spot>) {
    let listed = section.need("steps").and_then(|item| item.list());
    let none_listed = listed.as_ref().is_some_and(Vec::is_empty);
    let steps = listed
        .unwrap_or_default()
        .into_iter()
        .filter_map(|item| Some((step(&item, names)?, item.spot())));
    let (steps, spots): (Vec<Step>, Vec<Spot>) = steps.unzip();
    let ladder = Ladder {
        id: section.need("id").and_then(|item| item.filled()).unwrap_or_default().to_owned(),
        night: section.switch_or("night", false),
        stop_on: section.get("stop_on").map(|item| item.kinds()).unwrap_or_default(),
        steps,
    };
    if none_listed {
        section.complain(format!("ladder `{}` has no steps", ladder.id));
    }
    section.finish();
    (ladder, spots)
}

fn step(item: &Item<'_>, names: &Names) -> Option<Step> {
    let section = item.section("the step")?;
    let at = section.need("at").and_then(|item| step_at(&item));
    let slip = section
        .need("slip")
        .and_then(|item| item.known("slip", "[slips]", names.slips.iter().map(String::as_str)));
    let to_item = section.need("to");
    let to = role_list(to_item.clone(), &names.roles);
    if let Some(item) = to_item
        && item.one_or_many().is_empty()
    {
        item.complain("the step tells nobody: `to` is empty");
    }
    let cc = role_list(section.get("cc"), &names.roles);
    let via_item = section.need("via");
    let via = via_list(via_item.as_ref());
    let reply_due = section.span("reply_due");
    let repeat = section.get("repeat").and_then(|item| repeat(&item));
    let also_on = section.get("also_on").and_then(|item| item.kind());
    let kinds = |key| section.get(key).map(|item: Item<'_>| item.kinds()).unwrap_or_default();
    let (only_if, unless) = (kinds("only_if"), kinds("unless"));
    section.finish();
    let (at, at_text) = at?;
    let slip = slip?.to_owned();
    Some(Step { at, at_text, slip, to, cc, via, reply_due, repeat, also_on, only_if, unless })
}

/// Ways to a person.
pub fn ways(item: &Item<'_>) -> Vec<Via> {
    let words = Via::ALL.map(|via| (via.name(), via));
    let items = item.one_or_many();
    items.iter().filter_map(|item| item.word("a way to a person", &words)).collect()
}

fn via_list(item: Option<&Item<'_>>) -> Vec<Via> {
    let items = item.map(Item::one_or_many).unwrap_or_default();
    if let Some(item) = item
        && items.is_empty()
    {
        item.complain("the step has no way to anybody: `via` is empty");
    }
    item.map(ways).unwrap_or_default()
}

fn repeat(item: &Item<'_>) -> Option<Repeat> {
    let section = item.section("`repeat`")?;
    let every = section.need("every").and_then(|item| {
        let span = item.span()?;
        if span.is_zero() {
            item.complain("a repetition every nothing never ends");
            return None;
        }
        Some(span)
    });
    let max = section.need("max").and_then(|item| {
        let count = item.count()?;
        let max = u16::try_from(count).ok().filter(|max| (1..=1000).contains(max));
        if max.is_none() {
            item.complain(format!("{count} repetitions are not 1 to 1000"));
        }
        max
    });
    section.finish();
    Some(Repeat { every: every?, max: max? })
}

/// Reads an `at` with its text.
pub fn step_at(item: &Item<'_>) -> Option<(StepAt, String)> {
    let text = item.text()?;
    match parse_at(text) {
        Ok(at) => Some((at, text.to_owned())),
        Err(error @ AtError::Span(_)) => {
            item.complain(error.to_string());
            None
        }
        Err(error @ (AtError::Place(_) | AtError::Percent(_))) => {
            item.complain_with(error.to_string(), AT_GRAMMAR);
            None
        }
    }
}

/// Why a text is not an `at`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AtError {
    #[error("`{0}` is not a place on a clock")]
    Place(String),
    #[error("`{0}` is not 1% to 100%")]
    Percent(String),
    #[error(transparent)]
    Span(#[from] SpanError),
}

/// Reads the text of an `at`.
pub fn parse_at(text: &str) -> Result<StepAt, AtError> {
    let malformed = || AtError::Place(text.to_owned());
    let span = |text: &str| Span::parse(text).map_err(AtError::from);
    if let Some(offset) = text.strip_prefix("start") {
        return match (offset, offset.strip_prefix('+')) {
            ("", _) => Ok(StepAt::Start),
            (_, Some(share)) if share.ends_with('%') => share
                .trim_end_matches('%')
                .parse::<u8>()
                .ok()
                .filter(|percent| (1..=100).contains(percent))
                .map(StepAt::StartPercent)
                .ok_or_else(|| AtError::Percent(share.to_owned())),
            (_, Some(offset)) => span(offset).map(StepAt::StartPlus),
            (_, None) => Err(malformed()),
        };
    }
    let offset = text.strip_prefix("due").ok_or_else(malformed)?;
    match (offset, offset.strip_prefix('+'), offset.strip_prefix('-')) {
        ("", _, _) => Ok(StepAt::Due),
        (_, Some(offset), _) => span(offset).map(StepAt::DuePlus),
        (_, _, Some(offset)) => span(offset).map(StepAt::DueMinus),
        (_, None, None) => Err(malformed()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_stands_before_on_or_after_its_clock() {
        #[rustfmt::skip]
        let table = [
            ("start",      Ok(StepAt::Start)),
            ("start+2h",   Ok(StepAt::StartPlus(Span::Elapsed(7_200_000)))),
            ("start+50%",  Ok(StepAt::StartPercent(50))),
            ("start+100%", Ok(StepAt::StartPercent(100))),
            ("start+0%",   Err("`0%` is not 1% to 100%")),
            ("start+101%", Err("`101%` is not 1% to 100%")),
            ("start-1h",   Err("`start-1h` is not a place on a clock")),
            ("due",        Ok(StepAt::Due)),
            ("due-1wd",    Ok(StepAt::DueMinus(Span::WorkDays(1)))),
            ("due+9wh",    Ok(StepAt::DuePlus(Span::Working(32_400_000)))),
            ("due+50%",    Err("`50%` is not a span; write for example `30m`, `2h`, `7d`, `2wh` or `5wd`")),
            ("dues",       Err("`dues` is not a place on a clock")),
            ("end",        Err("`end` is not a place on a clock")),
            ("",           Err("`` is not a place on a clock")),
        ];
        for (text, want) in table {
            let got = parse_at(text).map_err(|error| error.to_string());
            assert_eq!(got, want.map_err(str::to_owned), "{text}");
        }
    }
}
