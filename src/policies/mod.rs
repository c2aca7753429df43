//! Files to policies: reads a policy folder into `core::policy` values.
//!
//! Every complaint of a run is found in one run, with its place and what would be right;
//! a set with one error is no set at all. Nothing here decides anything about a ticket.
//!
//! Invariants: `the_reference_set_loads` and every file of `tests/bad-policies`
//! gives the complaint that stands beside it.

mod calendar;
mod campaign;
mod case;
pub mod catalogue;
pub(crate) mod complaint;
mod embedded;
mod files;
pub mod holidays;
mod kept;
mod kinds;
mod labels;
mod ladder;
mod layers;
mod lint;
mod load;
mod org;
mod overlay;
mod permits;
mod policy;
mod preset;
mod rates;
pub(crate) mod reader;
mod resident;
mod rules;
mod schedule;
pub(crate) mod section;
mod selector;
mod set;
mod silence;
mod slip;
mod slots;
mod stage;
pub(crate) mod suggest;
#[cfg(test)]
mod tests;
mod texts;
mod trigger;
mod variant;

pub use case::{CASE_TICKET, Case, Expected, Played, PlayedSlip, Spot, compare, run_cases};
pub use complaint::{Complaint, Severity, complain_at};
pub use embedded::{names as shipped, sources};
pub use files::{FilesError, Sources, folders};
pub use kept::{pack, unpack};
pub use load::{Loaded, load, load_dir, load_embedded};
pub use org::{instant_of, is_mail_address, is_phone_number};
pub use suggest::nearest;
pub use texts::doubts as text_doubts;
