//! Mail against a real server, and against one that misbehaves in every way.

use duban::channel::{Channel, Letter, Sent};

use crate::{
    NOW, channel, letter,
    postfix::{PASSWORD, Postfix, USER},
    process::{Server, tool},
    run::run,
    wait::{free_port, listening},
};

/// `smtp-sink` of Postfix: a server that does what it is told.
fn sink(args: &[&str]) -> (Server, u16) {
    sink_on(free_port(), args)
}

fn sink_on(port: u16, args: &[&str]) -> (Server, u16) {
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

fn clear(port: u16, more: &str) -> Channel {
    channel(&format!(
        "kind = 'smtp'\nhost = '127.0.0.1'\nport = {port}\ntls = 'none'\nfrom = 'sla@duban.test'\n{more}"
    ))
}

pub fn protected(server: &Postfix, port: u16, tls: &str, password: &str, more: &str) -> Channel {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let secret = folder.path().join("password");
    std::fs::write(&secret, password).expect("the scratch folder takes files");
    channel(&format!(
        "kind = 'smtp'\nhost = 'localhost'\nport = {port}\ntls = '{tls}'\nca_file = '{}'\n\
         username = '{USER}'\npassword_file = '{}'\nfrom = '督办 <sla@duban.test>'\n\
         reply_to = 'desk@duban.test'\n{more}",
        server.authority().display(),
        secret.display()
    ))
}

/// The mail as an independent reader understands it, one field a line.
fn understood(path: &std::path::Path) -> String {
    const READER: &str = "
import email, email.policy, sys
mail = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)
for name in ['From', 'Reply-To', 'To', 'Subject', 'Date', 'Message-ID', 'In-Reply-To', 'References', 'List-Id', 'Auto-Submitted', 'List-Unsubscribe', 'Content-Language']:
    print(f'{name}: {mail[name]}')
print(mail.get_content_type())
print(mail.get_body(('plain',)).get_content().strip())
print(mail.get_body(('html',)).get_content().strip())
";
    run(tool("python3", "python3").args(["-c", READER]).arg(path).env("PYTHONIOENCODING", "utf-8"))
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_written() {
    let server = Postfix::start();
    for (tls, port, user) in
        [("starttls", server.starttls, "alice"), ("implicit", server.implicit, "bob")]
    {
        let channel = protected(&server, port, tls, PASSWORD, "");
        let letter = letter(&format!("{user}@duban.test"));
        let sent = channel.send(&letter, NOW).await;
        let Sent::Accepted { provider, .. } = sent else { panic!("{tls}: {sent:?}") };
        assert!(provider.starts_with("250 2.0.0 Ok: queued as"), "{tls}: {provider}");
        let mails = server.mails(user, 1);
        let text = understood(&mails[0]).replace(user, "USER");
        insta::allow_duplicates! {
            insta::assert_snapshot!(text, @r"
            From: 督办 <sla@duban.test>
            Reply-To: desk@duban.test
            To: USER@duban.test
            Subject: 红色督办单红字〔2026〕118号:工单W260507-0123,超期1个工作日未办结
            Date: Thu, 14 May 2026 10:00:00 +0000
            Message-ID: <m-1@duban.test>
            In-Reply-To: <ticket-83b7204bfdc79e9d482a0814b866158d@duban.test>
            References: <ticket-83b7204bfdc79e9d482a0814b866158d@duban.test>
            List-Id: <duban.duban.test>
            Auto-Submitted: auto-generated
            List-Unsubscribe: None
            Content-Language: zh
            multipart/alternative
            请办理。
            .
            第二行
            <p>请办理。</p>
            ");
        }
    }
}

#[tokio::test]
async fn what_the_server_refuses_is_told_apart() {
    let server = Postfix::start();
    let stranger = protected(&server, server.starttls, "starttls", "wrong", "");
    let sent = stranger.send(&letter("alice@duban.test"), NOW).await;
    let Sent::Away { reason } = sent else { panic!("a bad login is our fault: {sent:?}") };
    assert!(reason.contains("535"), "{reason}");
    assert!(!reason.contains("wrong"), "{reason}");

    let channel = protected(&server, server.starttls, "starttls", PASSWORD, "");
    let sent = channel.send(&letter("nobody@duban.test"), NOW).await;
    let Sent::Never { reason } = sent else { panic!("nobody lives there: {sent:?}") };
    assert!(reason.contains("550"), "{reason}");
    assert!(reason.contains("(address)") && !reason.contains("nobody@"), "{reason}");

    for address in ["no address", "a@b\r\nRCPT TO:<c@d>", ""] {
        let sent = channel.send(&letter(address), NOW).await;
        assert_eq!(sent, Sent::Never { reason: "not a mail address".into() }, "{address:?}");
    }
}

#[tokio::test]
async fn a_session_carries_many_mails_and_workers_have_their_own() {
    let server = Postfix::start();
    let channel = protected(&server, server.starttls, "starttls", PASSWORD, "connections = 2");
    for _ in 0..5 {
        let sent = channel.send(&letter("alice@duban.test"), NOW).await;
        assert!(matches!(sent, Sent::Accepted { .. }), "{sent:?}");
    }
    assert_eq!(server.sessions(), 1, "one after the other needs one session");
    let letter = letter("alice@duban.test");
    let sends = (0..10).map(|_| channel.send(&letter, NOW));
    for sent in futures_util::future::join_all(sends).await {
        assert!(matches!(sent, Sent::Accepted { .. }), "{sent:?}");
    }
    assert_eq!(server.mails("alice", 15).len(), 15);
    assert!(server.sessions() <= 2, "`connections` is a bound: {}", server.sessions());
}

#[tokio::test]
async fn nothing_is_sent_in_clear_where_tls_is_wanted() {
    let (_server, port) = sink(&[]);
    let channel = channel(&format!(
        "kind = 'smtp'\nhost = '127.0.0.1'\nport = {port}\nfrom = 'sla@duban.test'\n"
    ));
    let sent = channel.send(&letter("alice@duban.test"), NOW).await;
    let Sent::Away { reason } = sent else { panic!("{sent:?}") };
    assert!(reason.contains("does not offer STARTTLS and nothing is sent in clear"), "{reason}");
}

#[tokio::test]
async fn a_server_nobody_vouches_for_gets_nothing() {
    let server = Postfix::start();
    let other = Postfix::start();
    for (tls, port) in [("starttls", server.starttls), ("implicit", server.implicit)] {
        let channel = protected(&other, port, tls, PASSWORD, "");
        let sent = channel.send(&letter("alice@duban.test"), NOW).await;
        let Sent::Away { reason } = sent else { panic!("{tls}: {sent:?}") };
        assert!(reason.contains("certificate"), "{tls}: {reason}");
    }
}

#[tokio::test]
async fn each_misbehaviour_has_its_verdict() {
    #[derive(Debug, PartialEq)]
    enum Verdict {
        Accepted,
        Later,
        Away,
        Never,
    }
    use Verdict::{Accepted, Away, Later, Never};
    #[rustfmt::skip]
    let table: [(&str, &[&str], Verdict); 9] = [
        ("a good server",                 &[],                                             Accepted),
        ("not now, at the sender",        &["-r", "MAIL", "-b", "451 4.7.1 try later"],     Later),
        ("greylisted at the recipient",   &["-r", "RCPT", "-b", "450 4.2.0 greylisted"],    Later),
        ("refused at the recipient",      &["-f", "RCPT", "-B", "550 5.1.1 unknown"],       Never),
        ("refused after the content",     &["-f", ".", "-B", "554 5.6.0 refused"],          Never),
        ("not now, after the content",    &["-r", ".", "-b", "452 4.3.1 full"],             Later),
        ("hangs up at the recipient",     &["-q", "RCPT"],                                  Later),
        ("hangs up after the content",    &["-q", "."],                                     Later),
        ("hangs up at once",              &["-q", "CONNECT"],                               Away),
    ];
    for (name, args, want) in table {
        let (_server, port) = sink(args);
        let channel = clear(port, "timeout = '20s'");
        // Twice: what the first attempt left behind must not change the second.
        for _ in 0..2 {
            let got = match channel.send(&letter("alice@duban.test"), NOW).await {
                Sent::Accepted { .. } => Accepted,
                Sent::Later { .. } => Later,
                Sent::Away { .. } => Away,
                Sent::Never { .. } => Never,
            };
            assert_eq!(got, want, "{name}");
        }
    }
}

#[tokio::test]
async fn nobody_listening_is_not_now() {
    let sent = clear(free_port(), "").send(&letter("alice@duban.test"), NOW).await;
    let Sent::Away { reason } = sent else { panic!("{sent:?}") };
    assert!(reason.contains("cannot reach 127.0.0.1:"), "{reason}");
}

#[tokio::test]
async fn a_silent_server_does_not_hold_us() {
    // The kernel takes the connection; nobody ever greets.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let sent = clear(port, "timeout = '200ms'").send(&letter("alice@duban.test"), NOW).await;
    let Sent::Away { reason } = sent else { panic!("{sent:?}") };
    assert!(reason.contains("did not greet within 200ms"), "{reason}");
}

#[tokio::test]
async fn a_cancelled_send_is_never_reported_as_sent() {
    // The server answers DATA a second late, so every letter is left in its middle. A session
    // that was used again would read the late reply as its own.
    let (_server, port) = sink(&["-w", "1"]);
    let channel = clear(port, "timeout = '300ms'\nconnections = 1");
    for attempt in 0..6 {
        let sent = channel.send(&letter("alice@duban.test"), NOW).await;
        assert!(matches!(sent, Sent::Later { .. }), "attempt {attempt}: {sent:?}");
    }
    let slow = clear(port, "timeout = '30s'\nconnections = 1");
    let message = letter("alice@duban.test");
    for attempt in 0..3 {
        // Cancelled from outside, as a daemon that stops does it.
        let cancelled =
            tokio::time::timeout(std::time::Duration::from_millis(300), slow.send(&message, NOW));
        assert!(cancelled.await.is_err(), "attempt {attempt}");
    }
    let sent = slow.send(&message, NOW).await;
    let Sent::Accepted { provider, .. } = sent else { panic!("{sent:?}") };
    assert!(provider.starts_with("250"), "{provider}");
}

#[tokio::test]
async fn a_session_the_server_closed_is_opened_again() {
    let (first, port) = sink(&[]);
    let channel = clear(port, "connections = 1");
    let sent = channel.send(&letter("alice@duban.test"), NOW).await;
    assert!(matches!(sent, Sent::Accepted { .. }), "{sent:?}");
    drop(first);
    let (_second, _) = sink_on(port, &[]);
    let sent = channel.send(&letter("alice@duban.test"), NOW).await;
    assert!(matches!(sent, Sent::Accepted { .. }), "{sent:?}");
}

#[tokio::test]
async fn an_address_in_any_letters_arrives_or_is_refused_in_words() {
    let server = Postfix::with(&["-o smtputf8_enable=no"]);
    let without = server.ports[0];
    let never = "the address has letters this mail server does not take (no SMTPUTF8)";
    #[rustfmt::skip]
    let table = [
        // address                    port             where it arrives
        ("alice@例子.test",            server.starttls, Ok("idn")),
        ("alice@例子.test",            without,         Ok("idn")),
        ("alice@xn--fsqu00a.test",    without,         Ok("idn")),
        ("张三@duban.test",            server.starttls, Ok("san")),
        ("张三@duban.test",            without,         Err(never)),
    ];
    let mut boxes = std::collections::BTreeMap::new();
    for (address, port, want) in table {
        let channel = protected(&server, port, "starttls", PASSWORD, "connections = 1");
        // Twice: a letter that does not fit leaves the session fit for the next.
        for letter in [letter(address), letter("bob@duban.test")] {
            let sent = channel.send(&letter, NOW).await;
            match want {
                Err(words) if letter.to == address => {
                    assert_eq!(sent, Sent::Never { reason: words.into() }, "{address}");
                }
                Ok(_) | Err(_) => {
                    assert!(matches!(sent, Sent::Accepted { .. }), "{address}: {sent:?}");
                }
            }
        }
        if let Ok(name) = want {
            let count = boxes.entry(name).or_insert(0);
            *count += 1;
            assert_eq!(server.mails(name, *count).len(), *count, "{address}");
        }
    }
    assert_eq!(server.mails("bob", table.len()).len(), table.len());
    assert_eq!(server.sessions(), table.len(), "one session for each channel");
    let mail = std::fs::read_to_string(&server.mails("san", 1)[0]).expect("it is UTF-8");
    assert!(mail.contains("\nTo: 张三@duban.test\n"), "{mail}");
}

#[tokio::test]
async fn a_mail_that_is_too_large_is_not_tried_again() {
    let server = Postfix::with(&["-o message_size_limit=20000"]);
    let large = Letter { html: Some("督办".repeat(5_000)), ..letter("alice@duban.test") };
    let small = protected(&server, server.ports[0], "starttls", PASSWORD, "connections = 1");
    let sent = small.send(&large, NOW).await;
    let Sent::Never { reason } = sent else { panic!("{sent:?}") };
    assert!(reason.ends_with("bytes and the mail server takes 20000 at most"), "{reason}");
    let sent = small.send(&letter("alice@duban.test"), NOW).await;
    assert!(matches!(sent, Sent::Accepted { .. }), "{sent:?}");
    assert_eq!(server.sessions(), 1, "the session was not lost over it");

    let ours = protected(&server, server.starttls, "starttls", PASSWORD, "max_bytes = 15000");
    let sent = ours.send(&large, NOW).await;
    let Sent::Never { reason } = sent else { panic!("{sent:?}") };
    assert!(reason.ends_with("bytes and `max_bytes` is 15000"), "{reason}");
    let whole = protected(&server, server.starttls, "starttls", PASSWORD, "");
    let sent = whole.send(&large, NOW).await;
    assert!(matches!(sent, Sent::Accepted { .. }), "{sent:?}");
}

#[tokio::test]
async fn a_refused_recipient_does_not_cost_the_session() {
    let server = Postfix::start();
    let channel = protected(&server, server.starttls, "starttls", PASSWORD, "connections = 1");
    for (to, taken) in [
        ("nobody@duban.test", false),
        ("alice@duban.test", true),
        ("none@duban.test", false),
        ("bob@duban.test", true),
    ] {
        let sent = channel.send(&letter(to), NOW).await;
        assert_eq!(matches!(sent, Sent::Accepted { .. }), taken, "{to}: {sent:?}");
        assert_eq!(matches!(sent, Sent::Never { .. }), !taken, "{to}: {sent:?}");
    }
    assert_eq!(server.sessions(), 1);
    for name in ["alice", "bob"] {
        assert_eq!(server.mails(name, 1).len(), 1, "each mail reached its own reader, once");
    }
}

#[tokio::test]
async fn a_greylisted_mail_arrives_by_a_later_attempt() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let port = free_port();
    let _greylist = Server::start(
        tool("/usr/sbin/postgrey", "postgrey")
            .args(["--user=root", "--group=root", "--delay=1", "--whitelist-clients=/dev/null"])
            .arg(format!("--inet=127.0.0.1:{port}"))
            .arg(format!("--dbdir={}", folder.path().display()))
            .arg(format!("--pidfile={}", folder.path().join("pid").display())),
    );
    listening(port, "postgrey");
    let server = Postfix::with(&[&format!(
        "-o {{ smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:{port}, permit_sasl_authenticated, reject }}"
    )]);
    let channel = protected(&server, server.ports[0], "starttls", PASSWORD, "");
    let sent = channel.send(&letter("alice@duban.test"), NOW).await;
    let Sent::Later { reason } = sent else { panic!("{sent:?}") };
    assert!(
        reason.starts_with("450 4.2.0 <(address)>: Recipient address rejected: Greylisted"),
        "{reason}"
    );
    // When to try again is not the channel's business; here as soon as it is let through.
    let mut attempts = 1;
    let sent = loop {
        let sent = channel.send(&letter("alice@duban.test"), NOW).await;
        attempts += 1;
        if !matches!(sent, Sent::Later { .. }) || attempts == 10_000 {
            break sent;
        }
        tokio::task::yield_now().await;
    };
    assert!(matches!(sent, Sent::Accepted { .. }), "after {attempts} attempts: {sent:?}");
    assert_eq!(server.mails("alice", 1).len(), 1);
}

/// A server that takes the first session's first mail and then says nothing on it ever again;
/// later sessions are well.
fn falls_asleep() -> u16 {
    use std::io::{BufRead as _, BufReader, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        let mut asleep = Vec::new();
        for (number, stream) in listener.incoming().flatten().enumerate() {
            let mut answer = stream.try_clone().expect("a second handle");
            let mut lines = BufReader::new(stream);
            let mut say = |words: &str| drop(answer.write_all(format!("{words}\r\n").as_bytes()));
            say("220 sleepy.test ESMTP");
            let mut content = false;
            let mut mails = 0;
            let mut line = String::new();
            while lines.read_line(&mut line).is_ok_and(|read| read > 0) {
                if content && line == ".\r\n" {
                    content = false;
                    mails += 1;
                    say("250 taken");
                    if number == 0 && mails == 1 {
                        asleep.push(lines);
                        break;
                    }
                } else if line.starts_with("DATA") {
                    content = true;
                    say("354 go on");
                } else if !content {
                    say("250 sleepy.test");
                }
                line.clear();
            }
        }
    });
    port
}

#[tokio::test]
async fn a_session_that_fell_asleep_is_replaced() {
    let channel = clear(falls_asleep(), "connections = 1");
    for attempt in 0..2 {
        let sent = channel.send(&letter("alice@duban.test"), NOW).await;
        assert_eq!(
            sent,
            Sent::Accepted { provider: "250 taken".into(), ids: Vec::new() },
            "{attempt}"
        );
    }
}

#[test]
fn a_letter_shows_nothing_private() {
    let shown = format!("{:?}", Letter { text: "private words".into(), ..letter("a@b.test") });
    assert!(!shown.contains("a@b.test") && !shown.contains("private"), "{shown}");
}
