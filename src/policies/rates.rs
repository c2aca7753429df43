//! `[[rates]]`: what counts in which rate, what answers weigh, where zones end; by version.

use super::{labels, reader::Item, section::Section};
use crate::core::rates::{Basis, Exclusion, Fraction, Part, Rules, Weights};

/// Reads every `[[rates]]`; a version without zones of its own has those of the set.
pub fn rates(sections: Vec<Section<'_>>, zones: &[(String, u32)]) -> Vec<Rules> {
    let mut versions: Vec<Rules> = Vec::new();
    for section in sections {
        let Some(rules) = version(&section, zones) else { continue };
        if versions.iter().any(|other| other.id == rules.id) {
            section.complain(format!("rates `{}` are defined twice", rules.id));
        }
        section.finish();
        versions.push(rules);
    }
    versions
}

fn version(section: &Section<'_>, zones: &[(String, u32)]) -> Option<Rules> {
    let id = section.need("id").and_then(|item| item.filled())?.to_owned();
    let from = section.get("from").and_then(|item| item.date());
    let to_item = section.get("to");
    let to = to_item.as_ref().and_then(Item::date);
    if let (Some(from), Some(to), Some(item)) = (from, to, &to_item)
        && to <= from
    {
        item.complain("this version ends before it begins: `to` is the first day it is over");
    }
    let own_zones = section.get("zones").and_then(|item| item.section("`zones`"));
    let exclusions = section.get("exclusion").and_then(|item| item.list()).unwrap_or_default();
    let exclusions = exclusions.into_iter().filter_map(|item| item.section("this exclusion"));
    let mut read: Vec<Exclusion> = Vec::new();
    for exclusion in exclusions {
        let Some(one) = self::exclusion(&exclusion) else { continue };
        if read.iter().any(|other| other.id == one.id) {
            exclusion.complain(format!("exclusion `{}` is defined twice", one.id));
        }
        exclusion.finish();
        read.push(one);
    }
    let solved = weighed(section.need("solved"));
    if !solved.is_empty() && !solved.iter().any(|(_, weight)| *weight == Fraction::ONE) {
        section.complain("no answer of `solved` counts 1: 解决率 would always be 0");
    }
    Some(Rules {
        id,
        from,
        to,
        min_n: u64::from(section.count_or("min_n", 30)),
        basis: section
            .get("basis")
            .and_then(|item| item.word("what makes a contact count", &Basis::WORDS))
            .unwrap_or(Basis::Both),
        solved,
        grades: weighed(section.need("grades")),
        weights: weights(section)?,
        exclusions: read,
        zones: own_zones.as_ref().map_or_else(|| zones.to_vec(), labels::zones),
    })
}

/// Words of an answer with what each counts, 0 to 1.
fn weighed(item: Option<Item<'_>>) -> Vec<(String, Fraction)> {
    let Some(section) = item.and_then(|item| item.section("answers")) else { return Vec::new() };
    let weight = |item: Item<'_>| {
        let weight = fraction(&item)?;
        if weight > Fraction::ONE {
            item.complain(format!("`{}` counts more than 1", item.key()));
        }
        Some((item.key().to_owned(), weight))
    };
    section.entries().filter_map(weight).collect()
}

/// `{ response = 30, solved = 35, satisfied = 35 }`, in percent.
fn weights(section: &Section<'_>) -> Option<Weights> {
    let item = section.need("weights")?;
    let table = item.section("`weights`")?;
    let hundredth = Fraction::new(1, 100).expect("100 is above 0");
    let part = |key| Some(fraction(&table.need(key)?)?.times(hundredth));
    let (response, solved, satisfied) = (part("response"), part("solved"), part("satisfied"));
    table.finish();
    let weights = Weights { response: response?, solved: solved?, satisfied: satisfied? };
    if weights.response.plus(weights.solved).plus(weights.satisfied) != Fraction::ONE {
        item.complain("the weights are not 100 together");
    }
    Some(weights)
}

fn exclusion(section: &Section<'_>) -> Option<Exclusion> {
    let id = section.need("id").and_then(|item| item.filled())?;
    let zh = section.get("zh").and_then(|item| item.filled());
    let en = section.get("en").and_then(|item| item.filled());
    let leaves = section.need("leaves").map(|item| item.one_or_many()).unwrap_or_default();
    let part = |item: &Item<'_>| item.word("a group of rates", &Part::WORDS);
    Some(Exclusion {
        id: id.to_owned(),
        zh: zh.or(en).unwrap_or(id).to_owned(),
        en: en.unwrap_or(id).to_owned(),
        leaves: leaves.iter().filter_map(part).collect(),
    })
}

/// A whole number, or a text like `0.6` or `1/2`.
fn fraction(item: &Item<'_>) -> Option<Fraction> {
    if item.raw().is_float() {
        item.complain_with(
            format!("`{}` is a number that is never exact", item.key()),
            "write it in quotes, like `\"0.6\"` or `\"1/2\"`",
        );
        return None;
    }
    if item.raw().as_str().is_none() {
        return item.count().map(|count| Fraction::whole(u64::from(count)));
    }
    let text = item.filled()?;
    let read = Fraction::parse(text);
    if read.is_none() {
        item.complain_with(
            format!("`{text}` is no weight"),
            "write it like `1`, `\"0.6\"` or `\"1/2\"`, with four digits at most",
        );
    }
    read
}
