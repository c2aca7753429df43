//! The limit: a sender that knows one packet and sends it again and again, as many at a time as
//! the window allows. No letters, no encoding, no retry, no timeouts.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

const BIND_TRANSCEIVER: u32 = 9;
const SUBMIT_SM: u32 = 4;

/// A packet of this command and number.
fn packet(command: u32, sequence: u32, body: &[u8]) -> Vec<u8> {
    let length = (16 + body.len()) as u32;
    let head = [length, command, 0, sequence];
    head.iter().flat_map(|word| word.to_be_bytes()).chain(body.iter().copied()).collect()
}

/// The body of a message as duban writes it: to one number, UCS-2, one part.
fn submit(to: &str, text: &str) -> Vec<u8> {
    let octets: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut body = b"\0\0\x0110690001\0\x01\x01".to_vec();
    body.extend(to.as_bytes());
    // The end of the number, esm_class, protocol, priority, two times, receipts, replace, coding.
    body.extend(b"\0\0\0\0\0\0\0\0\x08\0");
    body.push(octets.len() as u8);
    body.extend(octets);
    body
}

/// Reads one packet; its status.
fn answer(stream: &mut TcpStream) -> u32 {
    let mut length = [0; 4];
    stream.read_exact(&mut length).expect("the centre answers");
    let mut rest = vec![0; u32::from_be_bytes(length) as usize - 4];
    stream.read_exact(&mut rest).expect("the centre answers");
    u32::from_be_bytes([rest[4], rest[5], rest[6], rest[7]])
}

/// Hands this many messages over, so many unanswered at a time.
pub fn send(port: u16, window: usize, count: usize, to: &str, text: &str) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the centre listens");
    stream.set_nodelay(true).expect("a setting");
    let bind = packet(BIND_TRANSCEIVER, 1, b"duban\0\0\0\x34\0\0\0");
    stream.write_all(&bind).expect("it is written");
    assert_eq!(answer(&mut stream), 0, "it binds us");
    let body = submit(to, text);
    let mut sent = 0;
    for answered in 0..count {
        while sent < count && sent - answered < window {
            sent += 1;
            let submit = packet(SUBMIT_SM, sent as u32 + 1, &body);
            stream.write_all(&submit).expect("it is written");
        }
        assert_eq!(answer(&mut stream), 0, "it is taken");
    }
}
