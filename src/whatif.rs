//! What other policies would mean: two sets in plain words, and two replays side by side.
//!
//! Invariants:
//! * `nothing_differs_in_silence` - what has no words yet is shown raw, with its path.
//! * `a_page_says_what_the_table_says`

mod calendar;
mod comparison;
mod difference;
mod ladder;
mod page;
mod words;

pub use comparison::{Burden, Comparison, Late, SAMPLE, Side};
pub use difference::{Difference, differences};
pub use page::{change, page};
pub use words::Words;
