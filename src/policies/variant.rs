//! How a clock differs for some tickets: `variants`, and the older `by_category`, `by_kind`,
//! `ladder_by_kind`, `skip_by_kind`, which are read as variants of one key.

use std::collections::BTreeMap;

use super::{
    policy::{Around, clock_span, skips},
    reader::Item,
    section::Section,
    selector::selector,
};
use crate::core::{policy::Selector, span::Span, variant::Variant};

/// Every variant of a clock: those of kinds first, then the longest categories, then as written.
pub fn variants(
    section: &Section<'_>,
    ladder: Option<usize>,
    around: Around<'_>,
    based: impl Fn(Span) -> Span,
) -> Vec<Variant> {
    let span = |item: &Item<'_>| clock_span(item).map(&based);
    let of = |key: &str, value: String, variant: Variant| {
        let keys = BTreeMap::from([(key.to_owned(), vec![value])]);
        Variant { select: Selector { keys }, ..variant }
    };
    let mut variants = Vec::new();
    for (kind, span) in each(section.get("by_kind"), span) {
        variants.push(of("kind", kind, Variant { span: Some(span), ..Variant::default() }));
    }
    for (kind, ladder) in each(section.get("ladder_by_kind"), |item| around.names.ladder(item)) {
        variants.push(of("kind", kind, Variant { ladder: Some(ladder), ..Variant::default() }));
    }
    let steps = |item: &Item<'_>| Some(skips(Some(item.clone()), &around.steps(ladder)));
    for (kind, skip) in each(section.get("skip_by_kind"), steps) {
        variants.push(of("kind", kind, Variant { skip: Some(skip), ..Variant::default() }));
    }
    let mut by_category = each(section.get("by_category"), span);
    by_category.sort_by_key(|(category, _)| std::cmp::Reverse(category.len()));
    for (category, span) in by_category {
        variants.push(of("category", category, Variant { span: Some(span), ..Variant::default() }));
    }
    let written = section.get("variants").and_then(|item| item.list()).unwrap_or_default();
    variants.extend(written.iter().filter_map(|item| variant(item, ladder, around, &based)));
    variants
}

/// `{ select = { grade = ["疑难"] }, dur = "15wd", ladder = "x", skip = ["due-2wd"] }`
fn variant(
    item: &Item<'_>,
    of_rule: Option<usize>,
    around: Around<'_>,
    based: impl Fn(Span) -> Span,
) -> Option<Variant> {
    let section = item.section("the variant")?;
    let select = section.need("select").map(|item| {
        let is_empty = item.section("`select`").is_some_and(|keys| keys.entries().next().is_none());
        if is_empty {
            item.complain("this takes every ticket; write its values at the clock itself");
        }
        selector(&item, around.names)
    });
    let ladder = section.get("ladder").and_then(|item| around.names.ladder(&item));
    let steps = around.steps(ladder.or(of_rule));
    let span = section.get("dur").and_then(|item| clock_span(&item)).map(based);
    let skip = section.get("skip").map(|item| skips(Some(item), &steps));
    let names_change = ["dur", "ladder", "skip"].iter().any(|key| section.get(key).is_some());
    if !names_change {
        section.complain("the variant changes nothing: give it `dur`, `ladder` or `skip`");
    }
    section.finish();
    Some(Variant { select: select?, span, ladder, skip })
}

fn each<T>(item: Option<Item<'_>>, read: impl Fn(&Item<'_>) -> Option<T>) -> Vec<(String, T)> {
    let section = item.and_then(|item| item.section(format!("`{}`", item.key())));
    let entries = section.iter().flat_map(Section::entries);
    entries.filter_map(|item| Some((item.key().to_owned(), read(&item)?))).collect()
}
