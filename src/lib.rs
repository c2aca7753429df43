//! duban (督办): SLA clocks, graded slips and callbacks for city service hotlines.
//!
//! The architecture on one screen, in dependency order; a module uses what stands
//! above it, never below.
//!
//! | module | holds |
//! |---|---|
//! | [`wall`] | the only reader of the wall clock |
//! | [`core`] | the pure part: time, policies, the ticket as a fold, `decide` |
//! | [`config`] | `duban.toml` and the environment as one checked value |
//! | [`secret`] | contacts sealed at rest, tokens of links |
//! | [`policies`] | files to policies, with every complaint at its place |
//! | [`store`] | the only SQL: SQLite by default, PostgreSQL for several nodes |
//! | [`intake`] | events in: files, importers, HTTP |
//! | [`simulate`] | the same core over events in memory and a clock that jumps |
//! | [`cli`] | one file per subcommand |

pub mod cli;
pub mod config;
pub mod core;
pub mod intake;
pub mod policies;
pub mod secret;
pub mod simulate;
pub mod store;
pub mod wall;
