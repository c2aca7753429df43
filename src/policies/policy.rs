//! `[[policy]]`: which tickets, which clocks, and the rules around them.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::{
    ladder::Names,
    overlay, permits,
    reader::{Item, one_of},
    resident::{self, Tells},
    rules,
    section::Section,
    selector::selector,
    slots::{capacity, slots},
    trigger, variant,
};
use crate::core::{
    event::Kind,
    policy::{
        AskMode, ClockRule, Condition, Ladder, LastRound, Policy, RULING_CLOCK, Saying, Selector,
    },
    span::Span,
};

/// Texts and switches that only reports and pages read.
const NOTES: [&str; 3] = ["effect", "one_owner", "cool_off"];

/// What clocks need to know of the set.
#[derive(Clone, Copy, Debug)]
pub struct Around<'s> {
    pub names: &'s Names,
    pub ladders: &'s [Ladder],
    pub clock_start: &'s Kind,
    pub tells: &'s Tells,
}

impl<'s> Around<'s> {
    /// The places of a ladder's steps, as written.
    pub fn steps(&self, ladder: Option<usize>) -> Vec<&'s str> {
        let ladder = ladder.and_then(|index| self.ladders.get(index));
        ladder.into_iter().flat_map(|l| &l.steps).map(|step| step.at_text.as_str()).collect()
    }
}

/// Reads one `[[policy]]`.
pub fn policy(section: Section<'_>, around: Around<'_>) -> Policy {
    let id = section.need("id").and_then(|item| item.filled()).unwrap_or_default().to_owned();
    let zh = section.get("zh").and_then(|item| item.filled());
    let en = section.get("en").and_then(|item| item.filled());
    let mut clocks = clocks(&section, around);
    let names = clocks.iter().map(|clock| clock.name.clone()).collect::<Vec<_>>();
    let clock_names: Vec<&str> = names.iter().map(String::as_str).collect();
    let returns =
        section.get("returns").and_then(|item| rules::returns(&item, around.names, &clock_names));
    if !clock_names.contains(&RULING_CLOCK) {
        let ruling = returns.as_ref().and_then(|(rule, ladder)| rules::ruling_clock(rule, *ladder));
        clocks.extend(ruling);
    }
    let windows = section.get("slots").map(|item| slots(&item)).unwrap_or_default();
    let (triggers, sayings) = triggers(section.get("triggers"));
    let select: Selector =
        section.get("select").map(|item| selector(&item, around.names)).unwrap_or_default();
    let mut policy = Policy {
        zh: zh.or(en).unwrap_or(&id).to_owned(),
        en: en.unwrap_or(&id).to_owned(),
        precedence: section.count_or("precedence", 0),
        basis: section.get("basis").and_then(|item| item.filled()).map(str::to_owned),
        valid_from: section.get("valid_from").and_then(|item| item.date()),
        deadline_clock: clock_name(section.get("deadline_clock"), &clock_names)
            .into_iter()
            .next()
            .unwrap_or_else(|| "resolve".to_owned()),
        pause_clocks: match section.get("pause_clocks") {
            Some(item) => clock_name(Some(item), &clock_names),
            None => vec!["resolve".to_owned()],
        },
        returns: returns.map(|(rule, _)| rule),
        extension: section.get("extension").and_then(|item| rules::extension(&item, around.names)),
        pauses: section
            .get("pauses")
            .map(|item| item.one_or_many())
            .unwrap_or_default()
            .iter()
            .filter_map(|item| {
                item.known("pause", "[pauses]", around.names.pauses.iter().map(String::as_str))
            })
            .map(str::to_owned)
            .collect(),
        pause_limit: section
            .get("pause_limit")
            .and_then(|item| permits::pause_limit(&item))
            .unwrap_or_default(),
        carried: clock_name(section.get("carried"), &clock_names),
        close: section.get("close").and_then(|item| rules::close(&item)).unwrap_or_default(),
        ends: section.get("ends").map(|item| item.kinds()).unwrap_or_default(),
        overlay: overlay::overlay(&section, around.names),
        max_rounds: section.get("max_rounds").and_then(|item| item.count()),
        triggers: triggers.clone(),
        sayings: sayings.clone(),
        last_round: section
            .get("last_round")
            .and_then(|item| {
                let words = [("ends", LastRound::Ends), ("waits", LastRound::Waits)];
                item.word("what a bad answer in the last round does", &words)
            })
            .unwrap_or_default(),
        raise_level: raise_level(&section, &triggers, &sayings),
        attempts: section.get("attempts").and_then(|item| rules::attempts(&item)),
        ask: section.get("sms").and_then(|item| rules::ask(&item)),
        outcome: resident::outcome(&section),
        count_trigger: section
            .get("trigger")
            .and_then(|item| trigger::of_policy(&item, &id, &select, around.names)),
        capacity: section.get("capacity").and_then(|item| capacity(&item, &windows)),
        slots: windows,
        admit: section.get("admit").and_then(|item| rules::admit(&item, around.names)),
        start_approval: section
            .get("start_approval")
            .and_then(|item| item.filled())
            .map(str::to_owned),
        tell: match section.get("tell").and_then(|item| item.section("`tell`")) {
            Some(own) => resident::tell(&own, around.tells),
            None => around.tells.clone(),
        },
        in_rates: section.switch_or("in_rates", true),
        notes: notes(&section),
        id,
        select,
        clocks,
    };
    overlay::tell_of_admission(&mut policy);
    section.finish();
    policy
}

fn clock_name(item: Option<Item<'_>>, clocks: &[&str]) -> Vec<String> {
    let items = item.map(|item| item.one_or_many()).unwrap_or_default();
    items
        .iter()
        .filter_map(|item| item.known("clock", "the clocks of this policy", clocks.iter().copied()))
        .map(str::to_owned)
        .collect()
}

/// Conditions by name, and those worded here: `{ on = "finding", data = { severity = "虚假办结" }, reason = "finding" }`.
fn triggers(item: Option<Item<'_>>) -> (Vec<Condition>, Vec<Saying>) {
    let (mut named, mut worded) = (Vec::new(), Vec::new());
    for item in item.map(|item| item.one_or_many()).unwrap_or_default() {
        if matches!(item.raw(), DeValue::Table(_)) {
            worded.extend(saying(&item));
        } else {
            named.extend(item.word("a condition that opens a round", &Condition::ALL));
        }
    }
    (named, worded)
}

/// Reasons of rounds that raise the supervision level: each must be one that opens a round.
fn raise_level(section: &Section<'_>, triggers: &[Condition], sayings: &[Saying]) -> Vec<String> {
    let named =
        Condition::ALL.iter().filter(|(_, one)| triggers.contains(one)).map(|(name, _)| *name);
    let known: Vec<&str> =
        named.chain(sayings.iter().map(|saying| saying.reason.as_str())).collect();
    let items = section.get("raise_level").map(|item| item.one_or_many()).unwrap_or_default();
    items
        .iter()
        .filter_map(|item| item.known("reason", "`triggers`", known.iter().copied()))
        .map(str::to_owned)
        .collect()
}

fn saying(item: &Item<'_>) -> Option<Saying> {
    let section = item.section("the condition")?;
    let on = section.need("on").and_then(|item| item.kind());
    let reason = section.need("reason").and_then(|item| item.filled());
    let data = section.get("data").and_then(|item| item.section("`data`"));
    let data = data.iter().flat_map(Section::entries);
    let data = data.map(|item| (item.key().to_owned(), item.texts())).collect();
    section.finish();
    Some(Saying { on: on?, data, reason: reason?.to_owned() })
}

fn notes(section: &Section<'_>) -> BTreeMap<String, String> {
    let note = |key: &'static str| Some((key.to_owned(), section.get(key)?.note()?));
    NOTES.into_iter().filter_map(note).collect()
}

fn clocks(section: &Section<'_>, around: Around<'_>) -> Vec<ClockRule> {
    let items = section.need("clocks").and_then(|item| item.list()).unwrap_or_default();
    let mut clocks: Vec<ClockRule> = Vec::new();
    for item in &items {
        let Some(rule) = clock(item, around) else { continue };
        if clocks.iter().any(|clock| clock.name == rule.name) {
            item.complain(format!("clock `{}` is defined twice in this policy", rule.name));
        }
        clocks.push(rule);
    }
    clocks
}

fn clock(item: &Item<'_>, around: Around<'_>) -> Option<ClockRule> {
    let section = item.section("the clock")?;
    let name = section.need("name").and_then(|item| item.filled())?.to_owned();
    let work = section
        .get("unit_time")
        .and_then(|item| item.word("a base of time", &[("work", true), ("natural", false)]))
        .unwrap_or(false);
    let based = |span: Span| if work { span.as_working() } else { span };
    let ladder = section.get("ladder").and_then(|item| around.names.ladder(&item));
    let recur_until = section.get("recur_until").and_then(|item| item.kind());
    let due_from = section.get("override").and_then(|item| item.filled()).map(str::to_owned);
    let dur = section.get("dur");
    let per_unit = section.switch_or("per_unit", false);
    let rule = ClockRule {
        span: dur.as_ref().and_then(|item| clock_span(item)).map(based),
        ladder,
        start: section
            .get("start")
            .map_or_else(|| vec![around.clock_start.clone()], |item| item.kinds()),
        again: section.switch_or("again", false),
        stop: stop(&section, ladder.and_then(|index| around.ladders.get(index)), &name),
        skip: skips(section.get("skip"), &around.steps(ladder)),
        roll: section.get("roll").and_then(|item| roll(&item)),
        variants: variant::variants(&section, ladder, around, based),
        per_unit,
        units_from: units_from(&section, per_unit),
        owner: section.get("owner").and_then(|item| item.filled()).map(str::to_owned),
        margin: margin(&section, due_from.as_deref()),
        ask_mode: ask_mode(&section, &name),
        coverage: section.get("coverage").and_then(|item| item.share()),
        on_due: section.get("on_due").and_then(|item| on_due(&item)),
        recur_until,
        due_from,
        name,
    };
    section.finish();
    Some(rule)
}

/// The data key that lists for whom a clock runs.
fn units_from(section: &Section<'_>, per_unit: bool) -> String {
    let item = section.get("units_from");
    if let Some(item) = item.as_ref().filter(|_| !per_unit) {
        item.complain("`units_from` names the list of a clock with `per_unit = true`");
    }
    item.and_then(|item| item.filled()).unwrap_or("units").to_owned()
}

/// How long before the due the event carries a clock is due.
fn margin(section: &Section<'_>, due_from: Option<&str>) -> Option<Span> {
    let item = section.get("margin")?;
    if due_from.is_none() {
        item.complain("`margin` is taken off the due of the event; name its key with `override`");
    }
    item.span()
}

/// The event that is added at the due; `reactivate` is an old word for `reactivated`.
fn on_due(item: &Item<'_>) -> Option<Kind> {
    match item.text()? {
        "reactivate" => Some(Kind::of("reactivated")),
        _ => item.kind(),
    }
}

/// The length of a clock; none of no length.
pub fn clock_span(item: &Item<'_>) -> Option<Span> {
    let span = item.span()?;
    if span.is_zero() {
        item.complain("a clock of no length is due before anybody can act");
    }
    Some(span)
}

/// The clock's own stop events, else those of its ladder.
fn stop(section: &Section<'_>, ladder: Option<&Ladder>, name: &str) -> Vec<Kind> {
    let own = section.get("stop").map(|item| item.kinds());
    let stop = own.or_else(|| ladder.map(|ladder| ladder.stop_on.clone())).unwrap_or_default();
    if stop.is_empty() && section.get("ladder").is_none() {
        section.complain(format!("clock `{name}` has no ladder, so it needs its own `stop`"));
    } else if stop.is_empty() && ladder.is_some() {
        section
            .complain(format!("clock `{name}` never stops: neither it nor its ladder says when"));
    }
    stop
}

/// Steps a clock leaves out; each must be one of its ladder's.
pub fn skips(item: Option<Item<'_>>, steps: &[&str]) -> Vec<String> {
    let items = item.map(|item| item.one_or_many()).unwrap_or_default();
    items
        .iter()
        .filter_map(|item| item.known("step", "the clock's ladder", steps.iter().copied()))
        .map(str::to_owned)
        .collect()
}

/// `next_open` or `next_open+2wh`.
fn roll(item: &Item<'_>) -> Option<Span> {
    let text = item.text()?;
    let span = match text.strip_prefix("next_open") {
        Some("") => Some(Span::Working(0)),
        Some(offset) => offset.strip_prefix('+').and_then(|span| Span::parse(span).ok()),
        None => None,
    };
    if span.is_none() {
        item.complain_with(
            format!("`{text}` is not a place for a due outside working time"),
            "write `next_open` or `next_open+2wh`",
        );
    }
    span
}

fn ask_mode(section: &Section<'_>, name: &str) -> AskMode {
    let modes = [("sms_only", AskMode::MessageOnly), ("phone_first", AskMode::PhoneFirst)];
    let Some(item) = section.get("mode") else {
        return if name == "callback" { AskMode::Message } else { AskMode::None };
    };
    if name != "callback" {
        item.complain(format!(
            "`mode` says how a resident is asked; clock `{name}` is not {}",
            one_of(["callback"])
        ));
    }
    item.word("a way to ask a resident", &modes).unwrap_or_default()
}
