//! `[[campaign]]`: stricter clocks for a while.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::{
    ladder::Names, reader::Item, reader::local_time, section::Section, selector::selector,
};
use crate::core::{campaign::Campaign, policy::Policy, timestamp::Timestamp};

/// Reads one `[[campaign]]`; its clocks must be clocks of some policy.
pub fn campaign(
    section: Section<'_>,
    names: &Names,
    policies: &[Policy],
    zone: &TimeZone,
) -> Option<Campaign> {
    let id = section.need("id").and_then(|item| item.filled()).unwrap_or_default().to_owned();
    let zh = section.get("zh").and_then(|item| item.filled());
    let en = section.get("en").and_then(|item| item.filled());
    let from = section.need("from").and_then(|item| day_or_time(&item, zone));
    let to_item = section.need("to");
    let to = to_item.as_ref().and_then(|item| day_or_time(item, zone));
    if let (Some(from), Some(to), Some(item)) = (from, to, &to_item)
        && to <= from
    {
        item.complain("the campaign ends before it begins: `to` is the first day it is over");
    }
    let campaign = Campaign {
        zh: zh.or(en).unwrap_or(&id).to_owned(),
        en: en.unwrap_or(&id).to_owned(),
        from: from.unwrap_or_default(),
        to: to.unwrap_or_default(),
        select: section.get("select").map(|item| selector(&item, names)).unwrap_or_default(),
        clocks: clocks(section.get("clocks"), policies),
        tag: section.get("tag").and_then(|item| item.filled()).map(str::to_owned),
        id,
    };
    if campaign.clocks.is_empty() && campaign.tag.is_none() {
        section.complain("the campaign changes nothing: give it `clocks` or a `tag`");
    }
    section.finish();
    from.and(to).map(|_| campaign)
}

fn clocks(
    item: Option<Item<'_>>,
    policies: &[Policy],
) -> BTreeMap<String, crate::core::span::Span> {
    let section = item.and_then(|item| item.section("`clocks`"));
    let known: Vec<&str> =
        policies.iter().flat_map(|p| &p.clocks).map(|clock| clock.name.as_str()).collect();
    let mut clocks = BTreeMap::new();
    for item in section.iter().flat_map(Section::entries) {
        item.known_key("clock", "the policies of this set", known.iter().copied());
        if let Some(span) = super::policy::clock_span(&item) {
            clocks.insert(item.key().to_owned(), span);
        }
    }
    clocks
}

/// A day (`2026-03-05`, from its beginning) or a local time.
fn day_or_time(item: &Item<'_>, zone: &TimeZone) -> Option<Timestamp> {
    let text = item.text()?;
    let local = local_time(text).or_else(|| local_time(&format!("{text} 00:00")));
    if local.is_none() {
        item.complain_with(
            format!("`{text}` is not a day"),
            "write it like `2026-03-05`, or with a clock time like `2026-03-05 08:30`",
        );
    }
    zone.to_ambiguous_timestamp(local?).compatible().ok().map(Timestamp::from)
}
