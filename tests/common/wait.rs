//! Waiting for what another process does: on conditions, with a bound, never for a while.

use std::{
    net::{TcpListener, TcpStream},
    time::Duration,
};

use duban::wall::stopwatch;

/// How long a server may take to come up, or a condition to come true, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(5);

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
pub fn until<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    within(PATIENCE, look).unwrap_or_else(|| panic!("waited {PATIENCE:?} in vain until {what}"))
}

/// Waits until `look` finds something, `bound` at most.
pub fn within<T>(bound: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let began = stopwatch();
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if began.elapsed() >= bound {
            return None;
        }
        std::thread::park_timeout(Duration::from_millis(2));
    }
}
