//! The organisation as tables: what a personnel office keeps, as CSV in, CSV out, `org.toml` out.
//!
//! Headers may be English or Chinese. Everything wrong is told at once with file and line, and
//! nothing is taken of tables with a mistake. Complaints never quote a number or an address.
//!
//! Invariants (tests/roster.rs): `tables_and_toml_say_the_same`, `every_bad_row_is_named`,
//! `a_city_of_twenty_thousand_people_is_read`.

mod changes;
mod columns;
mod read;
mod rows;
mod write;

pub use changes::{Changes, Moved};
pub use columns::Table;
pub use read::read;
pub use rows::{BadRow, Sheet};
pub use write::{sheets, to_toml};
