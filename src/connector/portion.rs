//! Rows of one batch as entries and refusals, ready to be written in one transaction.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Connector, Hands, query::compare};
use crate::{
    config::connectors::CursorKind,
    core::{contact::split_contact, event::Event, timestamp::Timestamp},
    intake::{
        canon::canonical,
        mapping::{Mapping, Row, Seen},
    },
    rules::Rules,
    secret::Key,
    store::{NewEntry, Refusal, StoreError},
};

/// One row of a source.
pub struct Item {
    /// As a refusal names it: `orders.csv:12`.
    pub place: String,
    /// The same however often the row is read.
    pub mark: String,
    /// How far on this row is, where the source says so.
    pub cursor: Option<String>,
    pub what: What,
}

/// What a row turned out to be.
pub enum What {
    Event(Box<Event>),
    /// By column of the mapping.
    Cells(Vec<String>),
    Bad {
        reason: String,
        raw: String,
    },
}

/// What is written.
#[derive(Debug, Default)]
pub struct Portion {
    pub entries: Vec<NewEntry>,
    pub refusals: Vec<(String, Refusal)>,
    pub seen: Vec<(String, String)>,
}

/// What the store keeps of a ticket that is shown as it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Kept {
    seen: Seen,
    /// How far on the row was; an earlier one that is read again says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
}

/// Makes entries and refusals of rows. `kind` tells which of two cursors is further on.
pub async fn portion(
    connector: &Connector,
    hands: &Hands<'_>,
    items: Vec<Item>,
    kind: CursorKind,
) -> Result<Portion, StoreError> {
    let mut kept = remembered(connector, hands, &items).await?;
    let now = hands.wall.now();
    let mut making = Making {
        rules: hands.rules,
        seal: hands.seal,
        now,
        mapping: connector.mapping.as_ref(),
        portion: Portion::default(),
    };
    for item in items {
        making.item(item, &mut kept, kind);
    }
    let mut portion = making.portion;
    let changed = kept.into_iter().filter(|(_, (_, is_changed))| *is_changed);
    portion.seen = changed
        .map(|(ticket, (kept, _))| {
            (ticket, serde_json::to_string(&kept).expect("texts and switches are JSON"))
        })
        .collect();
    Ok(portion)
}

type Memory = BTreeMap<String, (Kept, bool)>;

/// What was seen before of the tickets these rows are of.
async fn remembered(
    connector: &Connector,
    hands: &Hands<'_>,
    items: &[Item],
) -> Result<Memory, StoreError> {
    let Some(mapping) = &connector.mapping else { return Ok(Memory::new()) };
    let mut tickets = Vec::new();
    for item in items {
        if let What::Cells(cells) = &item.what {
            let row = Row { mapping, cells };
            if row.compares() {
                tickets.extend(row.ticket());
            }
        }
    }
    tickets.sort_unstable();
    tickets.dedup();
    if tickets.is_empty() {
        return Ok(Memory::new());
    }
    let wanted: Vec<&str> = tickets.iter().map(String::as_str).collect();
    let found = hands.store.connector_seen(connector.name(), &wanted).await?;
    let read = |text: &str| serde_json::from_str(text).unwrap_or_default();
    Ok(found.into_iter().map(|(ticket, text)| (ticket, (read(&text), false))).collect())
}

struct Making<'a> {
    rules: &'a Rules,
    seal: &'a Key,
    now: Timestamp,
    mapping: Option<&'a Mapping>,
    portion: Portion,
}

impl Making<'_> {
    fn item(&mut self, item: Item, memory: &mut Memory, kind: CursorKind) {
        let Item { place, mark, cursor, what } = item;
        match what {
            What::Event(event) => self.event(&place, &mark, *event),
            What::Bad { reason, raw } => self.refuse(&place, mark, reason, raw),
            What::Cells(cells) => {
                let mapping = self.mapping.expect("rows are read by a mapping");
                self.row(&Row { mapping, cells: &cells }, (&place, &mark), cursor, memory, kind);
            }
        }
    }

    fn row(
        &mut self,
        row: &Row<'_>,
        (place, mark): (&str, &str),
        cursor: Option<String>,
        memory: &mut Memory,
        kind: CursorKind,
    ) {
        let ticket = match row.ticket() {
            Ok(ticket) => ticket,
            Err(reason) => return self.refuse(place, mark.to_owned(), reason, row.kept()),
        };
        let given = if row.compares() {
            let (kept, is_changed) = memory.entry(ticket.clone()).or_default();
            let is_old = matches!((&cursor, &kept.cursor), (Some(cursor), Some(last)) if compare(cursor, last, kind).is_lt());
            if is_old {
                return;
            }
            let before = kept.clone();
            let given = row.events(&ticket, Some(&mut kept.seen));
            kept.cursor = cursor.or(kept.cursor.take());
            *is_changed |= *kept != before;
            given
        } else {
            row.events(&ticket, None)
        };
        for (nth, event) in given.into_iter().enumerate() {
            let mark = format!("{mark}/{nth}");
            match event {
                Ok(event) => self.event(place, &mark, event),
                Err(reason) => self.refuse(place, mark, reason, row.kept()),
            }
        }
    }

    fn event(&mut self, place: &str, mark: &str, mut event: Event) {
        let mut original = event.clone();
        self.rules.attest(&mut event);
        match canonical(event, self.seal, self.now) {
            Ok(entry) => self.portion.entries.push(entry),
            Err(refusal) => {
                split_contact(&mut original);
                let raw = serde_json::to_string(&original)
                    .expect("texts, numbers and JSON values are JSON");
                self.refuse(place, mark.to_owned(), refusal.to_string(), raw);
            }
        }
    }

    fn refuse(&mut self, place: &str, mark: String, reason: String, raw: String) {
        let refusal = Refusal { source: place.to_owned(), reason, raw };
        self.portion.refusals.push((mark, refusal));
    }
}

/// A mark for a row that has no number: what it holds.
pub fn mark_of(cells: &[String]) -> String {
    let mut hasher = blake3::Hasher::new();
    for cell in cells {
        hasher.update(&(cell.len() as u64).to_le_bytes());
        hasher.update(cell.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}
