//! Rates: what share of tickets was answered for, solved, in time; exact, with what was left out.
//!
//! A rate is a numerator over a denominator and stays one until it is printed: sums over units
//! and periods add both, and comparisons are between fractions. Which exclusion leaves which
//! rate, what an answer weighs, where zones end and what the composite is made of are `Rules`,
//! by version; the version in force on the first day of a period judges all of it.
//!
//! Invariants, each a test of the same name in tests/rates.rs:
//! * `the_worked_example_is_exact`
//! * `a_year_is_the_sum_of_its_months`
//! * `equal_scores_share_a_rank`
//! * `a_small_sample_has_neither_zone_nor_rank`

mod change;
mod figures;
mod fraction;
mod metric;
mod row;
mod rules;
mod sheet;
mod standing;

pub use change::{Change, Moved, changes, moved};
pub use figures::{Figures, Overdue, Rate, Table, Within, tally};
pub use fraction::Fraction;
pub use metric::Metric;
pub use row::{Outcome, Row};
pub use rules::{Basis, Exclusion, Part, Rules, Weights, in_force};
pub use sheet::{COLUMNS, Refused, Sheet, SheetError, TERMS, WHOLE};
pub use standing::{Board, Placed, Standing, Withheld, board, zone_of, zone_word};
