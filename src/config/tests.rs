//! What a configuration means and what is said about a wrong one.

use super::*;

fn load(text: &str, env: &[(&str, &str)]) -> Result<Config, String> {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("duban.toml");
    std::fs::write(&path, text).expect("the scratch folder takes a file");
    std::fs::write(folder.path().join("pw"), "s3cret\n").expect("the scratch folder takes a file");
    let env = env.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    Config::load(Some(&path), env)
        .map_err(|error| error.to_string().replace(&format!("{}/", folder.path().display()), ""))
}

#[test]
fn without_a_file_everything_goes_to_the_mailbox() {
    let config = Config::standard();
    assert_eq!(config.web.listen.to_string(), "127.0.0.1:8420");
    assert_eq!(config.store.url, "sqlite:duban-state/duban.db");
    for via in Via::ALL {
        let want = Some(Target::Channel { name: MAILBOX, address: via });
        assert_eq!(config.target(via), want, "{}", via.name());
    }
    assert_eq!(config.resident.sms.as_deref(), Some(MAILBOX));
}

#[test]
fn the_state_directory_is_the_one_systemd_gives() {
    let env = [("STATE_DIRECTORY".to_owned(), "/var/lib/duban:/var/lib/other".to_owned())];
    let config = Config::load(None, env.into_iter()).expect("a good environment");
    assert_eq!(config.store.url, "sqlite:/var/lib/duban/duban.db");
    assert_eq!(config.secrets.key_file, Path::new("/var/lib/duban/contacts.key"));
}

const CITY: &str = r#"
[store]
url = "postgres://duban:hunter2@db.example/duban"

[web]
listen = "0.0.0.0:80"
public_url = "https://t.xn.gov.cn/"

[[channel]]
name = "mail"
kind = "smtp"
host = "mail.example.gov.cn"
username = "duban"
password_file = "pw"
from = "督办 <sla@example.gov.cn>"

[[channel]]
name = "gateway"
kind = "http_sms"
url = "https://sms.example.cn/send"
body = '{"to": {{ to }}, "text": {{ text }}}'
accepted = { status = [200], pointer = "/code", value = ["OK", 0] }
later_status = [429, "5xx"]
headers = { X-App = "duban" }

[kinds]
im = "sms"
sms = "gateway"
voice = "im"
email = "mail"
print = "off"
"#;

#[test]
fn a_kind_leads_through_other_kinds_to_a_channel() {
    let config = load(CITY, &[]).expect("a good file");
    let gateway = Some(Target::Channel { name: "gateway", address: Via::Sms });
    #[rustfmt::skip]
    let table = [
        (Via::Voice,  gateway),
        (Via::Im,     gateway),
        (Via::Sms,    gateway),
        (Via::Email,  Some(Target::Channel { name: "mail", address: Via::Email })),
        (Via::Print,  Some(Target::Off)),
        (Via::Digest, None),
    ];
    for (via, want) in table {
        assert_eq!(config.target(via), want, "{}", via.name());
    }
    assert_eq!(config.unmapped(Via::ALL), [Via::Digest]);
    assert_eq!(config.resident.sms, None, "with several channels nobody is guessed");
}

#[test]
fn the_environment_overrides_the_file() {
    let env = [
        ("DUBAN__WEB__LISTEN", "127.0.0.1:9000"),
        ("DUBAN__DISPATCH__WORKERS", "9"),
        ("DUBAN__CHANNEL__MAIL__PORT", "2525"),
        ("DUBAN__CHANNEL__MAIL__PASSWORD", "from-env"),
        ("DUBAN__CHANNEL__BOX__KIND", "mailbox"),
        ("DUBAN__KINDS__DIGEST", "box"),
    ];
    let config = load(CITY, &env).expect("a good environment");
    assert_eq!(config.web.listen.port(), 9000);
    assert_eq!(config.dispatch.workers, 9);
    let Some(ChannelKind::Smtp(smtp)) = config.channel("mail").map(|channel| &channel.kind) else {
        panic!("the channel `mail` is a mail server");
    };
    assert_eq!(smtp.port, 2525);
    assert_eq!(smtp.password.as_ref().map(|found| found.secret.reveal()), Some("from-env"));
    let want = Some(Target::Channel { name: "box", address: Via::Digest });
    assert_eq!(config.target(Via::Digest), want);
}

#[test]
fn secrets_are_never_printed() {
    let config = load(CITY, &[]).expect("a good file");
    for text in [config.print(), format!("{config:?}")] {
        assert!(!text.contains("hunter2"), "{text}");
        assert!(!text.contains("s3cret"), "{text}");
    }
}

#[test]
fn what_is_printed_loads_as_the_same() {
    let state = ("STATE_DIRECTORY", "/var/lib/duban");
    let empty = load("", &[state]).expect("an empty file");
    assert_eq!(load(&empty.print(), &[state]).expect("a printed file"), empty);
    let env = [state, ("DUBAN__STORE__URL", "sqlite:x")];
    let mut city = load(CITY, &env).expect("a good file");
    // The scratch folder of the first load is gone, and with it the password file.
    for channel in &mut city.channels {
        if let ChannelKind::Smtp(smtp) = &mut channel.kind {
            smtp.username = None;
            smtp.password = None;
        }
    }
    assert_eq!(load(&city.print(), &env).expect("a printed file"), city);
}

#[test]
fn the_defaults_read_well() {
    insta::assert_snapshot!(Config::standard().print(), @r#"
    [store]
    url = "sqlite:duban-state/duban.db"

    [web]
    listen = "127.0.0.1:8420"
    public_url = "http://127.0.0.1:8420"
    body_bytes_max = 8388608
    connections_max = 1024
    header_timeout = "10s"
    request_timeout = "30s"
    answers_per_minute = 20
    calls_per_minute = 6000
    open311 = "public"

    [policies]
    # dir: the set `cn` that is built in
    # org: none

    [engine]
    batch = 500
    poll = "5s"

    [dispatch]
    batch = 100
    lease = "5m"
    workers = 4
    attempts_max = 12
    give_up_after = "1day"
    retry_min = "30s"
    retry_max = "1h"
    send_timeout = "1m 30s"

    [kinds]
    im = "mailbox"
    sms = "mailbox"
    email = "mailbox"
    voice = "mailbox"
    print = "mailbox"
    digest = "mailbox"

    [resident]
    sms = "mailbox"
    email = "mailbox"
    language = "zh"

    [wording]
    language = "zh"
    signature_zh = "【12345热线】"
    signature_en = "Hotline 12345: "

    [secrets]
    key_file = "duban-state/contacts.key"

    [[channel]]
    name = "mailbox"
    kind = "mailbox"
    "#);
}

#[test]
fn complaints_read_well() {
    let text = r#"
[web]
lisen = "127.0.0.1:80"
[engine]
poll = "1M"
batch = "many"
[[channel]]
name = "mail"
kind = "smttp"
[[channel]]
name = "relay"
kind = "smtp"
host = "localhost"
from = "nobody"
tls = "none"
username = "duban"
password = "hunter2"
[kinds]
im = "voice"
voice = "im"
email = "rely"
[dispach]
"#;
    insta::assert_snapshot!(load(text, &[("DUBAN__WEB__PORT", "1")]).expect_err("a bad file"), @r#"
    error: duban.toml:3:1: unknown key `lisen` in `web`; did you mean `listen`?
     --> duban.toml:3:1
      |
    3 | lisen = "127.0.0.1:80"
      | ^^^^^
    error: duban.toml:5:8: `1M` means 1month, outside 1ms..=7days (`m` is minutes, `M` is months)
     --> duban.toml:5:8
      |
    5 | poll = "1M"
      |        ^^^^
    error: duban.toml:6:9: `batch` is a text, it must be a whole number
     --> duban.toml:6:9
      |
    6 | batch = "many"
      |         ^^^^^^
    error: duban.toml:9:8: unknown channel kind `smttp`; did you mean `smtp`?
     --> duban.toml:9:8
      |
    9 | kind = "smttp"
      |        ^^^^^^^
    error: duban.toml:14:8: `from` is no mail address; it has no `@`
      --> duban.toml:14:8
       |
    14 | from = "nobody"
       |        ^^^^^^^^
    error: duban.toml:16:12: with `tls = "none"` the password would travel in clear; use `starttls` or `implicit`
      --> duban.toml:16:12
       |
    16 | username = "duban"
       |            ^^^^^^^
    error: duban.toml:17:12: a secret does not stand in the configuration; put it into a file and write `password_file = "..."`
      --> duban.toml:17:12
       |
    17 | password = *********
       |            ^^^^^^^^^
    error: duban.toml:18:1: `im` leads back to itself through other kinds
      --> duban.toml:18:1
       |
    18 | [kinds]
       | ^^^^^^^
    error: duban.toml:18:1: `voice` leads back to itself through other kinds
      --> duban.toml:18:1
       |
    18 | [kinds]
       | ^^^^^^^
    error: duban.toml:21:9: `rely` is no channel, kind or `off`; did you mean `relay`?
      --> duban.toml:21:9
       |
    21 | email = "rely"
       |         ^^^^^^
    error: duban.toml:22:2: unknown section or key `dispach`; did you mean `dispatch`?
      --> duban.toml:22:2
       |
    22 | [dispach]
       |  ^^^^^^^
    DUBAN__WEB__PORT: unknown key `port` in `web`; known here: listen, public_url, open311, body_bytes_max, connections_max, header_timeout, request_timeout, answers_per_minute, calls_per_minute
    "#);
}

#[test]
fn text_that_is_not_toml_is_shown_where_it_stops() {
    insta::assert_snapshot!(load("[web]\nlisten = \n", &[]).expect_err("a bad file"), @r"
    error: duban.toml:2:10: string values must be quoted, expected literal string
     --> duban.toml:2:10
      |
    2 | listen = 
      |          ^
    ");
}
