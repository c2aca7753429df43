//! `duban send-test` as an operator runs it.

use std::process::Command;

use crate::{
    process::{Server, tool},
    wait::{free_port, listening},
};

fn send_test(keys: &str, args: &[&str]) -> (i32, String) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    std::fs::write(folder.path().join("duban.toml"), keys).expect("the scratch folder takes files");
    let done = Command::new(env!("CARGO_BIN_EXE_duban"))
        .arg("send-test")
        .args(args)
        .args(["--config", "duban.toml"])
        .current_dir(folder.path())
        .output()
        .expect("the binary runs");
    let words = [done.stdout, done.stderr].concat();
    (done.status.code().unwrap_or(-1), String::from_utf8_lossy(&words).trim().to_owned())
}

#[test]
fn the_providers_answer_is_printed_and_decides_the_exit_code() {
    let port = free_port();
    let _sink = Server::start(
        tool("/usr/sbin/smtp-sink", "postfix")
            .args(["-u", "nobody", "-f", "RCPT", "-B", "550 5.1.1 <a@b.test> unknown"])
            .arg(format!("127.0.0.1:{port}"))
            .arg("10"),
    );
    listening(port, "smtp-sink");
    let mail = |port: u16| {
        format!(
            "[[channel]]\nname = 'mail'\nkind = 'smtp'\nhost = '127.0.0.1'\nport = {port}\n\
             tls = 'none'\nfrom = 'sla@duban.test'\n"
        )
    };
    #[rustfmt::skip]
    let table = [
        ("kept",     String::new(),     "mailbox", 0,  "mailbox: accepted: kept in the mailbox"),
        ("refused",  mail(port),        "mail",    1,  "mail: refused: 550 5.1.1 <a@b.test> unknown"),
        ("away",     mail(free_port()), "mail",    69, "mail: not now: cannot reach 127.0.0.1:"),
        ("unknown",  mail(port),        "mial",    2,  "duban: there is no channel `mial`; did you mean `mail`?"),
        ("bad file", "[web]\nx = 1".into(), "mail", 78, "duban: error: duban.toml:2:1: unknown key `x`"),
    ];
    for (name, keys, channel, code, words) in table {
        let got = send_test(&keys, &[channel, "a@b.test"]);
        assert_eq!(got.0, code, "{name}: {}", got.1);
        assert!(got.1.starts_with(words), "{name}: {}", got.1);
    }
}
