//! SMS handed to a short message centre on the same machine, beside what a program reaches that
//! only sends.
//!
//! The centre is made of the npm package `smpp` and takes everything at once. Beside us stands
//! `bare.rs`, which writes one prepared packet again and again through the same window; we make
//! each packet from its letter and match each answer with its message. What both reach is
//! mostly what the centre can do. One line of JSON per measurement.
//!
//! `cargo bench --bench sms -- --n 20000` measures; without `--bench`, as `cargo test` runs it,
//! it is a short smoke test.

mod bare;
#[path = "../../tests/common/npm.rs"]
mod npm;
#[path = "../../tests/common/process.rs"]
mod process;
#[path = "../../tests/common/run.rs"]
mod run;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use duban::{
    channel::{Channel, Letter, Sent},
    config::Config,
    core::timestamp::Timestamp,
    wall::stopwatch,
};
use futures_util::future::join_all;
use process::{Server, tool};
use serde_json::json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// As the binary has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// SMS where nobody says how many: to measure, and to see that it works.
const SMS_MEASURED: usize = 20_000;
const SMS_TRIED: usize = 200;
const WINDOWS: [usize; 3] = [1, 10, 100];
const TO: &str = "8613800138000";
const TEXT: &str = "【12345热线】红色督办单红字〔2026〕118号:W260507-0123超期1个工作日,请主要负责人督办,17日18时前复。";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let measure = args.iter().any(|arg| arg == "--bench");
    let given = args.iter().position(|arg| arg == "--n").and_then(|at| args.get(at + 1));
    let count = match given.map(|text| text.parse()) {
        Some(Ok(count)) => count,
        Some(Err(_)) => {
            eprintln!("sms: `--n` takes a number of SMS, for example `--n 20000`");
            return ExitCode::from(2);
        }
        None if measure => SMS_MEASURED,
        None => SMS_TRIED,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime can be started");
    for window in WINDOWS {
        let (_centre, port) = centre();
        // Both warm the centre up before they are measured.
        bare::send(port, window, count / 10, TO, TEXT);
        let began = stopwatch();
        bare::send(port, window, count, TO, TEXT);
        let limit = began.elapsed().as_secs_f64();
        let ours = runtime.block_on(by_us(port, window, count));
        for (by, seconds) in [("duban", ours), ("bare", limit)] {
            let line = json!({
                "work": "sms",
                "by": by,
                "n": count,
                "window": window,
                "seconds": rounded(seconds),
                "per_second": (count as f64 / seconds).round(),
                "ratio": rounded(limit / seconds),
            });
            println!("{line}");
        }
    }
    ExitCode::SUCCESS
}

/// A centre that takes everything.
fn centre() -> (Server, u16) {
    let modules = npm::kept("smpp-0.5.1", |folder| npm::install(folder, "smpp@0.5.1"));
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/sms/centre.js");
    let (server, port) =
        Server::announced(tool("node", "nodejs").arg(script).arg::<&Path>(modules.as_ref()));
    (server, port.parse().expect("it prints its port"))
}

fn channel(port: u16, window: usize) -> Channel {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("duban.toml");
    let text = format!(
        "[[channel]]\nname = 'sms'\nkind = 'smpp'\nhost = '127.0.0.1'\nport = {port}\nsystem_id = 'duban'\n\
         source_addr = '10690001'\nreceipts = false\nwindow = {window}\n"
    );
    std::fs::write(&path, text).expect("the scratch folder takes files");
    let config = Config::load(Some(&path), std::iter::empty()).expect("a good configuration");
    let channel = Channel::without_store(&config.channels[0]).expect("a channel");
    channel.expect("it is no mailbox")
}

fn letter(number: usize) -> Letter {
    Letter {
        message_id: format!("{number:032x}"),
        to: format!("+{TO}"),
        subject: String::new(),
        text: TEXT.into(),
        html: None,
        links: Vec::new(),
        ticket: "W260507-0123".into(),
        template: "staff.red".into(),
        facts: BTreeMap::default(),
        language: "zh".into(),
    }
}

async fn send(channel: &Channel, number: usize) {
    let now = Timestamp(1_778_752_800_000);
    let sent = channel.send(&letter(number), now).await;
    assert!(matches!(sent, Sent::Accepted { .. }), "{sent:?}");
}

/// Seconds we need, on a session that is kept open; as many send at a time as the window holds.
async fn by_us(port: u16, window: usize, count: usize) -> f64 {
    let channel = Arc::new(channel(port, window));
    let (heard, _hearing) = mpsc::channel(1);
    let stop = CancellationToken::new();
    let listening = tokio::spawn({
        let (channel, stop) = (Arc::clone(&channel), stop.clone());
        async move { channel.listens().expect("it listens").listen(heard, stop).await }
    });
    join_all((0..window).map(|number| send(&channel, count + number))).await;
    let began = stopwatch();
    let workers = (0..window).map(|worker| {
        let channel = Arc::clone(&channel);
        tokio::spawn(async move {
            for number in (worker..count).step_by(window) {
                send(&channel, number).await;
            }
        })
    });
    for worker in join_all(workers).await {
        worker.expect("each SMS is taken");
    }
    let seconds = began.elapsed().as_secs_f64();
    stop.cancel();
    listening.await.expect("it ends when told to");
    seconds
}

fn rounded(number: f64) -> f64 {
    (number * 1_000.0).round() / 1_000.0
}
