//! The accept loop: slow clients, stops.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::house::{Wish, house};

const LONG: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_head_is_cut() {
    let house = house(Wish { header_timeout: Duration::from_millis(200), ..Wish::default() }).await;
    for (name, begin) in [("silence", ""), ("half a head", "GET / HTTP/1.1\r\nHost: x\r\nX-")] {
        let mut stream = TcpStream::connect(house.address).await.expect("connected");
        stream.write_all(begin.as_bytes()).await.expect("sent");
        let mut rest = Vec::new();
        let end = timeout(LONG, stream.read_to_end(&mut rest)).await;
        assert!(end.is_ok(), "{name}: cut in bounded time");
        assert!(!rest.starts_with(b"HTTP/1.1 200"), "{name}");
    }
    assert_eq!(house.get("/healthz").await.status, 200);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_lets_idle_connections_go() {
    let house = house(Wish::default()).await;
    let mut stream = TcpStream::connect(house.address).await.expect("connected");
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("sent");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 200");
    timeout(LONG, house.stop()).await.expect("an open, idle connection holds nothing up");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_of_unknown_length_is_bounded_too() {
    let house = house(Wish { body_bytes_max: 2_000, ..Wish::default() }).await;
    let token = house.token(&["ingest"]).await;
    let mut stream = TcpStream::connect(house.address).await.expect("connected");
    let head = format!(
        "POST /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
         Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    );
    let piece = format!("100\r\n{}\r\n", " ".repeat(256));
    stream.write_all((head + &piece.repeat(8)).as_bytes()).await.expect("sent");
    let mut answer = [0; 12];
    timeout(LONG, stream.read_exact(&mut answer)).await.expect("in time").expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 413");
    house.stop().await;
}
