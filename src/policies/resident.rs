//! What a policy file says about talking with residents: `tell`, `outcome`, `[reply]`.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::{reader::Item, section::Section};
use crate::core::{
    event::Kind,
    policy::{COUNTS, Grade, Meaning, Outcome, OutcomeRule, ReplyRule, Tell},
    reply::is_code,
};

/// Kinds of events and the messages residents get of them.
pub type Tells = BTreeMap<Kind, Tell>;

/// Reads `tell` of a policy, or `[tell]` of the set, over what already holds: an event is told
/// of with a template, with `{ template, each = true }` every time, with `false` not at all.
pub fn tell(section: &Section<'_>, holds: &Tells) -> Tells {
    let mut tells = holds.clone();
    for item in section.entries() {
        let kind = item.key_kind();
        if let DeValue::Boolean(false) = item.raw() {
            tells.remove(&kind);
        } else if let Some(told) = one(&item) {
            tells.insert(kind, told);
        }
    }
    tells
}

fn one(item: &Item<'_>) -> Option<Tell> {
    if !matches!(item.raw(), DeValue::Table(_)) {
        return Some(Tell { template: template(item)?, each: false });
    }
    let section = item.section(format!("`{}`", item.key()))?;
    let template = section.need("template").and_then(|item| template(&item));
    let each = section.switch_or("each", false);
    section.finish();
    Some(Tell { template: template?, each })
}

/// A template residents get: `resident.accepted`.
fn template(item: &Item<'_>) -> Option<String> {
    let text = item.filled()?;
    if text.strip_prefix("resident.").is_none_or(str::is_empty) {
        item.complain_with(
            format!("`{text}` is no message to residents"),
            "write the id of a template like `resident.accepted`",
        );
        return None;
    }
    Some(text.to_owned())
}

/// Reads `outcome` and `care_tag` of a policy: how callbacks without an answer end.
pub fn outcome(policy: &Section<'_>) -> Option<OutcomeRule> {
    let care = policy.get("care_tag");
    let section = policy.get("outcome").and_then(|item| item.section("`outcome`"));
    if care.is_none() && section.is_none() {
        return None;
    }
    let mut rule = OutcomeRule::default();
    let ways = [("phone_only", true)];
    rule.care_by_phone = care
        .and_then(|item| item.word("a way with people who need care", &ways))
        .unwrap_or(rule.care_by_phone);
    if let Some(section) = section {
        let word = |key| {
            let item: Item<'_> = section.get(key)?;
            item.word("an outcome without an answer", &Outcome::WITHOUT_ANSWER)
        };
        rule.no_answer = word("no_answer").unwrap_or(rule.no_answer);
        rule.refused = word("refused").unwrap_or(rule.refused);
        rule.no_route = word("no_route");
        if let Some(item) = section.get("never_default_satisfied")
            && item.switch() == Some(false)
        {
            item.complain("who did not answer is never satisfied; leave this out or write true");
        }
        section.finish();
    }
    Some(rule)
}

/// Reads `[reply]`: what replies mean and what an answer needs.
pub fn reply(section: Section<'_>) -> ReplyRule {
    let standard = ReplyRule::default();
    let words = |key, standard: Vec<String>| match section.get(key) {
        Some(item) => item.texts().iter().map(|word| word.to_uppercase()).collect(),
        None => standard,
    };
    let rule = ReplyRule {
        digits: section.get("digits").and_then(|item| item.section("`digits`")).map_or(
            standard.digits,
            |digits| {
                let meanings = digits.entries();
                meanings.filter_map(|item| Some((code(&item)?, meaning(&item)?))).collect()
            },
        ),
        stop: words("stop", standard.stop),
        start: words("start", standard.start),
        grades: match section.get("grades") {
            Some(item) => item.list().unwrap_or_default().iter().filter_map(grade).collect(),
            None => standard.grades,
        },
        call_required: section.switch_or("call_required", standard.call_required),
        own_within: section.span("own_within").unwrap_or(standard.own_within),
        hotline: section.get("hotline").and_then(|item| hotline(&item)).unwrap_or(standard.hotline),
    };
    if rule.digits.is_empty() {
        section.complain("[reply] knows no digits, so no reply would ever be an answer");
    }
    section.finish();
    rule
}

/// A short number or a long one, as people dial it.
fn hotline(item: &Item<'_>) -> Option<String> {
    let number = item.filled()?;
    let figures = number.chars().filter(char::is_ascii_digit).count();
    let is_dialled = number.chars().all(|c| c.is_ascii_digit() || "+-".contains(c));
    if figures < 3 || !is_dialled {
        item.complain(format!("`{number}` is no number to call; write for example `\"311\"`"));
        return None;
    }
    Some(number.to_owned())
}

/// Digits as `core::reply` reads them: a few letters or figures.
fn code(item: &Item<'_>) -> Option<String> {
    let code = item.key().to_uppercase();
    if code.is_empty() || !is_code(&code) || !code.chars().all(char::is_alphanumeric) {
        item.complain(format!(
            "`{code}` is nothing a resident could reply: write a few figures or letters"
        ));
        return None;
    }
    Some(code)
}

fn meaning(item: &Item<'_>) -> Option<Meaning> {
    const SOLVED: [(&str, &str); 3] = [("yes", "yes"), ("partly", "partly"), ("no", "no")];
    let section = item.section(format!("reply `{}`", item.key()))?;
    let meaning = Meaning {
        solved: section
            .get("solved")
            .and_then(|item| item.word("an answer to whether it is solved", &SOLVED)),
        satisfied: section
            .get("satisfied")
            .and_then(|item| item.word("a grade that counts", &counts())),
    };
    if meaning == Meaning::default() {
        section.complain(format!(
            "reply `{}` says nothing: give it `solved` or `satisfied`",
            item.key()
        ));
    }
    section.finish();
    Some(meaning)
}

fn grade(item: &Item<'_>) -> Option<Grade> {
    let section = item.section("the grade")?;
    let id = section.need("id").and_then(|item| item.filled());
    let zh = section.get("zh").and_then(|item| item.filled());
    let en = section.get("en").and_then(|item| item.filled());
    let counts =
        section.need("counts").and_then(|item| item.word("a grade that counts", &counts()));
    section.finish();
    let id = id?;
    Some(Grade {
        zh: zh.or(en).unwrap_or(id).to_owned(),
        en: en.unwrap_or(id).to_owned(),
        id: id.to_owned(),
        counts: counts?,
    })
}

fn counts() -> [(&'static str, &'static str); 3] {
    COUNTS.map(|word| (word, word))
}
