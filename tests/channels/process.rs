//! Real servers as child processes: found or named as missing, waited for, ended.

use std::{
    io::{BufRead as _, BufReader},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// How long a server may take to come up, or a condition to come true, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A command whose absence fails the test with the package that brings it.
pub fn tool(program: &str, package: &str) -> Command {
    let found = Path::new(program).is_file()
        || std::env::var_os("PATH").is_some_and(|path| {
            std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
        });
    assert!(found, "`{program}` is missing; install the Debian package `{package}`");
    Command::new(program)
}

/// Runs a command to its end; it has to succeed.
pub fn run(command: &mut Command) -> String {
    let done = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let words = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}: {}: {words}", done.status);
    String::from_utf8_lossy(&done.stdout).into_owned()
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

/// A port nobody listens on at this moment.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    listener.local_addr().expect("a bound socket has an address").port()
}

/// Waits until something listens on the port.
pub fn listening(port: u16, what: &str) {
    until(&format!("{what} listens on port {port}"), || {
        TcpStream::connect(("127.0.0.1", port)).ok().map(drop)
    });
}

/// Waits until `look` finds something; between two looks the processor is free for the server.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = stopwatch() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(stopwatch() < end, "waited {PATIENCE:?} in vain until {what}");
        std::thread::park_timeout(Duration::from_millis(2));
    }
}

#[expect(clippy::disallowed_methods, reason = "bounds a wait for another process, decides nothing")]
fn stopwatch() -> Instant {
    Instant::now()
}
