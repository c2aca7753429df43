//! duban (督办): SLA clocks, graded slips and callbacks for city service hotlines.
//!
//! The architecture on one screen, in dependency order; a module uses what stands
//! above it, never below.
//!
//! | module | holds |
//! |---|---|
//! | [`core`] | the pure part: time, policies, the ticket as a fold, `decide` |
//! | [`store`] | the only SQL: SQLite by default, PostgreSQL for several nodes |
//! | [`cli`] | one file per subcommand |

pub mod cli;
pub mod core;
pub mod store;
