//! duban (督办): SLA clocks, graded slips and callbacks for city service hotlines.
//!
//! The architecture on one screen, in dependency order; a module uses what stands
//! above it, never below.
//!
//! | module | holds |
//! |---|---|
//! | [`core`] | the pure part: time, policies, the ticket as a fold, `decide` |
//! | [`config`] | `duban.toml` and the environment as one checked value |
//! | [`secret`] | contacts sealed at rest, tokens of links |
//! | [`cli`] | one file per subcommand |

pub mod cli;
pub mod config;
pub mod core;
pub mod intake;
pub mod policies;
pub mod secret;
pub mod simulate;
pub mod wall;
