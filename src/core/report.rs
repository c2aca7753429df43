//! Reports: what a city reads about its tickets, as figures of a period.
//!
//! A report is a [`Document`]: sections of exact figures in both languages, with charts as
//! numbers. It is gathered from tickets one by one ([`Gathering`]), composed once, and from then
//! on only printed: pictures and pages are functions of the document alone.
//!
//! Each part of a ticket counts at one instant (`row`): a clock when it came due, answers when
//! they were evaluated, a dispatch when it was made. So months add up to their year.
//!
//! Invariants, each a test of the same name in tests/reports:
//! * `the_worked_example_comes_out_of_the_store`
//! * `months_add_up_to_their_year`
//! * `a_step_is_followed_before_the_next_one`

pub mod chart;
mod compose;
mod document;
mod gather;
mod glance;
mod kind;
mod lists;
mod numbers;
mod row;
mod scope;
mod sections;
mod steps;

pub use compose::{Beside, Ledger, Told, compose};
pub use document::{Altered, Cell, Chart, Column, Document, Said, Section, Terms};
pub use gather::Gathering;
pub use glance::Glance;
pub use kind::{Kind, When};
pub use numbers::{Spread, spread};
pub use row::{Instants, LINE};
pub use scope::{Bucket, Scope};
pub use steps::{Issued, StepCount};
