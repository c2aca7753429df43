//! Robots of groups, and webhooks.

use duban::{
    channel::{Letter, Sent, http::Answer, robot, webhook},
    config::{
        channels::ChannelKind,
        robot::{Maker, RobotConfig},
        webhook::WebhookConfig,
    },
    core::timestamp::Timestamp,
};
use serde_json::{Value, json};

use crate::{NOW, headers, kind, letter, text, vectors};

fn robot(keys: &str, secrets: &[(&str, &str)]) -> RobotConfig {
    match kind(keys, secrets) {
        ChannelKind::Robot(robot) => *robot,
        other => panic!("{other:?}"),
    }
}

fn note(to: &str, text: &str) -> Letter {
    Letter { text: text.into(), ..letter(to) }
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn robots_sign_as_the_vectors_do() {
    let vectors = vectors("im-robots.json");
    let said = "路灯不亮";

    let ding = &vectors["dingtalk_custom_robot"];
    let want = &ding["dingtalk-webhook 1.1.6"];
    let key = "a".repeat(64);
    let secrets = [("key", key.as_str()), ("secret", text(&ding["secret"]))];
    let config = robot("kind = 'dingtalk'\nkey_file = 'key'\nsecret_file = 'secret'", &secrets);
    let request = robot::request(&config, &note("", said), said, NOW);
    assert_eq!(request.url, text(&want["url"]));
    let mut body = json_of(text(&want["body"]));
    // Nobody is mentioned; leaving an empty list out says the same.
    body["at"].as_object_mut().expect("at").remove("atMobiles");
    assert_eq!(json_of(&request.body), body);

    let bot = &vectors["feishu_custom_bot"];
    let want = &bot["expected_request"];
    let secrets =
        [("key", "0f1e2d3c-0000-1111-2222-333344445555"), ("secret", text(&bot["secret"]))];
    let config = robot("kind = 'feishu'\nkey_file = 'key'\nsecret_file = 'secret'", &secrets);
    let request = robot::request(&config, &note("", said), said, NOW);
    assert_eq!(request.url, text(&want["url"]));
    assert_eq!(json_of(&request.body), json_of(text(&want["body"])));

    let want = &vectors["wecom_group_bot"]["expected_request"];
    let config = robot("kind = 'wecom'\nkey_file = 'key'", &secrets);
    let said = "督办\r\n路灯不亮";
    let request = robot::request(&config, &note("", said), said, NOW);
    assert_eq!(request.url, text(&want["url"]));
    assert_eq!(json_of(&request.body), json_of(text(&want["body"])));
}

#[test]
fn a_person_is_mentioned_by_number_or_name_where_the_robot_can() {
    let (phone, user) = ("+8613800138000", "zhang.san");
    #[rustfmt::skip]
    let table = [
        ("wecom",    "",                    phone, json!({"msgtype": "text", "text": {"content": "看", "mentioned_mobile_list": ["13800138000"]}})),
        ("wecom",    "",                    user,  json!({"msgtype": "text", "text": {"content": "看", "mentioned_list": ["zhang.san"]}})),
        ("wecom",    "mention = false",     user,  json!({"msgtype": "text", "text": {"content": "看"}})),
        ("wecom",    "format = 'markdown'", user,  json!({"msgtype": "markdown", "markdown": {"content": "<@zhang.san> 看"}})),
        ("wecom",    "format = 'markdown'", phone, json!({"msgtype": "markdown", "markdown": {"content": "看"}})),
        ("dingtalk", "",                    phone, json!({"msgtype": "text", "text": {"content": "看"}, "at": {"atMobiles": ["13800138000"], "isAtAll": false}})),
        ("dingtalk", "format = 'markdown'", user,  json!({"msgtype": "markdown", "markdown": {"title": "W260507-0123", "text": "看"}, "at": {"atUserIds": ["zhang.san"], "isAtAll": false}})),
        ("feishu",   "",                    phone, json!({"msg_type": "text", "content": {"text": "看"}})),
        ("feishu",   "",                    "ou_1", json!({"msg_type": "text", "content": {"text": "<at user_id=\"ou_1\"></at> 看"}})),
        ("feishu",   "",                    "x\"><at", json!({"msg_type": "text", "content": {"text": "看"}})),
        ("feishu",   "format = 'markdown'", "ou_1", json!({"msg_type": "interactive", "card": {"elements": [{"tag": "markdown", "content": "<at id=ou_1></at> 看"}]}})),
    ];
    for (kind, keys, to, want) in table {
        let config = robot(&format!("kind = '{kind}'\nkey_file = 'key'\n{keys}"), &[("key", "k")]);
        let letter = note(to, "看");
        let words = robot::words(&config, &letter);
        let request = robot::request(&config, &letter, &words, NOW);
        assert_eq!(json_of(&request.body), want, "{kind} {keys} {to}");
    }
}

#[test]
fn a_long_text_is_cut_between_characters_and_says_so() {
    let long = "督".repeat(10_000);
    for (kind, bytes) in [("wecom", 2_048), ("dingtalk", 9_000), ("feishu", 9_000)] {
        let config = robot(&format!("kind = '{kind}'\nkey_file = 'key'"), &[("key", "k")]);
        let words = robot::cut(&config, &long);
        assert!(words.len() <= bytes && words.len() > bytes - 4, "{kind}: {}", words.len());
        assert!(words.ends_with("督…"), "{kind}");
        let short = "督…".repeat(bytes / 6);
        assert_eq!(robot::cut(&config, &short), short, "{kind}");
        let request = robot::request(&config, &note("", &long), &words, NOW);
        assert!(request.body.len() <= 20_000, "{kind}: {}", request.body.len());
    }
}

#[test]
fn each_answer_of_a_robot_has_its_verdict() {
    #[rustfmt::skip]
    let table = [
        (Maker::Wecom,    200, r#"{"errcode":0,"errmsg":"ok"}"#,    "accepted"),
        (Maker::Wecom,    200, r#"{"errcode":45009,"errmsg":"m"}"#, "later"),
        (Maker::Wecom,    200, r#"{"errcode":93000,"errmsg":"m"}"#, "later"),
        (Maker::Wecom,    200, r#"{"errcode":45002,"errmsg":"m"}"#, "never"),
        (Maker::Dingtalk, 200, r#"{"errcode":0,"errmsg":"ok"}"#,    "accepted"),
        (Maker::Dingtalk, 200, r#"{"errcode":130101,"errmsg":"m"}"#, "later"),
        (Maker::Dingtalk, 200, r#"{"errcode":310000,"errmsg":"m"}"#, "later"),
        (Maker::Dingtalk, 200, r#"{"errcode":430104,"errmsg":"m"}"#, "never"),
        (Maker::Feishu,   200, r#"{"code":0,"msg":"success"}"#,     "accepted"),
        (Maker::Feishu,   200, r#"{"StatusCode":0,"StatusMessage":"success"}"#, "accepted"),
        (Maker::Feishu,   400, r#"{"code":9499,"msg":"m"}"#,        "later"),
        (Maker::Feishu,   200, r#"{"code":19021,"msg":"m"}"#,       "later"),
        (Maker::Feishu,   200, r#"{"code":19002,"msg":"m"}"#,       "never"),
        (Maker::Feishu,   200, r#"{"errcode":0}"#,                  "later"),
        (Maker::Wecom,    502, r#"{"errcode":0}"#,                  "later"),
        (Maker::Wecom,    200, "<html>welcome</html>",              "later"),
    ];
    for (maker, status, body, want) in table {
        let answer = Answer { status, retry_after: None, body: body.into() };
        let got = match robot::verdict(maker, &answer) {
            Sent::Accepted { .. } => "accepted",
            Sent::Later { .. } => "later",
            Sent::Away { .. } => "away",
            Sent::Never { .. } => "never",
        };
        assert_eq!(got, want, "{maker:?} {status} {body}");
    }
}

fn hook(secret: &str) -> WebhookConfig {
    let keys = "kind = 'webhook'\nurl = 'https://city.test/hooks'\nsecret_file = 'whsec'";
    match kind(keys, &[("whsec", secret)]) {
        ChannelKind::Webhook(webhook) => *webhook,
        other => panic!("{other:?}"),
    }
}

#[test]
fn webhooks_are_signed_as_the_reference_library_does() {
    let vectors = vectors("standard-webhooks.json");
    for vector in vectors["vectors"].as_array().expect("a list") {
        let key = webhook::key(text(&vector["secret"])).expect("a key");
        let timestamp = vector["webhook-timestamp"].as_i64().expect("seconds");
        let got =
            webhook::signature(&key, text(&vector["webhook-id"]), timestamp, text(&vector["body"]));
        assert_eq!(got, text(&vector["webhook-signature"]));
    }
    for wrong in ["", "whsec_", "whsec_c2hvcnQ=", "no base64!"] {
        assert!(webhook::key(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn an_event_is_the_same_at_every_attempt() {
    let config = hook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let key = webhook::key(config.secret.secret.reveal()).expect("a key");
    let sms = letter("+8613800138000");
    let first = webhook::request(&config, &key, &sms, NOW);
    let second = webhook::request(&config, &key, &sms, Timestamp(NOW.0 + 60_000));
    assert_eq!(first.body, second.body);
    let (first_headers, second_headers) = (headers(&first), headers(&second));
    for name in ["webhook-id", "idempotency-key"] {
        assert_eq!(first_headers[name], "m-1");
        assert_eq!(second_headers[name], "m-1");
    }
    assert_ne!(first_headers["webhook-signature"], second_headers["webhook-signature"]);
    insta::assert_snapshot!(first.body, @r#"{"specversion":"1.0","id":"m-1","source":"/duban","type":"duban.staff.yellow","subject":"W260507-0123","datacontenttype":"application/json","data":{"to":"+8613800138000","language":"zh","subject":"","text":"【督办】工单W260507-0123到期未办结 & \"请督促\"","links":[],"facts":{"due":"5月14日18:00","no":"W260507-0123","sig":"【督办】"}}}"#);
}

/// The attributes of an event stand where the reference library puts them.
#[test]
fn an_event_has_the_shape_of_the_reference_library() {
    let want = vectors("cloudevents.json");
    let want_body = json_of(text(&want["structured"]["body"]));
    let config = hook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let request = webhook::request(&config, b"key", &letter("x"), NOW);
    let content_type = &headers(&request)["content-type"];
    let essence = content_type.split(';').next().expect("a type");
    assert_eq!(essence, text(&want["structured"]["headers"]["content-type"]));
    let body = json_of(&request.body);
    for name in ["specversion", "id", "source", "type", "subject", "datacontenttype", "data"] {
        assert!(want_body.get(name).is_some(), "{name} is an attribute of the vector");
        assert!(body.get(name).is_some(), "{name} is missing");
    }
    assert_eq!(body["specversion"], want_body["specversion"]);
}

#[test]
fn each_answer_to_a_webhook_has_its_verdict() {
    #[rustfmt::skip]
    let table = [
        (200, "accepted"), (202, "accepted"), (204, "accepted"),
        (301, "later"), (401, "later"), (403, "later"), (408, "later"), (425, "later"), (429, "later"), (500, "later"), (503, "later"),
        (400, "never"), (404, "never"), (410, "never"), (422, "never"),
    ];
    for (status, want) in table {
        let answer = Answer { status, retry_after: None, body: "x".into() };
        let got = match webhook::verdict(&answer) {
            Sent::Accepted { .. } => "accepted",
            Sent::Later { .. } => "later",
            Sent::Away { .. } => "away",
            Sent::Never { .. } => "never",
        };
        assert_eq!(got, want, "{status}");
    }
}
