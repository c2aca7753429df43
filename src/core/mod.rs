//! The pure core: values in, decisions out.
//!
//! Nothing in here reads a clock, throws dice, touches a database, a file, the
//! network or a log. `now` is always a parameter. The daemon, the simulator, the
//! explainer, the policy cases and the tests all run this same code.
//!
//! Invariant: `core_is_pure` (tests/house.rs) greps this folder for the names of
//! what must not be here.

pub mod calendar;
pub mod event;
pub mod journal;
pub mod message;
pub mod org;
pub mod policy;
pub mod span;
pub mod timestamp;
