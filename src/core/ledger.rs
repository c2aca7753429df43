//! The ledgers a ticket stands in: hung matters, and what was flagged as open too long.
//!
//! An entry follows from the ticket's state alone; the store keeps it so that lists and
//! rates need not read every ticket. Lists never mix: a hung matter counts in its own.

use serde::Serialize;

use super::{
    clock::Clock,
    event::Kind,
    ticket::{Overlay, Ticket},
    timestamp::Timestamp,
};

/// One line of a ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Unique on the ticket: the overlay's name, or the flag.
    pub entry: String,
    /// The list it is in: the policy that admitted it (`hung`), or the flag (`long_open`).
    pub list: String,
    pub unit: String,
    pub opened: Timestamp,
    /// What is due next on it, and what last: its review and its expiry.
    pub review_due: Option<Timestamp>,
    pub expires: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    /// `struck_off`, `reactivated` ...
    pub ended_by: Option<String>,
    pub reason: Option<String>,
    pub approver: Option<String>,
    pub leader: Option<String>,
    /// What the policy asks for at admission and nobody said.
    pub lacking: Vec<String>,
}

/// The lines of a ticket, in the order they were opened.
pub fn entries(ticket: &Ticket) -> Vec<Entry> {
    let hung = ticket.overlays.iter().filter_map(|overlay| of_overlay(ticket, overlay));
    let flagged = ticket.flags.iter().map(|raised| {
        let mark = if raised.about.is_empty() { "" } else { "/" };
        let struck_off = ticket.seen.get(&Kind::StruckOff).copied().filter(|at| *at >= raised.at);
        Entry {
            entry: format!("{}/{}{mark}{}", raised.flag, raised.round, raised.about),
            list: raised.flag.clone(),
            unit: ticket.unit.clone().unwrap_or_default(),
            opened: raised.at,
            review_due: None,
            expires: None,
            ended: struck_off.or(ticket.ended),
            ended_by: match (struck_off, ticket.ended) {
                (Some(_), _) => Some(Kind::StruckOff.name().to_owned()),
                (None, Some(_)) => Some("ended".to_owned()),
                (None, None) => None,
            },
            reason: None,
            approver: None,
            leader: None,
            lacking: Vec::new(),
        }
    });
    let mut entries: Vec<Entry> = hung.chain(flagged).collect();
    entries.sort_by_key(|entry| entry.opened);
    entries
}

fn of_overlay(ticket: &Ticket, overlay: &Overlay) -> Option<Entry> {
    let admission = overlay.admission.as_ref()?;
    let of_it = |clock: &&Clock| clock.key.overlay == overlay.name && clock.is_open();
    let dues = || ticket.clocks.iter().filter(of_it).map(|clock| clock.due);
    let ended = overlay.ended.as_ref();
    Some(Entry {
        entry: overlay.name.clone(),
        list: overlay.name.split_once('.').map_or(&*overlay.name, |(policy, _)| policy).to_owned(),
        unit: ticket.unit.clone().unwrap_or_default(),
        opened: overlay.opened,
        review_due: dues().min(),
        expires: dues().max(),
        ended: ended.map(|ended| ended.at),
        ended_by: ended.map(|ended| ended.by.as_ref().map_or("ended", |by| by.name()).to_owned()),
        reason: admission.reason.clone(),
        approver: admission.approver.clone(),
        leader: admission.leader.clone(),
        lacking: admission.lacking.clone(),
    })
}
