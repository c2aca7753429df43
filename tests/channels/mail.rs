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

fn protected(server: &Postfix, port: u16, tls: &str, password: &str, more: &str) -> Channel {
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
for name in ['From', 'Reply-To', 'To', 'Subject', 'Date', 'Message-ID', 'In-Reply-To', 'References', 'Auto-Submitted', 'Content-Language']:
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
            Auto-Submitted: auto-generated
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
    let Sent::Later { reason } = sent else { panic!("a bad login is our fault: {sent:?}") };
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
    let Sent::Later { reason } = sent else { panic!("{sent:?}") };
    assert!(reason.contains("does not offer STARTTLS and nothing is sent in clear"), "{reason}");
}

#[tokio::test]
async fn a_server_nobody_vouches_for_gets_nothing() {
    let server = Postfix::start();
    let other = Postfix::start();
    for (tls, port) in [("starttls", server.starttls), ("implicit", server.implicit)] {
        let channel = protected(&other, port, tls, PASSWORD, "");
        let sent = channel.send(&letter("alice@duban.test"), NOW).await;
        let Sent::Later { reason } = sent else { panic!("{tls}: {sent:?}") };
        assert!(reason.contains("certificate"), "{tls}: {reason}");
    }
}

#[tokio::test]
async fn each_misbehaviour_has_its_verdict() {
    #[derive(Debug, PartialEq)]
    enum Verdict {
        Accepted,
        Later,
        Never,
    }
    use Verdict::{Accepted, Later, Never};
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
        ("hangs up at once",              &["-q", "CONNECT"],                               Later),
    ];
    for (name, args, want) in table {
        let (_server, port) = sink(args);
        let channel = clear(port, "timeout = '20s'");
        // Twice: what the first attempt left behind must not change the second.
        for _ in 0..2 {
            let got = match channel.send(&letter("alice@duban.test"), NOW).await {
                Sent::Accepted { .. } => Accepted,
                Sent::Later { .. } => Later,
                Sent::Never { .. } => Never,
            };
            assert_eq!(got, want, "{name}");
        }
    }
}

#[tokio::test]
async fn nobody_listening_is_not_now() {
    let sent = clear(free_port(), "").send(&letter("alice@duban.test"), NOW).await;
    let Sent::Later { reason } = sent else { panic!("{sent:?}") };
    assert!(reason.contains("cannot reach 127.0.0.1:"), "{reason}");
}

#[tokio::test]
async fn a_silent_server_does_not_hold_us() {
    // The kernel takes the connection; nobody ever greets.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let sent = clear(port, "timeout = '200ms'").send(&letter("alice@duban.test"), NOW).await;
    let Sent::Later { reason } = sent else { panic!("{sent:?}") };
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

#[test]
fn a_letter_shows_nothing_private() {
    let shown = format!("{:?}", Letter { text: "private words".into(), ..letter("a@b.test") });
    assert!(!shown.contains("a@b.test") && !shown.contains("private"), "{shown}");
}
