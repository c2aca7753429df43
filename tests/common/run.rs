//! Commands run to their end.

use std::process::Command;

/// Runs a command to its end; it has to succeed.
pub fn run(command: &mut Command) -> String {
    let done = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let words = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}: {}: {words}", done.status);
    String::from_utf8_lossy(&done.stdout).into_owned()
}
