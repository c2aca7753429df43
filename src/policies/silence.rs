//! `silences.toml`: units that are told nothing for a while. An operator edits it and reloads;
//! it decides nothing about clocks, so tickets do not freeze it.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::{reader::Item, section::Section};
use crate::core::{org::Unit, silence::Silence, timestamp::Timestamp};

/// Reads every `[[silence]]`.
pub fn silences(
    root: Section<'_>,
    units: Option<&BTreeMap<String, Unit>>,
    zone: &TimeZone,
) -> Vec<Silence> {
    let items = root.get("silence").and_then(|item| item.list()).unwrap_or_default();
    let read = items.iter().filter_map(|item| silence(item.section("the silence")?, units, zone));
    let silences = read.collect();
    root.finish();
    silences
}

fn silence(
    section: Section<'_>,
    units: Option<&BTreeMap<String, Unit>>,
    zone: &TimeZone,
) -> Option<Silence> {
    let listed = section.get("unit").map(|item| item.one_or_many()).unwrap_or_default();
    let known = || units.into_iter().flat_map(BTreeMap::keys).map(String::as_str);
    let names = listed.iter().filter_map(|item| {
        if units.is_some() { item.known("unit", "[[unit]]", known()) } else { item.filled() }
    });
    let names: Vec<String> = names.map(str::to_owned).collect();
    let instant = |local: jiff::civil::DateTime| {
        zone.to_ambiguous_timestamp(local).compatible().ok().map(Timestamp::from)
    };
    let from = section.need("from").as_ref().and_then(Item::local).and_then(instant);
    let end = section.need("to");
    let to = end.as_ref().and_then(Item::local).and_then(instant);
    let word =
        |key| section.need(key).and_then(|item| item.filled()).unwrap_or_default().to_owned();
    let (owner, reason) = (word("owner"), word("reason"));
    if let (Some(item), Some(from), Some(to)) = (&end, from, to)
        && let Err(error) = Silence::check(from, to)
    {
        item.complain(error.to_string());
    }
    section.finish();
    Some(Silence { units: names, from: from?, to: to?, owner, reason })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policies::{load, sources};

    #[test]
    fn a_bad_silence_is_refused_with_its_place() {
        let mut set = sources("cn").expect("a shipped set");
        let text = "[[silence]]\nunit = \"cx-cgg\"\nfrom = \"2026-05-07 10:00\"\nto = \"2026-05-07 09:00\"\nowner = \"p02\"\nreason = \"x\"\n\
                    [[silence]]\nunit = [\"cx\"]\nfrom = \"2026-05-07 09:00\"\nto = \"2026-07-07 09:00\"\nowner = \"p02\"\nreason = \"x\"\nunti = 1\n\
                    [[silence]]\nfrom = \"2026-05-07 09:00\"\nreason = \"x\"\n";
        set.files.insert("silences.toml".to_owned(), text.to_owned());
        let now = Timestamp::parse("2026-05-07T00:00:00Z").expect("an instant");
        let complaints: Vec<String> = load(&set, now)
            .complaints
            .iter()
            .map(|complaint| complaint.to_string().lines().next().unwrap_or_default().to_owned())
            .collect();
        insta::assert_snapshot!(complaints.join("\n"), @"
        policies/cn/silences.toml:2:8: unit `cx-cgg` is not in [[unit]]; did you mean `cx-cgj`?
        policies/cn/silences.toml:4:6: the silence ends before it begins
        policies/cn/silences.toml:10:6: a silence is a while, 31 days at most
        policies/cn/silences.toml:13:1: unknown key `unti` in the silence; did you mean `unit`?
        policies/cn/silences.toml:14:1: the silence has no `to`
        policies/cn/silences.toml:14:1: the silence has no `owner`
        ");
    }

    #[test]
    fn a_silence_is_read_in_the_zone_of_the_set() {
        let mut set = sources("cn").expect("a shipped set");
        let hash = |set: &_| load(set, Timestamp(0)).set.map(|set| set.hash.clone());
        let before = hash(&set);
        let text = "[[silence]]\nunit = \"cx\"\nfrom = \"2026-05-07 09:00\"\nto = \"2026-05-07 10:00\"\nowner = \"p02\"\nreason = \"drill\"\n";
        set.files.insert("silences.toml".to_owned(), text.to_owned());
        let loaded = load(&set, Timestamp(0));
        let at = |text| Timestamp::parse(text).expect("an instant");
        let want = Silence {
            units: vec!["cx".to_owned()],
            from: at("2026-05-07T01:00:00Z"),
            to: at("2026-05-07T02:00:00Z"),
            owner: "p02".to_owned(),
            reason: "drill".to_owned(),
        };
        assert_eq!(loaded.silences, [want]);
        assert_eq!(hash(&set), before, "tickets do not freeze silences");
    }
}
