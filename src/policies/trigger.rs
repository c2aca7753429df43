//! `[[trigger]]`, and the short form `trigger = { ... }` of a policy that tickets are opened under.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    ladder::Names,
    reader::{Item, one_of},
    section::Section,
    selector::selector,
};
use crate::core::{
    attributes::PLAIN,
    event::Kind,
    policy::{Condition, Selector},
    slots::GIVEN,
    ticket::{LINKED, RESULT, TRIGGERED},
    trigger::{Opening, Target, Trigger},
};

/// What a key may be of beside the attributes.
const OWN_KEYS: [&str; 4] = ["caller", "phone_hash", "ticket", "unit"];

/// Reads one `[[trigger]]`.
pub fn trigger(section: Section<'_>, names: &Names) -> Trigger {
    let id = section.need("id").and_then(|item| id(&item)).unwrap_or_default();
    let zh = section.get("zh").and_then(|item| item.filled());
    let en = section.get("en").and_then(|item| item.filled());
    let occurrences = |key| section.get(key).map(|item| occurrences(&item)).unwrap_or_default();
    let to = section.need("to").map(|item| item.one_or_many()).unwrap_or_default();
    let read = Trigger {
        zh: zh.or(en).unwrap_or(&id).to_owned(),
        en: en.unwrap_or(&id).to_owned(),
        on: section.need("on").map(|item| self::occurrences(&item)).unwrap_or_default(),
        arm: occurrences("arm"),
        reset_on: occurrences("reset_on"),
        select: section.get("select").map(|item| select(&item, names)).unwrap_or_default(),
        key: section.need("key").map(|item| keys(&item, names)).unwrap_or_default(),
        count: section.get("count").and_then(|item| count(&item)).unwrap_or(1),
        distinct: section.switch_or("distinct", false),
        window: section.span("window"),
        once_per: section.span("once_per"),
        add: section.get("add").and_then(|item| item.kind()),
        to: to.iter().filter_map(|item| item.word("a ticket to tell", &Target::ALL)).collect(),
        with: section.get("with").map(|item| texts(&item, "`with`")).unwrap_or_default(),
        opens: section.get("opens").map(|item| opening(&item, names)).unwrap_or_default(),
        undo: section.get("undo").and_then(|item| item.kind()),
        id,
    };
    whole(&section, &read);
    section.finish();
    read
}

/// What has to fit together.
fn whole(section: &Section<'_>, trigger: &Trigger) {
    let Trigger { id, to, .. } = trigger;
    if trigger.window.is_none() && (trigger.count > 1 || !trigger.arm.is_empty()) {
        section.complain(format!("trigger `{id}` has no `window`, so it would count for ever"));
    }
    if to.contains(&Target::Armed) && trigger.arm.is_empty() {
        section.complain(format!("trigger `{id}` tells the `armed` ticket, but has no `arm`"));
    }
    let opens = to.contains(&Target::New);
    let many = opens || to.contains(&Target::Each);
    if many && trigger.once_per.is_none() && trigger.arm.is_empty() {
        section.complain(format!(
            "trigger `{id}` needs `once_per`: without it every further event would be a group of its own"
        ));
    }
    if trigger.add.is_none() && to.iter().any(|target| *target != Target::New) {
        section.complain(format!("trigger `{id}` has no `add`: what is the ticket told?"));
    }
}

/// Reads `trigger = { count, window, ... }` of the policy `id`: its tickets are opened by the count.
pub fn of_policy(item: &Item<'_>, id: &str, select: &Selector, names: &Names) -> Option<Trigger> {
    let section = item.section("`trigger`")?;
    let says: BTreeMap<String, String> = select
        .keys
        .iter()
        .filter_map(|(key, values)| Some((key.clone(), values.first()?.clone())))
        .collect();
    let on = section.get("on").map(|item| occurrences(&item));
    let reset_on = section.get("reset_on").map(|item| occurrences(&item));
    let per = section.get("per").map(|item| keys(&item, names));
    let count = section.need("count").and_then(|item| count(&item));
    let window = section.need_span("window");
    let once_per = section.span("once_per");
    let undo = section.get("undo").and_then(|item| item.kind());
    section.finish();
    Some(Trigger {
        id: id.to_owned(),
        zh: id.to_owned(),
        en: id.to_owned(),
        // Where nothing is said: the event of the kind the policy is for.
        on: on.unwrap_or_else(|| vec![says.get("kind").cloned().unwrap_or_else(|| id.to_owned())]),
        reset_on: reset_on.unwrap_or_default(),
        key: per.unwrap_or_else(|| vec!["phone_hash".to_owned()]),
        count: count?,
        window: Some(window?),
        once_per: Some(once_per.unwrap_or(window?)),
        to: vec![Target::New],
        opens: Opening { event: None, says },
        undo,
        ..Trigger::default()
    })
}

/// Every custom kind the triggers name.
pub fn kinds(triggers: &[Trigger]) -> BTreeSet<Kind> {
    // What tickets tell each other without any trigger.
    let mut kinds = BTreeSet::from([LINKED, RESULT, TRIGGERED, GIVEN].map(Kind::of));
    for trigger in triggers {
        let named = trigger.on.iter().chain(&trigger.arm).chain(&trigger.reset_on);
        kinds.extend(named.map(|name| Kind::of(name)).chain(trigger.adds().cloned()));
    }
    kinds
}

/// What tickets have to remember so that their later events find their tally.
pub fn attributes(triggers: &[Trigger]) -> impl Iterator<Item = String> {
    let keys = triggers.iter().flat_map(|trigger| &trigger.key);
    let kept = keys
        .filter(|key| !PLAIN.contains(&key.as_str()) && !matches!(key.as_str(), "unit" | "ticket"));
    // The platform's own hash of a number and ours stand for each other.
    kept.flat_map(|key| match key.as_str() {
        "caller" | "phone_hash" => vec!["caller".to_owned(), "phone_hash".to_owned()],
        key => vec![key.to_owned()],
    })
}

fn id(item: &Item<'_>) -> Option<String> {
    let id = item.filled()?;
    if id.contains('/') || id.contains(char::is_whitespace) {
        item.complain(format!("`{id}` becomes part of numbers: write it without `/` and spaces"));
        return None;
    }
    Some(id.to_owned())
}

/// Names of event kinds, or of conditions over an event.
fn occurrences(item: &Item<'_>) -> Vec<String> {
    let is_condition = |text: &str| Condition::ALL.iter().any(|(name, _)| *name == text);
    let read = |item: &Item<'_>| {
        let text = item.filled()?;
        if !is_condition(text) {
            item.kind()?;
        }
        Some(text.to_owned())
    };
    item.one_or_many().iter().filter_map(read).collect()
}

fn count(item: &Item<'_>) -> Option<u32> {
    let count = item.count()?;
    if !(1..=1_000).contains(&count) {
        item.complain(format!("{count} is no count to wait for; write 1 to 1000"));
        return None;
    }
    Some(count)
}

fn known(names: &Names) -> Vec<&str> {
    PLAIN.into_iter().chain(OWN_KEYS).chain(names.attributes.iter().map(String::as_str)).collect()
}

fn keys(item: &Item<'_>, names: &Names) -> Vec<String> {
    let known = known(names);
    let items = item.one_or_many();
    if items.is_empty() {
        item.complain("a trigger without a key would count everything together; name at least one");
    }
    let place = "the attributes of tickets";
    let read = |item: &Item<'_>| item.known("key", place, known.iter().copied()).map(str::to_owned);
    items.iter().filter_map(read).collect()
}

/// A selector of tickets that may also look at what the event itself says, `words` for example.
fn select(item: &Item<'_>, names: &Names) -> Selector {
    let Some(section) = item.section("`select`") else { return Selector::default() };
    if section.get_named("words").is_none() {
        return selector(item, names);
    }
    let mut attributes = names.attributes.clone();
    attributes.insert("words".to_owned());
    selector(item, &Names { attributes, ..Names::default() })
}

fn texts(item: &Item<'_>, name: &str) -> BTreeMap<String, String> {
    let section = item.section(name);
    let entries = section.iter().flat_map(Section::entries);
    entries.filter_map(|item| Some((item.key().to_owned(), item.note()?))).collect()
}

fn opening(item: &Item<'_>, names: &Names) -> Opening {
    let Some(section) = item.section("`opens`") else { return Opening::default() };
    let event = section.get("event").and_then(|item| item.kind());
    let known = known(names);
    let mut says = BTreeMap::new();
    for item in section.entries().filter(|item| item.key() != "event") {
        if !known.contains(&item.key()) {
            let help = match super::suggest::nearest(item.key(), known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write {}", one_of(known.iter().copied())),
            };
            item.complain_with(format!("tickets have no `{}`", item.key()), help);
        }
        if let Some(text) = item.note() {
            says.insert(item.key().to_owned(), text);
        }
    }
    Opening { event, says }
}
