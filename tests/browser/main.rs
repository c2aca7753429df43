//! What people see, in a real browser: Debian's Chromium, driven by playwright-core against the
//! real daemon, whose clock stands where a scene wants it (libfaketime).
//!
//! Every page of a scene is looked at by axe, fits its window and needs no script. The scenes are
//! tests/browser/scenes/*.js. Pictures are kept in docs/img: `DUBAN_PICTURES=write cargo test --test
//! browser` draws them anew, otherwise they only have to be there.
//!
//! Needs the Debian packages chromium, fonts-noto-cjk, libfaketime, nodejs and npm; the packages of npm
//! are fetched once and kept beside the build.

mod board;
#[expect(dead_code, reason = "the tests of the daemon use more of it")]
#[path = "../common/daemon.rs"]
mod daemon;
#[path = "../common/npm.rs"]
mod npm;
#[expect(dead_code, reason = "the servers of other tests are started with it")]
#[path = "../common/process.rs"]
mod process;
mod resident;
#[path = "../common/run.rs"]
mod run;
mod slip;
mod stage;
mod town;
#[path = "../common/wait.rs"]
mod wait;
