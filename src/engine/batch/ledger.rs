//! The lines of a decided ticket in the ledgers, as the store keeps them.

use crate::{
    core::{ledger::entries, ticket::Ticket},
    store::LedgerRow,
};

/// The ledger lines of a ticket.
pub fn lines(ticket_key: i64, ticket: &Ticket) -> Vec<LedgerRow> {
    let row = |entry: crate::core::ledger::Entry| LedgerRow {
        ticket_key,
        entry: entry.entry,
        list: entry.list,
        ticket_no: ticket.no.clone(),
        unit: entry.unit,
        opened: entry.opened,
        review_due: entry.review_due,
        expires: entry.expires,
        ended: entry.ended,
        ended_by: entry.ended_by,
        reason: entry.reason,
        approver: entry.approver,
        leader: entry.leader,
        lacking: entry.lacking.join(", "),
    };
    entries(ticket).into_iter().map(row).collect()
}
