//! What came of a moment: slips, letters, refusals and whatever else the journal holds now.

use std::collections::{BTreeMap, BTreeSet};

use duban::{
    core::{
        agenda::PREFIX,
        event::Event,
        fact::Fact,
        message::{Message, Recipient},
        record::Record,
    },
    store::MessageRow,
};
use serde_json::Value;

use crate::{expectation::Told, town::Town};

/// A journal line that was not there before.
pub struct Line {
    pub ticket: String,
    pub kind: String,
    pub body: Value,
    /// For slips and their withdrawals: the key of the slip.
    pub slip: Option<String>,
    /// Added by duban or told by another ticket, not by the story.
    pub own: bool,
}

/// A letter in a phone or mailbox, with the message it was.
pub struct Letter {
    pub ticket: String,
    pub template: String,
    pub slip: Option<String>,
    pub told: Told,
    /// The role it went to, if to staff.
    pub role: String,
    pub text: String,
    pub link: Option<String>,
}

/// A message that will not arrive.
pub struct Lost {
    pub ticket: String,
    pub told: Told,
    pub role: String,
    pub template: String,
    pub reason: String,
}

/// Everything new at one instant.
#[derive(Default)]
pub struct Seen {
    pub lines: Vec<Line>,
    pub letters: Vec<Letter>,
    pub undelivered: Vec<Lost>,
    pub dropped: Vec<Lost>,
}

/// What was seen before, so that only what is new is seen.
#[derive(Default)]
pub struct Memory {
    heads: BTreeMap<String, i64>,
    mails: usize,
    ended: BTreeSet<i64>,
    /// Events the story told, as the journal names them.
    pub told: BTreeSet<(String, String)>,
    /// Slips by key: the record.
    pub slips: BTreeMap<String, Value>,
    /// Every line so far.
    pub journal: Vec<(String, String, Value)>,
    /// Every event so far, and the refused ones by ticket and place in its journal.
    pub events: Vec<(i64, Event)>,
    pub refused: BTreeSet<(String, i64)>,
    /// The last link each receiver got, alone and for each ticket.
    pub links: BTreeMap<String, String>,
}

impl Memory {
    /// Looks at everything the town has written since the last time.
    pub async fn look(&mut self, town: &Town<'_>) -> Seen {
        let mut seen = Seen::default();
        let mut rows: Vec<MessageRow> = Vec::new();
        for loaded in town.store.page(0, 100_000).await.expect("the store answers") {
            let head = self.heads.entry(loaded.no.clone()).or_default();
            let new = loaded.news.iter().filter(|row| row.seq > *head);
            for row in new {
                let body: Value = serde_json::from_str(&row.body).expect("a line is JSON");
                let fact = Fact::read(&row.kind, &row.body).expect("a line reads");
                let (slip, own) = match &fact {
                    Fact::Record(Record::Slip { key, .. }) => (Some(key.text(&loaded.no)), true),
                    Fact::Record(_) => (None, true),
                    Fact::Event(event) => {
                        let name = (loaded.no.clone(), event.dedupe_key());
                        (event.text("slip").map(str::to_owned), !self.told.contains(&name))
                    }
                };
                if let (true, Some(slip)) = (row.kind == "duban.slip", &slip) {
                    self.slips.insert(slip.clone(), body.clone());
                }
                match fact {
                    Fact::Event(event) => self.events.push((row.seq, event)),
                    Fact::Record(Record::Refused { seq, .. }) => {
                        self.refused.insert((loaded.no.clone(), seq));
                    }
                    Fact::Record(_) => {}
                }
                self.journal.push((loaded.no.clone(), row.kind.clone(), body.clone()));
                let (ticket, kind) = (loaded.no.clone(), row.kind.clone());
                seen.lines.push(Line { ticket, kind, body, slip, own });
            }
            *head = loaded.head_seq;
            rows.extend(town.store.messages(loaded.key).await.expect("the store answers"));
        }
        // Lists belong to no ticket but to the agenda of their schedule.
        let schedules = town.rules.load().current.schedules.clone();
        for no in schedules.iter().map(|schedule| format!("{PREFIX}{}", schedule.id)) {
            if let Some(row) = town.store.ticket(&no).await.expect("the store answers") {
                rows.extend(town.store.messages(row.key).await.expect("the store answers"));
            }
        }
        self.letters(town, &rows, &mut seen).await;
        self.losses(&rows, &mut seen);
        seen
    }

    async fn letters(&mut self, town: &Town<'_>, rows: &[MessageRow], seen: &mut Seen) {
        // A letter that stands for several is named after the first of them.
        let together = |message: &Message| Message {
            template: "staff.together".to_owned(),
            slip: None,
            ..message.clone()
        };
        let mut messages: BTreeMap<String, Message> = BTreeMap::new();
        for MessageRow { message, .. } in rows {
            messages.insert(message_id(&message.key), message.clone());
            messages.insert(message_id(&format!("{}/together", message.key)), together(message));
        }
        let addresses = town.addresses();
        let mut arrived: Vec<(String, String, String, String, Vec<String>)> = Vec::new();
        let mails = town.store.mailbox_list(100_000).await.expect("the store answers");
        let new = mails.len() - self.mails;
        self.mails = mails.len();
        for mail in mails.into_iter().take(new).rev() {
            let text = if mail.subject.is_empty() {
                mail.text
            } else {
                format!("{}\n{}", mail.subject, mail.text)
            };
            arrived.push((mail.message_id, mail.channel, mail.to, text, mail.links));
        }
        for one in town.phones.iter().flat_map(crate::phones::Phones::take) {
            arrived.push((one.message_id, one.way, one.to, one.text, one.links));
        }
        for (id, way, to, text, links) in arrived {
            let message = messages.get(&id);
            let (name, role, cc) = match message.map(|message| &message.to) {
                Some(Recipient::Staff { role, cc, .. }) => {
                    let person = addresses.get(&to).cloned();
                    (person.unwrap_or_else(|| "somebody".to_owned()), role.clone(), *cc)
                }
                Some(Recipient::Resident) => ("resident".to_owned(), String::new(), false),
                None => {
                    let person = addresses.get(&to).cloned();
                    (person.unwrap_or_else(|| "resident".to_owned()), String::new(), false)
                }
            };
            let ticket = message.map(|message| message.ticket.clone()).unwrap_or_default();
            let link = links.last().cloned();
            if let Some(link) = &link {
                self.links.insert(name.clone(), link.clone());
                self.links.insert(format!("{name}({ticket})"), link.clone());
            }
            seen.letters.push(Letter {
                template: message.map(|message| message.template.clone()).unwrap_or_default(),
                slip: message.and_then(|message| message.slip.clone()),
                told: Told { name, way, cc },
                ticket,
                role,
                text,
                link,
            });
        }
    }

    fn losses(&mut self, rows: &[MessageRow], seen: &mut Seen) {
        for row in rows {
            let is_lost = matches!(row.state.as_str(), "gave_up" | "dropped");
            if !is_lost || !self.ended.insert(row.id) {
                continue;
            }
            let message = &row.message;
            let (name, role, cc) = match &message.to {
                Recipient::Staff { role, person, cc, .. } => {
                    (person.clone().unwrap_or_else(|| role.clone()), role.clone(), *cc)
                }
                Recipient::Resident => ("resident".to_owned(), String::new(), false),
            };
            let lost = Lost {
                ticket: message.ticket.clone(),
                told: Told { name, way: message.via.clone(), cc },
                role,
                template: message.template.clone(),
                reason: row.reason.clone().unwrap_or_default(),
            };
            if row.state == "dropped" {
                seen.dropped.push(lost);
            } else {
                seen.undelivered.push(lost);
            }
        }
    }
}

/// As channels know a message: the first half of the hash of its key.
fn message_id(key: &str) -> String {
    blake3::hash(key.as_bytes()).to_hex()[..32].to_owned()
}
