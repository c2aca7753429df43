//! Messages nobody is sent: to show what a text says, and to measure it before it is used.
//!
//! The longest values are the longest the set and its organisation have (units, policies,
//! slips, reasons), and for what only a ticket knows the longest that is usual in the field.
//!
//! Invariants (`tests/template_commands.rs`):
//! * `a_longer_unit_makes_the_longest_text_longer`
//! * `the_longest_text_counts_both_branches`

use std::collections::BTreeMap;

use jiff::civil::{Date, date, time};

use super::{Language, Names, Pair, Templates, Text, WordingError, engine::UNKNOWN};
use crate::core::{
    agenda::{Does, LIST, Schedule},
    list::Filled,
    message::{Facts, Message, Piece, Recipient},
    org::Org,
    policy::{PolicySet, Step},
    segments::{self, Encoding, Segments},
    timestamp::Timestamp,
};

/// How long the facts of a specimen are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    Usual,
    Longest,
}

type TakeAway = fn(&mut Facts);

/// Facts a message may lack, so that the other branch of an `if` is taken, and how to take them away.
const LACKS: [(&str, TakeAway); 7] = [
    ("link", |facts| facts.link = false),
    ("reason", |facts| facts.reason = None),
    ("reply_due", |facts| facts.reply_due = None),
    ("accept_due", |facts| facts.accept_due = None),
    ("resolve_due", |facts| facts.resolve_due = None),
    ("due", |facts| facts.due = None),
    ("due", |facts| (facts.due, facts.resolve_due) = (None, None)),
];
/// Steps a text is shown at that no ladder of the set issues.
const STEPS: [&str; 3] = ["due-2wd", "due", "due+10wd"];
/// The list of a set that has no schedule of lists, and its sections.
const USUAL_LIST: [&str; 2] = ["今日清单", "Today"];
const USUAL_SECTIONS: [(&str, &str); 3] =
    [("今日到期", "due today"), ("已超期", "overdue"), ("疑难件", "hard cases")];
/// The text of several messages that leave as one.
const TOGETHER: &str = "staff.together";
/// Messages it is made of, at most.
const PIECES_MAX: usize = 99;

/// Specimens of the messages of one set.
pub struct Specimens<'a> {
    templates: &'a Templates,
    set: &'a PolicySet,
    names: Names,
}

impl<'a> Specimens<'a> {
    /// Specimens with the names of a set and its organisation.
    pub fn of(templates: &'a Templates, set: &'a PolicySet, org: &Org) -> Self {
        Self { templates, set, names: Names::of(set, org) }
    }

    /// The text of this id as it leaves by this way (`sms`, `email`); with the longest values the longest there is.
    pub fn text(
        &self,
        id: &str,
        via: &str,
        language: Language,
        values: Values,
    ) -> Result<Text, WordingError> {
        let steps = self.steps(id);
        let usual = steps.first().copied().unwrap_or_default();
        if values == Values::Usual {
            return self.say(&self.message(id, via, usual, language, values), language, values);
        }
        let named = self.templates.variables(id, language);
        let lacks = LACKS.iter().filter(|(fact, _)| named.contains(*fact));
        let lacks: Vec<Option<TakeAway>> =
            std::iter::once(None).chain(lacks.map(|(_, take)| Some(*take))).collect();
        let mut longest: Option<Text> = None;
        for step in steps {
            for lack in &lacks {
                let mut message = self.message(id, via, step, language, values);
                if let Some(take) = lack {
                    take(&mut message.facts);
                }
                let text = self.say(&message, language, values)?;
                // A text that prints what it lacks does not ask whether it is there: nobody sends it like that.
                if lack.is_some() && text.text.contains(UNKNOWN) {
                    continue;
                }
                if longest.as_ref().is_none_or(|most| cost(&most.text) < cost(&text.text)) {
                    longest = Some(text);
                }
            }
        }
        longest.ok_or_else(|| WordingError::UnknownTemplate(id.to_owned()))
    }

    /// What the longest text of this id costs as SMS, and the text.
    pub fn longest(
        &self,
        id: &str,
        language: Language,
    ) -> Result<(Segments, String), WordingError> {
        let text = self.text(id, "sms", language, Values::Longest)?.text;
        Ok((segments::count(&text), text))
    }

    fn say(
        &self,
        message: &Message,
        language: Language,
        values: Values,
    ) -> Result<Text, WordingError> {
        let link = message.facts.link.then_some(match values {
            Values::Usual => "https://t.xn.gov.cn/r/7H2K9QWM3VXA4DEB",
            Values::Longest => "https://12345.example.gov.cn/r/7H2K9QWM3VXA4DEB",
        });
        let signature = match values {
            Values::Usual => language.pick("【12345热线】", "Hotline 12345: "),
            Values::Longest => {
                language.pick("【12345政务服务便民热线】", "Citizen Hotline 12345: ")
            }
        };
        let zone = self.set.calendar.zone();
        self.templates.render(message, language, &self.names, zone, link, signature)
    }

    /// The steps at which the ladders issue the slip of this text; any, if none does.
    fn steps(&self, id: &str) -> Vec<&str> {
        let slip = id.strip_prefix("staff.").unwrap_or_default();
        let steps = self.set.ladders.iter().flat_map(|ladder| &ladder.steps);
        let mut issued: Vec<&str> = Vec::new();
        for Step { at_text, .. } in steps.filter(|step| step.slip == slip) {
            if !issued.contains(&at_text.as_str()) {
                issued.push(at_text);
            }
        }
        if issued.is_empty() { STEPS.to_vec() } else { issued }
    }

    fn message(
        &self,
        id: &str,
        via: &str,
        step: &str,
        language: Language,
        values: Values,
    ) -> Message {
        let names = &self.names;
        let of = |map: &BTreeMap<String, Pair>, usual: &str, without: &str| match values {
            Values::Usual if map.contains_key(usual) => usual.to_owned(),
            Values::Usual => map.keys().next().map_or(without, String::as_str).to_owned(),
            Values::Longest => longest(map, language).unwrap_or(without).to_owned(),
        };
        let unit = of(&names.units, "", language.pick("市市场监督管理局", "Market Regulation"));
        let policy = self.set.default_policy.and_then(|at| self.set.policies.get(at));
        let policy = policy.map_or("general", |policy| policy.id.as_str());
        let own = id.strip_prefix("staff.").filter(|slip| names.slips.contains_key(*slip));
        let slip = own.map_or_else(|| of(&names.slips, "yellow", ""), str::to_owned);
        let told = self.set.ladders.iter().flat_map(|ladder| &ladder.steps);
        let told =
            told.filter(|step| own == Some(step.slip.as_str())).find(|step| !step.to.is_empty());
        let roles = told.map_or_else(
            || vec![of(&names.roles, "principal", "")],
            |step| step.to.iter().chain(&step.cc).cloned().collect(),
        );
        let schedules = self.set.schedules.iter().filter(|one| one.template() == Some(id));
        let schedule = schedules.max_by_key(|one| match values {
            Values::Usual => 0,
            Values::Longest => listed(one, language),
        });
        let (title, lists) = match schedule {
            Some(schedule) => {
                let title = [schedule.zh.clone(), schedule.en.clone()];
                (Some(title), filled(sections(schedule), values))
            }
            None if id == LIST => {
                (Some(USUAL_LIST.map(str::to_owned)), filled(USUAL_SECTIONS, values))
            }
            None => (None, Vec::new()),
        };
        Message {
            key: String::new(),
            ticket: String::new(),
            slip: own.map(|_| String::new()),
            with: Vec::new(),
            to: Recipient::Staff {
                unit: unit.clone(),
                role: roles.first().cloned().unwrap_or_default(),
                person: None,
                away: None,
                cc: false,
            },
            via: via.to_owned(),
            template: id.to_owned(),
            facts: Facts {
                no: number(values).to_owned(),
                policy: of(&names.policies, policy, language.pick("一般诉求", "general")),
                policy_version: self.set.version.clone(),
                round: if values == Values::Usual { 2 } else { 12 },
                unit,
                serial: self.serial(&slip, values),
                clock: self.clock(id, language, values),
                reason: Some(self.reason(language, values)),
                contacts: 3,
                title,
                lists,
                together: if id == TOGETHER { pieces(&slip, values) } else { Vec::new() },
                roles,
                step: step.to_owned(),
                link: id.starts_with("resident.") || values == Values::Longest,
                slip,
                ..self.dues(language, values)
            },
            not_before: Timestamp(0),
            expires: None,
        }
    }

    /// Instants in months of one digit, or of two; the longest English month is September.
    fn dues(&self, language: Language, values: Values) -> Facts {
        let month = match values {
            Values::Usual => 5,
            Values::Longest => language.pick(12, 9),
        };
        let first: Date = date(2026, month, 1);
        let at = |day: i8, hour: i8| {
            let day = first.with().day(day).build().unwrap_or(first);
            Some(self.set.calendar.at(day, time(hour, 0, 0, 0)))
        };
        Facts {
            dispatched: at(11, 10),
            accept_due: at(12, 11),
            due: at(14, 18),
            resolve_due: at(15, 18),
            step_time: at(16, 10),
            reply_due: at(17, 18),
            link_expires: at(18, 18),
            ..Facts::default()
        }
    }

    fn serial(&self, slip: &str, values: Values) -> Option<String> {
        let series = &self.set.slips.get(slip)?.serial;
        let marks = self.set.issuers.values().map(String::as_str);
        let (mark, number) = match values {
            Values::Usual => ("", "118"),
            Values::Longest => (marks.max_by_key(|mark| mark.len()).unwrap_or_default(), "12345"),
        };
        (!series.is_empty()).then(|| format!("{mark}{series}〔2026〕{number}号"))
    }

    fn clock(&self, id: &str, language: Language, values: Values) -> String {
        let clocks = &self.templates.clocks;
        let usual = if id == "staff.task" { "accept" } else { "resolve" };
        if values == Values::Usual && clocks.contains_key(usual) {
            return usual.to_owned();
        }
        let longest =
            clocks.iter().max_by_key(|(_, words)| weight(language.of_two(&words.what), language));
        longest.map(|(id, _)| id.clone()).unwrap_or_default()
    }

    fn reason(&self, language: Language, values: Values) -> String {
        if values == Values::Usual {
            return "answer_unsolved".to_owned();
        }
        let all = self.templates.reasons.iter().chain(&self.names.flags);
        let longest = all.max_by_key(|(_, pair)| weight(language.of_two(pair), language));
        longest.map(|(id, _)| id.clone()).unwrap_or_default()
    }
}

/// A ticket number: as centres write it, or as long as those of several systems are.
fn number(values: Values) -> &'static str {
    match values {
        Values::Usual => "W260507-0123",
        Values::Longest => "GD20261228012345",
    }
}

/// The id with the longest name.
fn longest(names: &BTreeMap<String, Pair>, language: Language) -> Option<&str> {
    let most = names.iter().max_by_key(|(_, pair)| weight(language.of_two(pair), language));
    most.map(|(id, _)| id.as_str())
}

/// What a name adds to a text: Chinese texts are sixteen bits anyway, English ones only if a name makes them so.
fn weight(name: &str, language: Language) -> (Encoding, usize) {
    let counted = segments::count(name);
    match language {
        Language::Zh => (Encoding::Ucs2, name.encode_utf16().count()),
        Language::En => (counted.encoding, counted.units),
    }
}

fn cost(text: &str) -> (usize, usize) {
    let counted = segments::count(text);
    (counted.segments, counted.units)
}

/// How long a schedule's title and the names of its sections are together.
fn listed(schedule: &Schedule, language: Language) -> usize {
    let title = language.pick(&schedule.zh, &schedule.en).chars().count();
    let sections = sections(schedule).map(|(zh, en)| language.pick(zh, en).chars().count() + 6);
    title + sections.sum::<usize>()
}

fn filled<'a>(
    sections: impl IntoIterator<Item = (&'a str, &'a str)>,
    values: Values,
) -> Vec<Filled> {
    let count = if values == Values::Usual { 12 } else { 1_234 };
    let one = |(zh, en): (&str, &str)| Filled {
        zh: zh.to_owned(),
        en: en.to_owned(),
        count,
        rows: Vec::new(),
    };
    sections.into_iter().map(one).collect()
}

fn sections(schedule: &Schedule) -> impl Iterator<Item = (&str, &str)> {
    let sections = match &schedule.does {
        Does::List(listing) => listing.sections.as_slice(),
        Does::Open(_)
        | Does::Sample(_)
        | Does::Remind { .. }
        | Does::Baseline { .. }
        | Does::Report(_) => &[],
    };
    sections.iter().map(|section| (section.zh.as_str(), section.en.as_str()))
}

fn pieces(slip: &str, values: Values) -> Vec<Piece> {
    let count = if values == Values::Usual { 2 } else { PIECES_MAX };
    let no = number(values).to_owned();
    vec![Piece { no, slip: slip.to_owned(), serial: None, due: None }; count]
}
