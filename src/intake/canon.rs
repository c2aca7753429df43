//! From an event as somebody sent it to the entry a journal keeps.
//!
//! Everything that comes in passes here once: bounds are checked, personal data is split
//! off and sealed, and what is left is the body of the journal line. Whether the policy
//! allows the event is not asked here; that is for the fold.
//!
//! Invariants:
//! * `what_is_out_of_bounds_is_refused`
//! * `contacts_are_sealed_and_leave_the_body`
//! * `a_caller_is_known_again_and_not_by_number`

use crate::{
    core::{
        book::PREFIX as BOOK,
        contact::{Contact, split_contact},
        event::Event,
        record::PREFIX,
        timestamp::Timestamp,
    },
    secret::{Key, SecretError},
    store::NewEntry,
};

/// The longest ticket number.
const TICKET_CHARS_MAX: usize = 128;
const KIND_CHARS_MAX: usize = 64;
/// The longest of the other facts: unit, category, area ...
const FACT_CHARS_MAX: usize = 256;
/// The largest body of a journal line.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// Where an event names whoever called.
pub const CALLER: &str = "caller";
/// Clocks of senders may be ahead of ours by this much.
const AHEAD_MS_MAX: i64 = 5 * 60 * 1_000;

/// Why an event does not get into a journal. Never holds what the event said of a person.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("`{field}` is empty")]
    Empty { field: &'static str },
    #[error("`{field}` has {chars} characters; at most {max} are kept")]
    TooLong { field: &'static str, chars: usize, max: usize },
    #[error("`{field}` holds a control character")]
    Control { field: &'static str },
    #[error("ticket numbers that begin with `{BOOK}` are duban's own; send another number")]
    OwnNumber,
    #[error("event kinds that begin with `{PREFIX}` are duban's own records; send another kind")]
    Reserved,
    #[error("`at` is {at}, more than 5 minutes after now ({now}); has it the right offset?")]
    Future { at: Timestamp, now: Timestamp },
    #[error("`at` is {at}; instants before 1970 are not kept")]
    TooOld { at: Timestamp },
    #[error("the event has {bytes} bytes without its contact; at most {BODY_BYTES_MAX} are kept")]
    TooBig { bytes: usize },
    #[error("the contact cannot be sealed: {0}")]
    Seal(SecretError),
}

/// An event that passed: nothing personal is left in it.
#[derive(Debug)]
pub struct Checked {
    pub event: Event,
    pub contact: Option<Contact>,
    body: String,
}

/// Checks an event for the journal, seals its contact and returns the entry.
pub fn canonical(event: Event, sealer: &Key, now: Timestamp) -> Result<NewEntry, Refusal> {
    check(event, now)?.seal(sealer)
}

/// Checks an event without sealing anything: for dry runs.
pub fn check(mut event: Event, now: Timestamp) -> Result<Checked, Refusal> {
    let contact = split_contact(&mut event);
    text("ticket", &event.ticket, TICKET_CHARS_MAX)?;
    text("event", event.kind.name(), KIND_CHARS_MAX)?;
    let facts = [
        ("id", &event.id),
        ("source", &event.source),
        ("unit", &event.unit),
        ("category", &event.category),
        ("urgency", &event.urgency),
        ("area", &event.area),
        ("by", &event.by),
    ];
    for (field, fact) in facts {
        if let Some(fact) = fact {
            text(field, fact, FACT_CHARS_MAX)?;
        }
    }
    if event.ticket.starts_with(BOOK) {
        return Err(Refusal::OwnNumber);
    }
    if event.kind.name().starts_with(PREFIX) {
        return Err(Refusal::Reserved);
    }
    if event.at.since(now) > AHEAD_MS_MAX {
        return Err(Refusal::Future { at: event.at, now });
    }
    if event.at < Timestamp(0) {
        return Err(Refusal::TooOld { at: event.at });
    }
    let body = serde_json::to_string(&event).expect("texts, numbers and JSON values are JSON");
    if body.len() > BODY_BYTES_MAX {
        return Err(Refusal::TooBig { bytes: body.len() });
    }
    Ok(Checked { event, contact, body })
}

impl Checked {
    /// The entry for the store.
    pub fn seal(self, sealer: &Key) -> Result<NewEntry, Refusal> {
        let Self { mut event, contact, mut body } = self;
        // A repeated call is known by it, and the number is not kept for that.
        let said = contact.as_ref().and_then(Contact::identity);
        if let Some(who) = said.or_else(|| event.text(CALLER).map(str::to_owned)) {
            event.data.insert(CALLER.to_owned(), sealer.caller(&who).into());
            body = serde_json::to_string(&event).expect("texts, numbers and JSON values are JSON");
        }
        let contact = contact
            .map(|contact| sealer.seal(&event.ticket, contact.to_json().as_bytes()))
            .transpose()
            .map_err(Refusal::Seal)?;
        Ok(NewEntry {
            at: event.at,
            kind: event.kind.name().to_owned(),
            dedupe: Some(event.dedupe_key()),
            body,
            contact,
            ticket: event.ticket,
        })
    }
}

fn text(field: &'static str, text: &str, max: usize) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::Empty { field });
    }
    let chars = text.chars().count();
    if chars > max {
        return Err(Refusal::TooLong { field, chars, max });
    }
    if text.chars().any(char::is_control) {
        return Err(Refusal::Control { field });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::event::Kind;

    const NOW: Timestamp = Timestamp(1_778_116_320_000);

    fn event(kind: &str) -> Event {
        Event::new("W260507-0123", Kind::of(kind), NOW)
    }

    fn key() -> Key {
        Key::parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "the test").expect("a key")
    }

    #[test]
    fn what_is_out_of_bounds_is_refused() {
        let with = |change: fn(&mut Event)| {
            let mut event = event("dispatched");
            change(&mut event);
            event
        };
        #[rustfmt::skip]
        let table = [
            ("as it should be",   with(|_| {}),                                   None),
            ("128 characters",    with(|e| e.ticket = "工".repeat(128)),           None),
            ("129 characters",    with(|e| e.ticket = "工".repeat(129)),           Some("`ticket` has 129 characters; at most 128 are kept")),
            ("a blank ticket",    with(|e| e.ticket = " ".into()),                Some("`ticket` is empty")),
            ("a line break",      with(|e| e.ticket = "W1\n2".into()),            Some("`ticket` holds a control character")),
            ("a NUL in the unit", with(|e| e.unit = Some("a\0".into())),          Some("`unit` holds a control character")),
            ("a number of ours",  with(|e| e.ticket = "~tally/x/y".into()),       Some("ticket numbers that begin with `~` are duban's own; send another number")),
            ("a kind of ours",    event("duban.slip"),                            Some("event kinds that begin with `duban.` are duban's own records; send another kind")),
            ("an unknown kind",   event("danced"),                                None),
            ("5 min ahead",       with(|e| e.at = NOW.plus_ms(300_000)),          None),
            ("a bit more",        with(|e| e.at = NOW.plus_ms(300_001)),          Some("`at` is 2026-05-07T01:17:00.001Z, more than 5 minutes after now (2026-05-07T01:12:00Z); has it the right offset?")),
            ("1970",              with(|e| e.at = Timestamp(0)),                  None),
            ("before 1970",       with(|e| e.at = Timestamp(-1)),                 Some("`at` is 1969-12-31T23:59:59.999Z; instants before 1970 are not kept")),
            ("far too much",      with(|e| _ = e.data.insert("x".into(), "y".repeat(70_000).into())), Some("the event has 70090 bytes without its contact; at most 65536 are kept")),
        ];
        for (name, event, want) in table {
            let got = check(event, NOW).err().map(|refusal| refusal.to_string());
            assert_eq!(got.as_deref(), want, "{name}");
        }
    }

    #[test]
    fn contacts_are_sealed_and_leave_the_body() {
        let mut event = event("received");
        event.data.insert("phone".into(), "13800138000".into());
        event.data.insert("content".into(), "the lift is stuck".into());
        let entry = canonical(event, &key(), NOW).expect("a good event");
        let caller = key().caller("3800138000");
        assert_eq!(
            entry.body,
            format!(
                r#"{{"ticket":"W260507-0123","event":"received","at":"2026-05-07T01:12:00Z","data":{{"reach":["sms"],"caller":"{caller}"}}}}"#
            )
        );
        let sealed = entry.contact.expect("a contact");
        let opened = key().unseal("W260507-0123", &sealed).expect("opens on its ticket");
        assert_eq!(opened, br#"{"phone":"13800138000"}"#);
    }

    #[test]
    fn a_caller_is_known_again_and_not_by_number() {
        let caller = |key: &str, value: &str| {
            let mut event = event("received");
            event.data.insert(key.into(), value.into());
            let entry = canonical(event, &self::key(), NOW).expect("a good event");
            let body: serde_json::Value = serde_json::from_str(&entry.body).expect("JSON");
            assert!(!entry.body.contains("13800138000"), "{}", entry.body);
            body["data"]["caller"].as_str().unwrap_or_default().to_owned()
        };
        let one = caller("phone", "13800138000");
        assert_eq!(one.len(), 16);
        assert_eq!(caller("phone", "+86 138-0013-8000"), one, "another spelling");
        assert_ne!(caller("phone", "13800138001"), one, "another number");
        assert_eq!(caller("email", "Li@example.org"), caller("email", "li@example.org"));
        assert_ne!(
            caller("caller", "13800138000"),
            "13800138000",
            "what the sender names is hashed too"
        );
        let other = Key::parse("AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "the test");
        assert_ne!(other.expect("a key").caller("3800138000"), one, "another key, another name");
    }
}
