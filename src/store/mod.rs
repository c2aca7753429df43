//! The only SQL: tickets, journals, slips, outbox and what intake and web keep.
//!
//! SQLite in one file by default, PostgreSQL when several nodes share the work; the same
//! functions, the same contract tests (`tests/store_contract/`) on both. Decisions are not
//! made here: the engine says what to write, the store writes it whole or not at all.
//!
//! Two rules for callers:
//! * A future of this module is run to its end: no `select!`, no timeout, no abort around
//!   it (a cancelled `BEGIN` leaves a PostgreSQL connection inside a transaction and later
//!   writes vanish). Database work belongs into a task that is waited for. The one exception
//!   is [`Knocks::next`].
//! * While a [`Look`] is open, ask the store nothing else from the same task: SQLite has one
//!   writing connection, and the look holds it.
//!
//! Invariants (tests of the same names in `tests/store_contract/`):
//! * `a_key_is_written_once` - a second message or slip with a key fails the whole batch.
//! * `an_event_is_appended_once` - per ticket and dedupe key, also within one batch.
//! * `two_looks_take_disjoint_tickets`, `two_claims_take_disjoint_messages`.
//! * `the_first_answer_wins` - of two concurrent answers to one link.
//! * `a_lost_lease_settles_nothing` - a later attempt owns the message.
//! * `a_told_event_is_delivered_once`, also after a crash between telling and delivering.
//! * `a_link_to_sign_in_opens_one_session`, also when two use it at once.
//! * `lists_of_the_board_read_an_index` - with 50,000 tickets as with ten.
//! * `serials_have_no_gaps` - under concurrent looks and after a rollback.

mod agenda;
mod board;
mod connector;
mod copy;
mod error;
mod fate;
mod flag;
mod hook;
mod idempotency;
mod journal;
mod knock;
mod ledger;
mod limit;
mod link;
mod look;
mod mailbox;
mod open;
mod outbox;
mod policy_set;
mod receipt;
mod refusal;
mod report;
mod request;
mod row;
mod seal;
mod session;
mod silence;
mod slip;
mod ticket;
mod token;
mod told;
mod tx;
mod whole;
mod writes;

use std::fmt;

pub use self::{
    board::{BoardCount, BoardFilter, BoardLine, BoardOrder, Trouble},
    connector::{Connected, ConnectorWrite, LookRow, PositionRow, RefusedRow},
    copy::{CopyError, Verified, verify as verify_copy},
    error::StoreError,
    fate::{Fate, Moment},
    flag::{FlagFilter, FlagRow},
    hook::{HookOffer, HookOutcome, HookSettled, HookWrite},
    idempotency::{Call, Earlier, KEPT_MS},
    journal::{Appended, JournalRow, NewEntry},
    knock::Knocks,
    ledger::{LedgerCount, LedgerFilter, LedgerRow},
    limit::{SmsOfDay, TellRow},
    link::{Answer, Link},
    look::{Loaded, Look, Named, SerialRun},
    mailbox::Mail,
    outbox::{MessageRow, Offer, Outcome, QueueRow, Settled},
    receipt::{NewReceipt, Proof, Undelivered},
    refusal::{Refusal, RefusalRow},
    report::{ReportRow, ReportState},
    request::{RequestFilter, RequestRow},
    seal::{SealedCount, SealedKind, SealedRow},
    session::{Session, SignIn, SignInWrite, SignedIn},
    silence::SilenceRow,
    slip::{SlipCount, SlipFilter, SlipRow},
    ticket::{TicketFilter, TicketRow},
    token::ApiToken,
    told::ToldWrite,
    whole::{MessageMark, Orphans, Rest, SlipMark, Whole},
    writes::{
        FlagWrite, JournalWrite, LinkWrite, MessageWrite, SlipHeard, SlipWithdrawal, SlipWrite,
        TicketWrite, Writes,
    },
};

/// The store. Cheap to clone; all clones share the same connections.
#[derive(Clone)]
pub struct Store {
    pools: tx::Pools,
}

/// Which database, never where: the address may hold a password.
impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.database())
    }
}

pub use agenda::OpenAgenda;
