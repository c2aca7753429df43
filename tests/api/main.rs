//! The API as programs of other people meet it: its description against the calls there are, a
//! fuzzer that reads the description, a client of Open311, a
//! receiver of webhooks, the examples of docs/api.md.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/daemon.rs"]
mod daemon;
mod described;
mod examples;
mod fuzzed;
mod georeport;
mod house;
#[path = "../common/pip.rs"]
mod pip;
#[path = "../common/process.rs"]
mod process;
#[path = "../common/run.rs"]
mod run;
#[path = "../common/wait.rs"]
mod wait;
mod webhooks;
