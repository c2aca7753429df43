//! duban (督办): SLA clocks, graded slips and callbacks for city service hotlines.
//!
//! The architecture on one screen, in dependency order; a module uses what stands
//! above it, never below.
//!
//! | module | holds |
//! |---|---|
//! | [`core`] | the pure part: time, policies, the ticket as a fold, `decide` |
//! | [`wall`] | the only reader of the wall clock |
//! | [`config`] | `duban.toml` and the environment as one checked value |
//! | [`secret`] | contacts sealed at rest, tokens of links |
//! | [`policies`] | files to policies, with every complaint at its place |
//! | [`roster`] | the organisation as tables: CSV in, CSV out, `org.toml` out |
//! | [`simulate`] | the same core over events in memory and a clock that jumps |
//! | [`whatif`] | what other policies would mean: sets in words, replays side by side |
//! | [`store`] | the only SQL: journal, tickets, slips, outbox, links |
//! | [`rules`] | the policy sets in force and those tickets are frozen to |
//! | [`intake`] | events in: files, importers, HTTP |
//! | [`engine`] | due tickets, decided and written, one transaction a batch |
//! | [`report`] | reports: gathered, frozen, printed as text, HTML, CSV, workbook |
//! | [`schedule`] | periods of schedules that have come: lists, samples, baselines |
//! | [`channel`] | ways out: mailbox, mail, SMS; no retry, no decisions |
//! | [`dispatch`] | messages out: claim, still relevant?, render, channel, receipt |
//! | [`hooks`] | journal lines out: other systems told what they asked for, in order |
//! | [`receipts`] | what comes back: receipts matched, words of residents turned into answers |
//! | [`connector`] | what other systems keep, read in: their databases, dropped files, webhooks |
//! | [`paper`] | slips as documents: HTML to print, PDF |
//! | [`explain`] | why a ticket stands where it stands |
//! | [`apply`] | what other policies would change on running tickets |
//! | [`audit`] | does the store still say what the journals say |
//! | [`web`] | rating page, mailbox, API: parse, call, render |
//! | [`daemon`] | wiring: tasks, cron knocks, signals, reload, drain |
//! | [`cli`] | one file per subcommand |

pub mod apply;
pub mod audit;
pub mod channel;
pub mod cli;
pub mod config;
pub mod connector;
pub mod core;
pub mod daemon;
pub mod dispatch;
pub mod engine;
pub mod explain;
pub mod hooks;
pub mod intake;
pub mod paper;
pub mod policies;
pub mod receipts;
pub mod report;
pub mod roster;
pub mod rules;
pub mod schedule;
pub mod secret;
pub mod simulate;
pub mod store;
pub mod wall;
pub mod web;
pub mod whatif;
