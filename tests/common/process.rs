//! Real servers as child processes: found or named as missing, started, ended.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

/// A command whose absence fails the test with the package that brings it.
pub fn tool(program: &str, package: &str) -> Command {
    let found = Path::new(program).is_file()
        || std::env::var_os("PATH").is_some_and(|path| {
            std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
        });
    assert!(found, "`{program}` is missing; install the Debian package `{package}`");
    Command::new(program)
}

/// A child that ends with the test.
pub struct Server(Child);

impl Server {
    /// Starts it; it stays in the foreground.
    pub fn start(command: &mut Command) -> Self {
        let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self(child)
    }

    /// Starts it and reads the first line it prints.
    pub fn announced(command: &mut Command) -> (Self, String) {
        let mut server = Self::start(command.stdout(Stdio::piped()));
        let out = server.0.stdout.take().expect("the output is a pipe");
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).expect("the server prints a line");
        (server, line.trim().to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
