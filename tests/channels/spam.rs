//! What a spam filter thinks of our mails: one of each kind, out of the receiver's box.

use duban::{
    channel::{Letter, Sent},
    core::{
        list::{Filled, Row},
        message::{Facts, Message, Piece, Recipient},
        timestamp::Timestamp,
        wording::{Language, Names},
    },
    policies,
    wall::Wall,
};

use crate::{
    mail::protected,
    postfix::{PASSWORD, Postfix},
    process::tool,
    run::run,
};

/// What scores 5 is called spam.
const SCORE_MAX: f64 = 2.0;
const LINK: &str = "https://t.xn.gov.cn/r/7H2K9QWM3VXA4DEB";

fn message(template: &str, facts: Facts) -> Message {
    Message {
        key: template.into(),
        ticket: "W260514-0123".into(),
        slip: (template == "staff.red").then(|| "W260514-0123/r1/resolve/cx-scjg/0/3.0.0".into()),
        with: Vec::new(),
        to: Recipient::Staff {
            unit: "cx-scjg".into(),
            role: "principal".into(),
            person: None,
            away: None,
            cc: false,
        },
        via: "email".into(),
        template: template.into(),
        facts,
        not_before: Timestamp(0),
        expires: None,
    }
}

/// A slip, several slips in one, a list, a question to a resident.
fn kinds(now: Timestamp) -> [Message; 4] {
    let due = Timestamp(now.0 + 86_400_000);
    let slip = Facts {
        no: "W260514-0123".into(),
        policy: "general".into(),
        policy_version: "2026.1".into(),
        round: 1,
        unit: "cx-scjg".into(),
        slip: "red".into(),
        serial: Some("红字〔2026〕118号".into()),
        clock: "resolve".into(),
        due: Some(now),
        dispatched: Some(Timestamp(now.0 - 86_400_000)),
        reply_due: Some(due),
        step_time: Some(due),
        step: "due+1wd".into(),
        contacts: 2,
        stage: "accepted".into(),
        roles: vec!["principal".into()],
        link_expires: Some(due),
        link: true,
        ..Facts::default()
    };
    let piece = |no: u32| Piece {
        no: format!("W260514-{no:04}"),
        slip: "yellow".into(),
        serial: Some(format!("黄字〔2026〕{no}号")),
        due: Some(due),
    };
    let row = |no: u32| Row {
        due: Some(due),
        ticket: format!("W260514-{no:04}"),
        unit: "cx-scjg".into(),
    };
    let section = Filled {
        zh: "今日应办结".into(),
        en: "to resolve today".into(),
        count: 40,
        rows: (1..=40).map(row).collect(),
    };
    let several = Facts { together: (1..=40).map(piece).collect(), ..slip.clone() };
    let list = Facts {
        title: Some(["今日办件".into(), "Today's work".into()]),
        lists: vec![section],
        ..slip.clone()
    };
    [
        message("staff.red", slip.clone()),
        message("staff.together", several),
        message("staff.list", list),
        Message { to: Recipient::Resident, ..message("resident.ask", slip) },
    ]
}

#[tokio::test]
async fn no_mail_of_ours_looks_like_spam() {
    // The server stamps the hour of its arrival on a mail, and the filter compares.
    let now = Wall::Host.now();
    let loaded = policies::load_embedded("cn", now).expect("the set is shipped");
    let set = loaded.set.expect("a good set");
    let templates = loaded.templates.expect("with templates");
    let org = loaded.org.expect("with an organisation");
    let names = Names::of(&set, &org);
    let server = Postfix::start();
    let channel = protected(&server, server.starttls, "starttls", PASSWORD, "");
    let mut count = 0;
    for message in kinds(now) {
        for language in [Language::Zh, Language::En] {
            let link = message.template.starts_with("resident.").then_some(LINK);
            let zone = set.calendar.zone();
            let text = templates.render(&message, language, &names, zone, link, "【12345热线】");
            let text = text.unwrap_or_else(|error| panic!("{}: {error}", message.template));
            count += 1;
            let letter = Letter {
                message_id: format!("{count:032x}"),
                to: "alice@duban.test".into(),
                subject: text.subject,
                text: text.text,
                html: Some(text.html.expect("a mail has HTML")),
                links: link.map(str::to_owned).into_iter().collect(),
                ticket: message.ticket.clone(),
                template: String::new(),
                facts: std::collections::BTreeMap::default(),
                language: language.tag().into(),
            };
            let sent = channel.send(&letter, now).await;
            assert!(matches!(sent, Sent::Accepted { .. }), "{}: {sent:?}", message.template);
        }
    }
    let home = tempfile::tempdir().expect("a scratch folder");
    for mail in server.mails("alice", count) {
        // It asks nobody on the network, and gives no credit for a mail from next door.
        let filter = &mut tool("spamassassin", "spamassassin");
        filter.args(["-L", "-t", "-x", "--cf=score ALL_TRUSTED 0"]).env("HOME", home.path());
        let said = run(filter.arg(&mail));
        let (score, _) = said
            .split_once("X-Spam-Status: ")
            .and_then(|(_, rest)| rest.split_once("score="))
            .and_then(|(_, rest)| rest.split_once(' '))
            .unwrap_or_else(|| panic!("no score: {said}"));
        let score: f64 = score.parse().expect("a score is a number");
        assert!(score < SCORE_MAX, "{said}");
    }
}
