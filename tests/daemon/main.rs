//! The daemon as an operator, a platform and a resident meet it: signals, reloads, exit codes,
//! systemd's socket, events in, and the circle from an answer to the next round.

#[path = "../common/boston.rs"]
mod boston;
mod circle;
#[path = "../common/daemon.rs"]
mod daemon;
mod house;
mod receipts;
mod signals;
mod start;
mod systemd;
#[path = "../common/wait.rs"]
mod wait;
