//! What the daemon tells systemd, heard on a socket of our own.

use std::{collections::VecDeque, os::unix::net::UnixDatagram, time::Duration};

use crate::house::House;

/// Longer than the longest rest of an engine that has nothing to do.
const PATIENCE: Duration = Duration::from_mins(1);

/// The socket, with lines that were heard and not yet asked for.
struct Ear {
    socket: UnixDatagram,
    heard: VecDeque<String>,
}

impl Ear {
    /// The next line that begins so; what came before it is passed over.
    fn hears(&mut self, beginning: &str) -> String {
        let mut bytes = [0; 4_096];
        loop {
            while let Some(line) = self.heard.pop_front() {
                if line.starts_with(beginning) {
                    return line;
                }
            }
            let length = self.socket.recv(&mut bytes);
            let length = length.unwrap_or_else(|error| panic!("no `{beginning}`: {error}"));
            let said = String::from_utf8_lossy(&bytes[..length]).into_owned();
            self.heard.extend(said.lines().map(str::to_owned));
        }
    }
}

#[test]
fn systemd_hears_of_start_watchdog_reload_and_stop() {
    let house = House::new();
    house.configure("[engine]\npoll = '100ms'\n");
    let path = house.path("notify");
    let socket = UnixDatagram::bind(&path).expect("the scratch folder takes sockets");
    socket.set_read_timeout(Some(PATIENCE)).expect("a setting");
    let mut ear = Ear { socket, heard: VecDeque::new() };
    let daemon = house.start_with(&[("NOTIFY_SOCKET", &path.display().to_string())]);
    ear.hears("READY=1");
    ear.hears("WATCHDOG=1");
    ear.hears("WATCHDOG=1");
    daemon.tell("HUP");
    ear.hears("RELOADING=1");
    let since = ear.hears("MONOTONIC_USEC=");
    assert!(since["MONOTONIC_USEC=".len()..].parse::<u64>().is_ok_and(|usec| usec > 0), "{since}");
    ear.hears("READY=1");
    daemon.tell("TERM");
    ear.hears("STOPPING=1");
    assert_eq!(daemon.ended().code(), Some(0));
}
