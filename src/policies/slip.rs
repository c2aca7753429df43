//! `[slips]`, `[[note]]` and `[issuers]`: documents, what stands at their end, and who issues them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{civil::Time, tz::TimeZone};

use super::{
    case::Spot,
    complaint::Complaint,
    reader::Item,
    section::Section,
    set::{names, role, role_list},
    suggest::nearest,
};
use crate::core::{
    event::Kind,
    policy::Ladder,
    slip::{COLOURS, Likewise, Note, SlipKind},
    timestamp::Timestamp,
};

/// Reads `[slips]` into `into`.
pub fn slips(
    section: &Section<'_>,
    roles: &BTreeSet<String>,
    notes: &[Note],
    into: &mut BTreeMap<String, SlipKind>,
) {
    for item in section.entries() {
        let Some(s) = item.section(format!("slip `{}`", item.key())) else { continue };
        let (zh, en) = names(&s, item.key());
        let colour = s.get("colour");
        let note_ids: BTreeSet<&str> = notes.iter().map(|note| note.id.as_str()).collect();
        let receipt_due = s.span("receipt_due");
        let missing_receipt = missing(&s, "missing_receipt");
        if missing_receipt.is_some() && receipt_due.is_none() {
            s.complain(format!(
                "slip `{}` has `missing_receipt`, but no `receipt_due` says by when it is missing",
                item.key()
            ));
        }
        let kind = SlipKind {
            zh,
            en,
            serial: s.text_or("serial", ""),
            colour: colour
                .as_ref()
                .filter(|item| {
                    item.word("a colour of slips", &COLOURS.map(|one| (one, ()))).is_some()
                })
                .and_then(Item::text)
                .unwrap_or("none")
                .to_owned(),
            ask_receipt: s.switch_or("ask_receipt", false),
            cc: role_list(s.get("cc"), roles),
            issuer: s.get("issuer").and_then(|item| role(&item, roles)),
            note: s
                .get("note")
                .and_then(|item| item.known("note", "[[note]]", note_ids.iter().copied()))
                .map(str::to_owned),
            receipt_due,
            missing_receipt,
            missing_reply: missing(&s, "missing_reply"),
            also_receipted: likewise(&s, "also_receipted"),
            also_replied: likewise(&s, "also_replied"),
            receipt_adds: s.get("receipt_adds").and_then(|item| item.kind()),
            withdraw_by: role_list(s.get("withdraw_by"), roles),
            tell_withdrawal: s.switch_or("tell_withdrawal", false),
        };
        s.finish();
        if into.insert(item.key().to_owned(), kind).is_some() {
            item.complain(format!("slip `{}` is defined twice", item.key()));
        }
    }
}

/// `{ add = "reply_missed" }`: the event that an absence becomes.
fn missing(section: &Section<'_>, key: &'static str) -> Option<Kind> {
    let inner = section.get(key)?.section(format!("`{key}`"))?;
    let add = inner.need("add").and_then(|item| item.kind());
    inner.finish();
    add
}

/// `{ event = "offline_action", type = "onsite" }`: an event whose data say these words.
fn likewise(section: &Section<'_>, key: &'static str) -> Option<Likewise> {
    let inner = section.get(key)?.section(format!("`{key}`"))?;
    let event = inner.need("event").and_then(|item| item.kind())?;
    let words = inner.entries().filter(|item| item.key() != "event");
    let says = words.map(|item| (item.key().to_owned(), item.texts())).collect();
    Some(Likewise { event, says })
}

/// Reads one `[[note]]`: a text at one version, from a day on or until one.
fn note(section: &Section<'_>, zone: &TimeZone) -> Option<Note> {
    let filled = |key| section.need(key).and_then(|item| item.filled()).map(str::to_owned);
    let (id, version, zh) = (filled("id"), filled("version"), filled("zh"));
    let en = section.get("en").and_then(|item| item.filled()).map(str::to_owned);
    let day = |item: Option<&Item<'_>>| {
        let date = item?.date()?;
        let midnight = date.to_datetime(Time::midnight());
        zone.to_ambiguous_timestamp(midnight).compatible().ok().map(Timestamp::from)
    };
    let from = day(section.get("from").as_ref());
    let to_item = section.get("to");
    let to = day(to_item.as_ref());
    if let (Some(item), Some(from), Some(to)) = (to_item, from, to)
        && to <= from
    {
        item.complain("the note ends before it begins");
    }
    let (id, version, zh) = (id?, version?, zh?);
    if [&id, &version].iter().any(|name| name.contains('@')) {
        section.complain("`@` stands between the id and the version of a note, not in them");
    }
    Some(Note { en: en.unwrap_or_else(|| zh.clone()), id, version, from, to, zh })
}

/// Reads every `[[note]]`, and complains about two of one name or on the same day.
pub fn notes(sections: Vec<Section<'_>>, zone: &TimeZone) -> Vec<Note> {
    let read = sections.into_iter().filter_map(|section| Some((note(&section, zone)?, section)));
    let read: Vec<(Note, Section<'_>)> = read.collect();
    check_notes(&read);
    let finished = read.into_iter().map(|(note, section)| {
        section.finish();
        note
    });
    finished.collect()
}

fn check_notes(notes: &[(Note, Section<'_>)]) {
    for (index, (note, section)) in notes.iter().enumerate() {
        for (other, _) in &notes[..index] {
            if other.name() == note.name() {
                section.complain(format!("note `{}` is defined twice", note.name()));
            } else if other.id == note.id && overlap(other, note) {
                section.warn(
                    format!("`{}` and `{}` hold on the same days", other.name(), note.name()),
                    Some("the later in the file is used; give the earlier a `to`".to_owned()),
                );
            }
        }
    }
}

fn overlap(one: &Note, other: &Note) -> bool {
    let begins_before_end =
        |a: &Note, b: &Note| a.from.zip(b.to).is_none_or(|(from, to)| from < to);
    begins_before_end(one, other) && begins_before_end(other, one)
}

/// Doubts a step that waits for an event which is nearly one that duban adds.
pub fn near_misses(
    ladders: &[Ladder],
    slips: &BTreeMap<String, SlipKind>,
    spots: &[Vec<Spot>],
) -> Vec<Complaint> {
    let added: BTreeSet<&str> = slips
        .values()
        .flat_map(|kind| kind.missing_receipt.iter().chain(&kind.missing_reply))
        .map(Kind::name)
        .collect();
    let mut doubts = Vec::new();
    for (ladder, spots) in ladders.iter().zip(spots) {
        for (step, spot) in ladder.steps.iter().zip(spots) {
            let Some(Kind::Custom(name)) = &step.also_on else { continue };
            let near = nearest(name, added.iter().copied()).filter(|_| !added.contains(&**name));
            doubts.extend(near.map(|near| {
                spot.warn(format!(
                    "no slip adds `{name}` when something is missing; did you mean `{near}`?"
                ))
            }));
        }
    }
    doubts
}

/// Reads `[issuers]`: what stands before the serials of a unit.
pub fn issuers(section: &Section<'_>, into: &mut BTreeMap<String, String>) {
    for item in section.entries() {
        if let Some(mark) = item.filled() {
            into.insert(item.key().to_owned(), mark.to_owned());
        }
    }
}
