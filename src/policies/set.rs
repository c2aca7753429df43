//! The head of a policy set: who, where, when it is quiet, and the tables of names.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{civil::Time, tz::TimeZone};
use toml::de::DeValue;

use super::{ladder::ways, reader::Item, section::Section};
use crate::core::{
    count::{CountBy, CountRule},
    event::Kind,
    fallback::FallbackRule,
    policy::{
        Limit, Noise, PauseRule, Policy, Quiet, QuietResident, QuietStaff, Role, RoleOf, Via,
        WorkdayDue,
    },
    span::Span,
    throttle::ThrottleRule,
};

/// The marker of a policy set file.
pub const SCHEMA: &str = "sla-policy-set/1";

/// What stands above the sections of the head file.
#[derive(Debug)]
pub struct Head {
    pub id: String,
    pub version: String,
    pub zone: TimeZone,
    pub clock_start: Kind,
    pub workday_step_time: Time,
    pub workday_due: WorkdayDue,
    pub resident_clock: Option<Kind>,
    pub language: String,
}

/// Reads the head; `default_policy` and the sections are read by others.
pub fn head(root: &Section<'_>) -> Head {
    if let Some(schema) = root.get("schema") {
        schema.word("a schema duban knows", &[(SCHEMA, ())]);
    }
    let kind = |key| root.get(key).and_then(|item| item.kind());
    Head {
        id: root.need("id").and_then(|item| item.filled()).unwrap_or_default().to_owned(),
        version: root.need("version").and_then(|item| item.filled()).unwrap_or_default().to_owned(),
        zone: root.need("timezone").and_then(|item| zone(&item)).unwrap_or(TimeZone::UTC),
        clock_start: kind("clock_start").unwrap_or(Kind::Dispatched),
        workday_step_time: root
            .get("wd_step_time")
            .and_then(|item| item.time())
            .unwrap_or(Time::constant(9, 0, 0, 0)),
        workday_due: root
            .get("wd_due")
            .and_then(|item| {
                item.word(
                    "a place in the last working day",
                    &[
                        ("closing", WorkdayDue::Closing),
                        ("same_time", WorkdayDue::SameTime),
                        ("end_of_day", WorkdayDue::EndOfDay),
                    ],
                )
            })
            .unwrap_or_default(),
        resident_clock: kind("resident_clock"),
        language: root
            .get("language")
            .and_then(|item| item.word("a language duban writes", &[("zh", "zh"), ("en", "en")]))
            .unwrap_or("zh")
            .to_owned(),
    }
}

fn zone(item: &Item<'_>) -> Option<TimeZone> {
    let name = item.text()?;
    let zone = TimeZone::get(name).ok();
    if zone.is_none() {
        item.complain_with(
            format!("`{name}` is not a time zone"),
            "write a name of the tz database like `Asia/Shanghai`",
        );
    }
    zone
}

/// Reads `[quiet.staff]` and `[quiet.resident]`.
pub fn quiet(section: Section<'_>, policies: &[Policy]) -> Quiet {
    let staff = section.get("staff").and_then(|item| item.section("[quiet.staff]")).and_then(|s| {
        let quiet = s
            .need("hours")
            .and_then(|item| item.time_pair())
            .map(|hours| QuietStaff { hours, rest_days: s.switch_or("rest_days", false) });
        if let Some(item) = s.get("exempt") {
            item.word("an exemption", &[("ladders with night = true", ())]);
        }
        if let Some(item) = s.get("defer_to") {
            item.word("an end of quiet hours", &[("next_open", ())]);
        }
        s.finish();
        quiet
    });
    let resident =
        section.get("resident").and_then(|item| item.section("[quiet.resident]")).and_then(|s| {
            let known = policies.iter().map(|policy| policy.id.as_str());
            let exempt = s.get("exempt_policies").map(|item| item.one_or_many());
            let exempt_policies = exempt
                .unwrap_or_default()
                .iter()
                .filter_map(|item| item.known("policy", "[[policy]]", known.clone()))
                .map(str::to_owned)
                .collect();
            let allowed = s.need("allowed").and_then(|item| item.time_pair());
            if let Some(item) = s.get("defer_to") {
                item.word("an end of quiet hours", &[("next_allowed", ())]);
            }
            s.finish();
            allowed.map(|allowed| QuietResident { allowed, exempt_policies })
        });
    section.finish();
    Quiet { staff, resident }
}

/// What tickets of a group are told of by digest where the set does not say.
const GROUP_DIGEST: [&str; 3] = ["task", "nudge", "green"];

/// Reads `[noise]`; `slips` are the kinds there are.
pub fn noise(section: Section<'_>, slips: &BTreeSet<String>, roles: &BTreeSet<String>) -> Noise {
    let noise = Noise {
        merge_same_person_within: section.span("merge_same_person_within"),
        max_sms_per_person_per_day: section
            .get("max_sms_per_person_per_day")
            .and_then(|item| sms_of_day(&item)),
        min_gap_same_ticket_person: section.span("min_gap_same_ticket_person"),
        manual_urge_min_gap: section.span("manual_urge_min_gap"),
        urge_to: role_list(section.get("urge_to"), roles),
        urge_via: section.get("urge_via").map_or_else(|| vec![Via::Im], |item| ways(&item)),
        digest_times: section
            .get("digest_times")
            .map(|item| item.one_or_many().iter().filter_map(Item::time).collect())
            .unwrap_or_default(),
        group_digest: section.get("digest_of_groups").map_or_else(
            || GROUP_DIGEST.map(str::to_owned).to_vec(),
            |item| {
                let kinds = slips.iter().map(String::as_str);
                let read = |item: &Item<'_>| {
                    item.known("slip", "[slips]", kinds.clone()).map(str::to_owned)
                };
                item.one_or_many().iter().filter_map(read).collect()
            },
        ),
        receipt_suppresses: section.switch_or("receipt_suppresses", false),
        offline_suppresses: section.span("offline_suppresses"),
        gather: section.get("gather").and_then(|item| elapsed(&item).map(Span::Elapsed)),
        throttle: section.get("throttle").and_then(|item| throttle(&item)),
        fallback: section.get("fallback").and_then(|item| fallback(&item)),
    };
    let once = section.get("never_repeat_per_scan");
    if let Some(item) = once.filter(|item| item.switch() == Some(false)) {
        item.complain_with(
            "a step fires once, however often it is looked at",
            "a step that has to come again says so itself, with `repeat`",
        );
    }
    section.finish();
    noise
}

/// A number of SMS; none at all would hold each of them for ever.
fn sms_of_day(item: &Item<'_>) -> Option<u32> {
    let most = item.count()?;
    if most == 0 {
        item.complain_with(
            "with 0 SMS a day none would ever leave",
            "write at least 1, or take `sms` out of the ladders",
        );
    }
    Some(most)
}

/// `{ messages = 20, within = "1m" }`
fn throttle(item: &Item<'_>) -> Option<ThrottleRule> {
    let section = item.section("throttle")?;
    let messages = section.need("messages").and_then(|item| item.count());
    let within_ms = section.need("within").and_then(|item| elapsed(&item));
    section.finish();
    Some(ThrottleRule { messages: messages?, within_ms: within_ms? })
}

/// `{ within = "10m", ways = ["im", "sms", "voice"] }`
fn fallback(item: &Item<'_>) -> Option<FallbackRule> {
    let section = item.section("fallback")?;
    let within_ms = section.need("within").and_then(|item| elapsed(&item));
    let found = section.need("ways").map(|item| ways(&item));
    section.finish();
    if found.as_ref().is_some_and(Vec::is_empty) {
        item.complain("a message that did not arrive needs a way to go on by; name one in `ways`");
    }
    Some(FallbackRule { within_ms: within_ms?, ways: found.filter(|ways| !ways.is_empty())? })
}

/// A span of plain time, a day at most.
fn elapsed(item: &Item<'_>) -> Option<i64> {
    match item.span()? {
        Span::Elapsed(ms) if (1..=24 * 3_600_000).contains(&ms) => Some(ms),
        Span::Elapsed(_) | Span::Days(_) | Span::Working(_) | Span::WorkDays(_) => {
            item.complain("messages wait for a span of plain time up to `24h`, like `10m`");
            None
        }
    }
}

/// Chinese and English name; each falls back to the other, then to the id.
pub fn names(section: &Section<'_>, id: &str) -> (String, String) {
    let zh = section.get("zh").and_then(|item| item.filled());
    let en = section.get("en").and_then(|item| item.filled());
    (zh.or(en).unwrap_or(id).to_owned(), en.unwrap_or(id).to_owned())
}

/// Reads `[roles]` into `into`.
pub fn roles(section: &Section<'_>, into: &mut BTreeMap<String, Role>) {
    for item in section.entries() {
        let Some(s) = item.section(format!("role `{}`", item.key())) else { continue };
        let (zh, en) = names(&s, item.key());
        let level = s.need("level").and_then(|level| {
            let number = level.count()?;
            let found = u8::try_from(number).ok().filter(|number| (1..=9).contains(number));
            if found.is_none() {
                level.complain(format!("level {number} is not 1 (nearest to the work) to 9"));
            }
            found
        });
        let role = Role {
            zh,
            en,
            level: level.unwrap_or(1),
            of: s.get("of").and_then(|item| role_of(&item)).unwrap_or_default(),
            fallback: s.texts("fallback"),
            last_step_only: s.switch_or("last_step_only", false),
        };
        s.finish();
        if into.insert(item.key().to_owned(), role).is_some() {
            item.complain(format!("role `{}` is defined twice", item.key()));
        }
    }
}

/// Whose role it is: `unit`, `area`, or the key of `data` under which a ticket names its unit or person.
fn role_of(item: &Item<'_>) -> Option<RoleOf> {
    Some(match item.filled()? {
        "unit" => RoleOf::Unit,
        "area" => RoleOf::Area,
        key => RoleOf::Party(key.to_owned()),
    })
}

/// Complains about roles that fall back to roles the set does not have, or to themselves.
pub fn check_fallbacks(section: &Section<'_>, roles: &BTreeSet<String>) {
    for item in section.entries() {
        let fallback = item.section("the role").and_then(|s| s.get("fallback"));
        for one in fallback.map(|item| item.one_or_many()).unwrap_or_default() {
            if role(&one, roles).is_some_and(|name| name == item.key()) {
                one.complain(format!("role `{}` falls back to itself", item.key()));
            }
        }
    }
}

/// Reads `[authority]`: kinds of events to the kinds of units that may send them.
pub fn authority(section: &Section<'_>, into: &mut BTreeMap<Kind, Vec<String>>) {
    for item in section.entries() {
        let allowed = item.texts();
        if allowed.is_empty() {
            item.complain(format!("no kind of unit may send `{}`; name one", item.key()));
        }
        into.insert(Kind::of(item.key()), allowed);
    }
}

/// Reads one `[[count]]`.
pub fn count(section: Section<'_>) -> Option<CountRule> {
    let id = section.need("id").and_then(|item| item.filled());
    let zh = section.get("zh").and_then(|item| item.filled());
    let en = section.get("en").and_then(|item| item.filled());
    let on = section.need("on").map(|item| item.kinds()).unwrap_or_default();
    let when = section.get("when").and_then(|item| item.section("`when`"));
    let when = when.iter().flat_map(Section::entries);
    let when = when.filter_map(|item| Some((item.key().to_owned(), item.note()?))).collect();
    let by = section.need("by").and_then(|item| item.filled()).map(|name| {
        let named = CountBy::NAMED.into_iter().find(|(word, _)| *word == name);
        named.map_or_else(|| CountBy::Data(name.to_owned()), |(_, by)| by)
    });
    let once_per = section.get("once_per").and_then(|item| item.filled()).map(str::to_owned);
    section.finish();
    let id = id?;
    Some(CountRule {
        zh: zh.or(en).unwrap_or(id).to_owned(),
        en: en.unwrap_or(id).to_owned(),
        id: id.to_owned(),
        on,
        when,
        by: by?,
        once_per,
    })
}

/// Reads `[pauses]` into `into`; approvers must be roles.
pub fn pauses(
    section: &Section<'_>,
    roles: &BTreeSet<String>,
    into: &mut BTreeMap<String, PauseRule>,
) {
    for item in section.entries() {
        let Some(s) = item.section(format!("pause `{}`", item.key())) else { continue };
        let (zh, en) = names(&s, item.key());
        let approver = s.need("approver").and_then(|item| role(&item, roles));
        let max = s.need_span("max");
        let evidence = s.text_or("evidence", "");
        s.finish();
        let rule = PauseRule {
            zh,
            en,
            max: max.unwrap_or(Span::WorkDays(0)),
            approver: approver.unwrap_or_default(),
            evidence,
        };
        if into.insert(item.key().to_owned(), rule).is_some() {
            item.complain(format!("pause `{}` is defined twice", item.key()));
        }
    }
}

/// A role of the set.
pub fn role(item: &Item<'_>, roles: &BTreeSet<String>) -> Option<String> {
    item.known("role", "[roles]", roles.iter().map(String::as_str)).map(str::to_owned)
}

/// Roles of the set; one or a list.
pub fn role_list(item: Option<Item<'_>>, roles: &BTreeSet<String>) -> Vec<String> {
    let items = item.map(|item| item.one_or_many()).unwrap_or_default();
    items.iter().filter_map(|item| role(item, roles)).collect()
}

/// Reads `[presets]`: published limits of real places, by place, class and name.
pub fn presets(
    section: &Section<'_>,
    into: &mut BTreeMap<String, BTreeMap<String, BTreeMap<String, Limit>>>,
) {
    for place in section.entries() {
        let Some(classes) = place.section(format!("preset `{}`", place.key())) else { continue };
        for class in classes.entries() {
            let Some(limits) = class.section(format!("class `{}`", class.key())) else { continue };
            let limits = limits
                .entries()
                .filter_map(|item| Some((item.key().to_owned(), limit(&item)?)))
                .collect();
            into.entry(place.key().to_owned()).or_default().insert(class.key().to_owned(), limits);
        }
    }
}

fn limit(item: &Item<'_>) -> Option<Limit> {
    match item.raw() {
        DeValue::String(text) => {
            Some(Span::parse(text).map_or_else(|_| Limit::Text(text.to_string()), Limit::Span))
        }
        DeValue::Integer(_) => item.count().map(|count| Limit::Number(i64::from(count))),
        DeValue::Boolean(switch) => Some(Limit::Switch(*switch)),
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
            item.complain("a limit is a span, a whole number, true or false, or a text");
            None
        }
    }
}
