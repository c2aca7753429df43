//! The line of a decided ticket on the board, as the store keeps it.

use crate::{
    core::{board, policy::PolicySet, ticket::Ticket},
    store::BoardLine,
};

/// The line of a ticket; `None` once it has ended.
pub fn line(set: &PolicySet, ticket_key: i64, ticket: &Ticket) -> Option<BoardLine> {
    let line = board::line(set, ticket)?;
    Some(BoardLine {
        ticket_key,
        ticket_no: ticket.no.clone(),
        unit: ticket.unit.clone().unwrap_or_default(),
        policy: ticket.policy(set).map(|policy| policy.id.clone()).unwrap_or_default(),
        stage: ticket.stage_word().to_owned(),
        state: line.state.name().to_owned(),
        colour: line.colour.name().to_owned(),
        clock: line.clock,
        due: line.due,
        since: line.since,
        round: line.round,
    })
}
