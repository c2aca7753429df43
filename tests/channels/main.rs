//! The channels against real servers, which the tests start themselves.
//!
//! They need the Debian packages of tests/debian-packages, and root for Postfix; a missing one fails the test and is named.

#[path = "../common/certificates.rs"]
mod certificates;
#[path = "../common/gateway.rs"]
mod gateway;
mod logins;
mod mail;
mod mail_signed;
mod postfix;
#[path = "../common/process.rs"]
mod process;
#[path = "../common/run.rs"]
mod run;
mod send_test;
mod sms;
mod spam;
#[path = "../common/wait.rs"]
mod wait;

use std::collections::BTreeMap;

use duban::{
    channel::{Channel, ChannelError, Letter, Sent},
    config::Config,
    core::timestamp::Timestamp,
    store::Store,
};

/// 2026-05-14T18:00:00+08:00.
const NOW: Timestamp = Timestamp(1_778_752_800_000);

fn config(keys: &str) -> Config {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("duban.toml");
    let text = format!("[[channel]]\nname = 'x'\n{keys}\n");
    std::fs::write(&path, text).expect("the scratch folder takes files");
    Config::load(Some(&path), std::iter::empty()).unwrap_or_else(|error| panic!("{error}"))
}

fn opened(keys: &str) -> Result<Channel, ChannelError> {
    let channel = Channel::without_store(&config(keys).channels[0])?;
    Ok(channel.expect("the tests make no mailbox of it"))
}

/// A channel with these keys in its `[[channel]]`.
fn channel(keys: &str) -> Channel {
    opened(keys).unwrap_or_else(|error| panic!("{error}"))
}

fn letter(to: &str) -> Letter {
    Letter {
        message_id: "m-1".into(),
        to: to.into(),
        subject: "红色督办单红字〔2026〕118号:工单W260507-0123,超期1个工作日未办结".into(),
        text: "请办理。\n.\n第二行".into(),
        html: Some("<p>请办理。</p>".into()),
        links: vec!["https://t.xn.gov.cn/r/x".into()],
        ticket: "W260507-0123".into(),
        language: "zh".into(),
        template: "staff.red".into(),
        facts: BTreeMap::new(),
    }
}

#[tokio::test]
async fn the_mailbox_keeps_a_letter_once() {
    let store = Store::open("sqlite::memory:").await.expect("a store in memory");
    store.migrate().await.expect("migrations");
    let mailbox = Channel::open(&Config::standard().channels[0], &store).expect("a mailbox");
    for _ in 0..2 {
        let sent = mailbox.send(&letter("+8613800138000"), NOW).await;
        assert!(matches!(sent, Sent::Accepted { .. }), "{sent:?}");
    }
    let mails = store.mailbox_list(10).await.expect("the mails");
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].channel, "mailbox");
    assert_eq!(mails[0].to, "+8613800138000");
    assert_eq!(mails[0].at, NOW);
    assert_eq!(mails[0].links, ["https://t.xn.gov.cn/r/x"]);
}
