//! The board of the supervisors: what is open, what is due, what has climbed how far.
//!
//! Everybody is signed in by a link to their own mail address and sees the tickets of their own
//! units and of those below. Whoever may not see a thing is told the same as if it were not there.
//! What is done here becomes an event through the same intake as from anywhere else.
//!
//! Invariants (tests of the same names in tests/web/board):
//! * `nobody_reads_the_board_unless_signed_in`, `each_sees_only_their_own_units`
//! * `a_form_without_its_token_changes_nothing`, `nobody_speaks_in_a_role_they_do_not_hold`
//! * `the_answer_never_tells_who_is_known`, `a_link_signs_in_once`

mod figures;
mod frame;
mod ledger;
mod live;
mod names;
mod overview;
mod person;
mod picture;
mod scope;
mod search;
mod session;
mod sign_in;
mod silences;
mod ticket;
mod tickets;
mod timeline;
mod trouble;
mod unit;

use std::{fmt, sync::Arc};

use axum::{
    Router,
    routing::{get, post},
};
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;

use super::{guesses::Guesses, state::State};
use crate::wall::Wall;

/// Links to sign in one address may ask for in a minute.
const ASKS_PER_MINUTE: u32 = 10;

/// What the board keeps between requests.
pub struct Board {
    /// The clock of links and sessions: the host's, also where a demonstration lets time run faster.
    wall: Wall,
    /// Wakes whoever sends mails.
    mail: Arc<Notify>,
    /// Ends what is live.
    stop: CancellationToken,
    /// Links asked for, by address.
    asks: Guesses,
    /// Pages that follow live.
    streams: Arc<Semaphore>,
}

impl fmt::Debug for Board {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Board")
    }
}

impl Board {
    /// A board whose sessions go by `wall`.
    pub fn new(wall: Wall, mail: Arc<Notify>, stop: CancellationToken) -> Self {
        let (asks, streams) =
            (Guesses::per_minute(ASKS_PER_MINUTE), Arc::new(Semaphore::new(live::STREAMS_MAX)));
        Self { wall, mail, stop, asks, streams }
    }
}

/// Everything below `/board`.
pub(super) fn routes() -> Router<Arc<State>> {
    Router::new()
        .route("/board", get(overview::show))
        .route("/board/sign-in", get(sign_in::form).post(sign_in::ask))
        .route("/board/in/{token}", get(sign_in::confirm).post(sign_in::enter))
        .route("/board/sign-out", post(sign_in::leave))
        .route("/board/tickets", get(tickets::list))
        .route("/board/t/{ticket}", get(ticket::show))
        .route("/board/search", get(search::find))
        .route("/board/trouble", get(trouble::list))
        .route("/board/live", get(live::follow))
        .route("/board/t/{ticket}/ledger", post(ledger::tell))
        .route("/board/ledger", get(ledger::list))
        .route("/board/u/{unit}", get(unit::show))
        .route("/board/p/{person}", get(person::show))
        .route("/board/silences", get(silences::list))
}
