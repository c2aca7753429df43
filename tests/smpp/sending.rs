//! Letters out: what arrives at the centre, and what its answers mean. Nobody listens here, so
//! each letter has a session of its own.

use duban::channel::Sent;

use crate::{NOW, centre::Centre, channel, letter, wait::free_port};

#[tokio::test]
async fn a_text_arrives_as_it_was_written() {
    let centre = Centre::start();
    let op = channel(&centre.port, "right", "validity = '48h'");
    #[rustfmt::skip]
    let table = [
        // name                 to                text                            parts, coding
        ("short",               "+8613800138001", "【督办】工单W1超期".to_owned(),   1, 8),
        ("long",                "+8613800138002", "督办😀".repeat(60),              4, 8),
        ("GSM only",            "+8613800138003", "Ticket W1: 5 € {due} @ 18:00".to_owned(), 1, 0),
        ("long in GSM",         "+8613800138004", "€100 for Zürich? ".repeat(20),  3, 0),
        ("a number at home",    "13800138005",    "办".repeat(70),                 1, 8),
    ];
    for (name, to, text, parts, coding) in table {
        let sent = op.send(&letter(to, &text), NOW).await;
        let Sent::Accepted { provider, ids } = sent else { panic!("{name}: {sent:?}") };
        assert_eq!(ids.len(), parts, "{name}: each part has its number: {provider}");
        let came = centre.messages(to);
        assert_eq!(came.len(), parts, "{name}");
        let words: String = came.iter().filter_map(|part| part["text"].as_str()).collect();
        assert_eq!(words, text, "{name}");
        assert!(came.iter().all(|part| part["coding"] == coding), "{name}: {came:?}");
        assert_eq!(came[0]["from"], "10690001", "{name}");
        assert_eq!(came[0]["ton"], i64::from(to.starts_with('+')), "{name}");
        // The parts of a text have one reference and are counted.
        let ends = came.iter().enumerate().filter(|(n, part)| {
            let header = part["header"].as_str().unwrap_or_default();
            parts > 1 && header.ends_with(&format!("{parts:02x}{:02x}", n + 1))
        });
        assert_eq!(ends.count(), if parts > 1 { parts } else { 0 }, "{name}: {came:?}");
    }
    assert_eq!(centre.saw("unbind", 5).len(), 5, "each session says goodbye");
}

#[tokio::test]
async fn with_tls_the_certificate_is_looked_at() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let folder = folder.path().join("tls");
    let centre = Centre::with_tls(&folder);
    let trusting = format!("tls = 'implicit'\nca_file = '{}'", folder.join("ca.pem").display());
    let sms = letter("+8613800138001", "督办");
    let sent = channel(&centre.port, "right", &trusting).send(&sms, NOW).await;
    assert!(matches!(sent, Sent::Accepted { .. }), "{sent:?}");
    let stranger = channel(&centre.port, "right", "tls = 'implicit'").send(&sms, NOW).await;
    let Sent::Away { reason } = stranger else { panic!("{stranger:?}") };
    let words = format!("TLS with 127.0.0.1:{} failed: invalid peer certificate", centre.port);
    assert!(reason.starts_with(&words), "{reason}");
    assert_eq!(centre.events("submit").len(), 1, "a stranger gets neither login nor message");
}

#[tokio::test]
async fn each_status_has_its_verdict() {
    let centre = Centre::start();
    let op = channel(&centre.port, "right", "");
    let later = |words: &str| Sent::Later { reason: words.into() };
    let never = |words: &str| Sent::Never { reason: words.into() };
    #[rustfmt::skip]
    let table = [
        ("+8613800138019", never("SMPP 0x0000000B invalid destination address")),
        ("+8613800138014", later("SMPP 0x00000014 message queue full")),
        ("+8613800138058", later("SMPP 0x00000058 throttled")),
        ("+8613800138091", later("no answer: the centre closed the link")),
        ("a@b.test",       never("not a phone number")),
    ];
    for (to, want) in table {
        assert_eq!(op.send(&letter(to, "督办"), NOW).await, want, "{to}");
    }
    let sent = op.send(&letter("+8613800138001", "督办"), NOW).await;
    assert!(matches!(sent, Sent::Accepted { .. }), "after all that the next one goes: {sent:?}");
}

#[tokio::test]
async fn a_part_that_was_taken_is_not_sent_again() {
    let centre = Centre::start();
    let op = channel(&centre.port, "right", "");
    let to = "+8613800138059";
    let long = letter(to, &"督办".repeat(100));
    let first = op.send(&long, NOW).await;
    let reason = "part 2 of 3: SMPP 0x00000058 throttled".to_owned();
    assert_eq!(first, Sent::Later { reason });
    let second = op.send(&long, NOW).await;
    let Sent::Accepted { ids, .. } = second else { panic!("{second:?}") };
    assert_eq!(ids.len(), 3, "all numbers, also that of the part taken before");
    let parts = centre.messages(to);
    let headers: Vec<_> = parts.iter().filter_map(|part| part["header"].as_str()).collect();
    let numbers: Vec<_> = headers.iter().map(|header| &header[header.len() - 2..]).collect();
    assert_eq!(numbers, ["01", "02", "02", "03"]);
    assert!(
        headers.iter().all(|header| header[..header.len() - 2] == headers[0][..header.len() - 2])
    );
}

#[tokio::test]
async fn a_centre_that_is_away_or_refuses_us_is_later() {
    let centre = Centre::start();
    let sms = letter("+8613800138001", "督办");
    let away = channel(&free_port().to_string(), "right", "").send(&sms, NOW).await;
    let Sent::Away { reason } = away else { panic!("{away:?}") };
    assert!(reason.starts_with("cannot reach 127.0.0.1:"), "{reason}");
    let locked = channel(&centre.port, "wrong", "").send(&sms, NOW).await;
    let Sent::Away { reason } = locked else { panic!("{locked:?}") };
    let words =
        format!("127.0.0.1:{} refused the bind: SMPP 0x0000000E invalid password", centre.port);
    assert_eq!(reason, words);
}
