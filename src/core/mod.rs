//! The pure core: values in, decisions out.
//!
//! Nothing in here reads a clock, throws dice, touches a database, a file, the
//! network or a log. `now` is always a parameter. The daemon, the simulator, the
//! explainer, the policy cases and the tests all run this same code.
//!
//! Invariant: `core_is_pure` (tests/house.rs) greps this folder for the names of
//! what must not be here.

pub mod agenda;
pub mod attributes;
pub mod board;
pub mod book;
pub mod breaker;
pub mod burn_down;
pub mod calendar;
pub mod callback;
pub mod campaign;
pub mod catalogue;
pub mod clock;
pub mod contact;
pub mod count;
pub mod cycle;
pub mod decide;
pub mod delivery;
pub mod event;
pub mod fact;
pub mod fallback;
pub mod journal;
pub mod ladder;
pub mod ledger;
pub mod list;
pub mod message;
pub mod news;
pub mod notice;
pub mod org;
pub mod period;
pub mod plan;
pub mod policy;
pub mod publish;
pub mod ranking;
pub mod rates;
pub mod receipt;
pub mod record;
pub mod reply;
pub mod retry;
pub mod sample;
pub mod schedule;
pub mod segments;
pub mod selection;
pub mod silence;
pub mod slip;
pub mod slots;
pub mod span;
pub mod stage;
pub mod tally;
pub mod throttle;
pub mod ticket;
pub mod timestamp;
pub mod trigger;
pub mod variant;
pub mod wording;
