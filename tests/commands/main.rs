//! Commands as somebody runs them: the real binary on a store in a scratch folder.

mod key;
mod ledger;
mod schedule;
mod silence;
mod slip;
mod top;
mod town;
