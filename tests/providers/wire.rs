//! Letters over a wire to a server that checks every signature: tests/gateways/providers.py.

use duban::channel::{Channel, Sent};
use serde_json::Value;

use crate::{NOW, channel, gateway::Gateway, letter, wait::free_port};

/// The key the gateway knows.
const KEY: &str = "TESTtestTESTtest";
const WEBHOOK_KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const WRONG_WEBHOOK_KEY: &str = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A channel of each kind, at this port, that asks the gateway for this answer.
fn channels(port: &str, wish: &str, key: &str) -> Vec<(&'static str, Channel)> {
    let timeout = if wish == "slow" { "300ms" } else { "1m" };
    let endpoint = format!("endpoint = 'http://127.0.0.1:{port}'\ntimeout = '{timeout}'");
    let template = format!(
        "[channel.templates.'staff.yellow']\ncode = '{wish}'\nvariables = ['no', 'content']"
    );
    #[rustfmt::skip]
    let kinds = [
        ("aliyun",  format!("access_key_id = 'LTAI'\naccess_key_secret_file = 'key'\nsign_name = '督办 平台'\n{endpoint}\n{template}")),
        ("tencent", format!("secret_id = 'AKID'\nsecret_key_file = 'key'\nsdk_app_id = '1'\nsign_name = '督办 平台'\n{endpoint}\n{template}")),
        ("twilio",  format!("account_sid = 'AC1'\nauth_token_file = 'key'\nmessaging_service_sid = '{wish}'\n{endpoint}")),
        ("wecom",    format!("key_file = 'wish'\n{endpoint}")),
        ("dingtalk", format!("key_file = 'wish'\nsecret_file = 'key'\n{endpoint}")),
        ("feishu",   format!("key_file = 'wish'\nsecret_file = 'key'\n{endpoint}")),
        ("webhook",  format!("url = 'http://127.0.0.1:{port}/hooks/{wish}'\nsecret_file = 'whsec'\ntimeout = '{timeout}'")),
    ];
    // A robot of WeCom has no secret but its key.
    let (wish, whsec) = if key == KEY { (wish, WEBHOOK_KEY) } else { (key, WRONG_WEBHOOK_KEY) };
    let secrets = [("key", key), ("wish", wish), ("whsec", whsec)];
    kinds
        .into_iter()
        .map(|(kind, keys)| (kind, channel(&format!("kind = '{kind}'\n{keys}"), &secrets)))
        .collect()
}

#[tokio::test]
async fn a_provider_that_checks_signatures_takes_ours() {
    let gateway = Gateway::start("providers.py");
    #[rustfmt::skip]
    let ids = [
        ("aliyun", vec!["biz^0"]), ("tencent", vec!["serial-1"]), ("twilio", vec!["SM1"]),
        ("wecom", vec![]), ("dingtalk", vec![]), ("feishu", vec![]), ("webhook", vec![]),
    ];
    for (kind, channel) in channels(&gateway.port, "fine", KEY) {
        let sent = channel.send(&letter("+8613800138000"), NOW).await;
        let Sent::Accepted { ids: got, .. } = sent else { panic!("{kind}: {sent:?}") };
        let want = ids.iter().find(|(name, _)| *name == kind).expect("every kind is listed");
        assert_eq!(got, want.1, "{kind}");
    }
    assert_eq!(gateway.count(), 7, "each letter is one request");
    let requests = gateway.requests();
    let text = "工单W260507-0123到期未办结 & \"请督促\"";
    let variables: Value =
        serde_json::from_str(requests[0]["query"]["TemplateParam"].as_str().expect("variables"))
            .expect("JSON");
    assert_eq!(variables["content"], text);
    assert_eq!(requests[0]["query"]["SignName"], "督办 平台");
}

#[tokio::test]
async fn a_text_that_was_cut_says_so_in_its_receipt() {
    let gateway = Gateway::start("providers.py");
    for (kind, channel) in channels(&gateway.port, "fine", KEY) {
        let mut long = letter("+8613800138000");
        long.text = "督".repeat(4_000);
        let sent = channel.send(&long, NOW).await;
        let Sent::Accepted { provider, .. } = sent else { panic!("{kind}: {sent:?}") };
        let is_robot = ["wecom", "dingtalk", "feishu"].contains(&kind);
        assert_eq!(provider.starts_with("cut to "), is_robot, "{kind}: {provider}");
        long.text = "好…".into();
        let sent = channel.send(&long, NOW).await;
        let Sent::Accepted { provider, .. } = sent else { panic!("{kind}: {sent:?}") };
        assert!(!provider.starts_with("cut"), "{kind}: {provider}");
    }
}

#[tokio::test]
async fn a_wrong_key_is_not_now_and_stands_nowhere() {
    let gateway = Gateway::start("providers.py");
    for (kind, channel) in channels(&gateway.port, "fine", "another-key") {
        let sent = channel.send(&letter("+8613800138000"), NOW).await;
        let Sent::Later { reason } = &sent else { panic!("{kind}: {sent:?}") };
        assert!(!format!("{reason}{channel:?}").contains("another-key"), "{kind}: {reason}");
    }
}

#[tokio::test]
async fn a_provider_that_is_slow_broken_or_away_is_not_now() {
    let gateway = Gateway::start("providers.py");
    let away = free_port().to_string();
    #[rustfmt::skip]
    let table = [
        // at            asked for      said
        (&gateway.port,  "slow",        "operation timed out"),
        (&gateway.port,  "garbage",     "<html>welcome</html>"),
        (&gateway.port,  "moved",       "HTTP 302"),
        (&gateway.port,  "status-429",  "HTTP 429 (Retry-After: 7): slow down"),
        (&gateway.port,  "status-503",  "HTTP 503: slow down"),
        (&away,          "fine",        "error sending request"),
    ];
    for (port, wish, words) in table {
        for (kind, channel) in channels(port, wish, KEY) {
            if (kind, wish) == ("webhook", "garbage") {
                continue; // the status of its answer is all that counts
            }
            let sent = channel.send(&letter("+8613800138000"), NOW).await;
            let is_away = matches!(sent, Sent::Away { .. });
            assert_eq!(is_away, port == &away, "{kind} {wish}: {sent:?}");
            let (Sent::Later { reason } | Sent::Away { reason }) = sent else {
                panic!("{kind} {wish}: {sent:?}")
            };
            assert!(reason.contains(words), "{kind} {wish}: {reason}");
            assert!(!reason.contains("138"), "{kind} {wish}: {reason}");
        }
    }
    let followed = gateway.requests().iter().any(|request| request["path"] == "/elsewhere");
    assert!(!followed, "a redirection is not followed");
}
