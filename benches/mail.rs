//! Mails handed to a server on the same machine, beside what a program that only sends reaches.
//!
//! The server is `smtp-sink` of Postfix, which takes everything and keeps nothing; beside us
//! stands `smtp-source` of Postfix, written to load servers, in the same run and with the same
//! number of sessions and bytes. It sends one prepared mail again and again; we write each mail
//! from its letter. One line of JSON per measurement.
//!
//! `cargo bench --bench mail -- --n 20000` measures; without `--bench`, as `cargo test` runs
//! it, it is a short smoke test.

#[expect(dead_code, reason = "the tests need more of it")]
#[path = "../tests/common/process.rs"]
mod process;
#[path = "../tests/common/wait.rs"]
mod wait;

use std::{os::unix::fs::PermissionsExt as _, path::Path, process::ExitCode, sync::Arc};

use duban::{
    channel::{Channel, Letter, Sent},
    config::Config,
    core::timestamp::Timestamp,
    wall::stopwatch,
};
use futures_util::future::join_all;
use process::{Server, tool};
use serde_json::json;
use wait::{free_port, listening, until};

/// As the binary has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Mails where nobody says how many: to measure, and to see that it works.
const MAILS_MEASURED: usize = 20_000;
const MAILS_TRIED: usize = 200;
const SESSIONS: [usize; 2] = [1, 4];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let measure = args.iter().any(|arg| arg == "--bench");
    let given = args.iter().position(|arg| arg == "--n").and_then(|at| args.get(at + 1));
    let mails = match given.map(|text| text.parse()) {
        Some(Ok(mails)) => mails,
        Some(Err(_)) => {
            eprintln!("mail: `--n` takes a number of mails, for example `--n 20000`");
            return ExitCode::from(2);
        }
        None if measure => MAILS_MEASURED,
        None => MAILS_TRIED,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime can be started");
    let bytes = runtime.block_on(size_of_a_mail());
    for sessions in SESSIONS {
        let (_sink, port) = sink(&[]);
        let ours = runtime.block_on(by_us(port, sessions, mails));
        let limit = by_source(port, sessions, mails, bytes);
        for (by, seconds) in [("duban", ours), ("smtp-source", limit)] {
            let line = json!({
                "work": "mail",
                "by": by,
                "n": mails,
                "sessions": sessions,
                "bytes": bytes,
                "seconds": rounded(seconds),
                "per_second": (mails as f64 / seconds).round(),
                "ratio": rounded(limit / seconds),
            });
            println!("{line}");
        }
    }
    ExitCode::SUCCESS
}

/// A server that takes everything.
fn sink(args: &[&str]) -> (Server, u16) {
    let port = free_port();
    let server = Server::start(
        tool("/usr/sbin/smtp-sink", "postfix")
            .args(["-u", "nobody"])
            .args(args)
            .arg(format!("127.0.0.1:{port}"))
            .arg("100"),
    );
    listening(port, "smtp-sink");
    (server, port)
}

fn channel(port: u16, sessions: usize) -> Channel {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("duban.toml");
    let text = format!(
        "[[channel]]\nname = 'mail'\nkind = 'smtp'\nhost = '127.0.0.1'\nport = {port}\ntls = 'none'\n\
         from = '督办 <sla@duban.test>'\nconnections = {sessions}\n"
    );
    std::fs::write(&path, text).expect("the scratch folder takes files");
    let config = Config::load(Some(&path), std::iter::empty()).expect("a good configuration");
    let channel = Channel::without_store(&config.channels[0]).expect("a channel");
    channel.expect("it is no mailbox")
}

/// As long as the slip of a usual ticket.
fn letter(number: usize) -> Letter {
    let row = "<tr><th>承办单位</th><td style=\"padding:6px 0\">城西区市监局</td></tr>\n";
    Letter {
        message_id: format!("{number:032x}"),
        to: "alice@duban.test".into(),
        subject: "红色督办单红字〔2026〕118号:工单W260507-0123,超期1个工作日未办结".into(),
        text: "工单 W260507-0123(一般诉求),派至城西区市监局,请主要负责人督办。\n".repeat(6),
        html: Some(format!("<!doctype html><table>{}</table>", row.repeat(30))),
        links: Vec::new(),
        ticket: "W260507-0123".into(),
        template: "staff.red".into(),
        facts: std::collections::BTreeMap::default(),
        language: "zh".into(),
    }
}

async fn send(channel: &Channel, number: usize) {
    let now = Timestamp(1_778_752_800_000);
    let sent = channel.send(&letter(number), now).await;
    assert!(matches!(sent, Sent::Accepted { .. }), "{sent:?}");
}

/// Bytes of one of our mails, as the server kept it.
async fn size_of_a_mail() -> usize {
    let folder = tempfile::tempdir().expect("a scratch folder");
    // The server gives up its rights before it writes.
    let all = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(folder.path(), all).expect("our own folder");
    let kept = folder.path().join("mail.");
    let (_sink, port) = sink(&["-d", &kept.display().to_string()]);
    send(&channel(port, 1), 0).await;
    until("the mail is kept", || size(folder.path()))
}

fn size(folder: &Path) -> Option<usize> {
    let file = std::fs::read_dir(folder).ok()?.flatten().next()?;
    usize::try_from(file.metadata().ok()?.len()).ok().filter(|bytes| *bytes > 0)
}

/// Seconds we need.
async fn by_us(port: u16, sessions: usize, mails: usize) -> f64 {
    let channel = Arc::new(channel(port, sessions));
    let began = stopwatch();
    let workers = (0..sessions).map(|worker| {
        let channel = Arc::clone(&channel);
        tokio::spawn(async move {
            for number in (worker..mails).step_by(sessions) {
                send(&channel, number).await;
            }
        })
    });
    for done in join_all(workers).await {
        done.expect("every mail is taken");
    }
    began.elapsed().as_secs_f64()
}

/// Seconds Postfix's own generator needs.
fn by_source(port: u16, sessions: usize, mails: usize, bytes: usize) -> f64 {
    let began = stopwatch();
    let status = tool("/usr/sbin/smtp-source", "postfix")
        .args(["-d", "-f", "sla@duban.test", "-t", "alice@duban.test"])
        .args(["-s", &sessions.to_string(), "-m", &mails.to_string(), "-l", &bytes.to_string()])
        .arg(format!("127.0.0.1:{port}"))
        .status();
    assert!(status.is_ok_and(|status| status.success()), "smtp-source sends");
    began.elapsed().as_secs_f64()
}

fn rounded(number: f64) -> f64 {
    (number * 1_000.0).round() / 1_000.0
}
