//! Callbacks of providers over HTTP.

use duban::{
    channel::back::{Back, Delivery, Receipt},
    config::{Config, channels::ChannelConfig},
};

use crate::house::{House, Memory, Reply, Wish, house};

const TOKEN: &str = "0123456789abcdef0123";
const REPORT: &str = r#"[{"biz_id":"123^0","success":true,"err_code":"DELIVERED","phone_number":"13800138000"},
    {"biz_id":"124^0","success":false,"err_code":"MK:0012"}]"#;

/// Two accounts at Aliyun, one at Tencent, one at Twilio, and a mailbox.
fn channels() -> Vec<ChannelConfig> {
    let aliyun = |name: &str| {
        format!(
            "[[channel]]\nname = '{name}'\nkind = 'aliyun'\naccess_key_id = 'x'\naccess_key_secret_file = 'key'\n\
             sign_name = 'x'\nreceipts_token_file = 'key'\n"
        )
    };
    let text = aliyun("first")
        + &aliyun("second")
        + "[[channel]]\nname = 'ten'\nkind = 'tencent'\nsecret_id = 'x'\nsecret_key_file = 'key'\n\
           sdk_app_id = 'x'\nsign_name = 'x'\nreceipts_token_file = 'key'\n\
           [[channel]]\nname = 'twi'\nkind = 'twilio'\naccount_sid = 'x'\nauth_token_file = 'twilio'\n\
           from = '+1'\nreceipts_url = 'https://dub.example/cb/twilio'\n\
           [[channel]]\nname = 'box'\nkind = 'mailbox'\n";
    let folder = tempfile::tempdir().expect("a scratch folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("the scratch folder takes files");
        path
    };
    file("key", TOKEN);
    file("twilio", "0123456789abcdef0123456789abcdef");
    let path = file("duban.toml", &text);
    Config::load(Some(&path), std::iter::empty()).unwrap_or_else(|error| panic!("{error}")).channels
}

impl House {
    async fn call_back(&self, path: &str, body: impl Into<reqwest::Body>) -> Reply {
        self.send(self.client.post(self.url(&format!("/receipts/{path}"))).body(body)).await
    }

    fn said(&self) -> Vec<(String, Back)> {
        self.heard.lock().expect("nobody panics with it").clone()
    }
}

fn receipt(id: &str, delivery: Delivery, code: &str) -> Back {
    Back::Receipt(Receipt { id: id.into(), to: None, delivery, code: code.into(), at: None })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_provider_says_is_thanked_for_once_it_is_kept() {
    let path = format!("first?token={TOKEN}");
    let attentive = house(Wish { channels: channels(), ..Wish::default() }).await;
    let reply = attentive.call_back(&path, REPORT).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, r#"{"code":0,"msg":"OK"}"#));
    assert_eq!(reply.header("content-type"), "application/json");
    let want = [
        ("first".to_owned(), receipt("123^0", Delivery::Delivered, "DELIVERED")),
        ("first".to_owned(), receipt("124^0", Delivery::Failed, "MK:0012")),
    ];
    assert_eq!(attentive.said(), want);
    attentive.stop().await;

    let forgetful =
        house(Wish { channels: channels(), memory: Memory::Forgets, ..Wish::default() }).await;
    let reply = forgetful.call_back(&path, REPORT).await;
    assert_eq!(reply.status, 503, "the provider says it again: {}", reply.body);
    let reply = forgetful.call_back(&path, "[]").await;
    assert_eq!(reply.status, 200, "nothing was said, so nothing is lost");
    forgetful.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_is_found_by_name_or_as_the_only_one_of_its_kind() {
    let house = house(Wish { channels: channels(), ..Wish::default() }).await;
    let report = r#"[{"sid":"5000:1","report_status":"SUCCESS","errmsg":"DELIVRD"}]"#;
    for name in ["ten", "tencent"] {
        let reply = house.call_back(&format!("{name}?token={TOKEN}"), report).await;
        assert_eq!((reply.status, reply.body.as_str()), (200, r#"{"result":0,"errmsg":"OK"}"#));
    }
    let ambiguous = house.call_back(&format!("aliyun?token={TOKEN}"), REPORT).await;
    assert_eq!(ambiguous.status, 404, "two channels are of this kind");
    let want = ("ten".to_owned(), receipt("5000:1", Delivery::Delivered, "DELIVRD"));
    assert_eq!(house.said(), [want.clone(), want]);
    house.stop().await;
}

/// The signature is one that Twilio's own library made; the address is Twilio's view of us.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twilio_is_answered_in_its_own_language() {
    let house = house(Wish { channels: channels(), ..Wish::default() }).await;
    let form = [
        ("MessageSid", "SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("MessageStatus", "delivered"),
        ("To", "+8613800138000"),
        ("From", "+15017122661"),
        ("AccountSid", "AC00000000000000000000000000000001"),
        ("ApiVersion", "2010-04-01"),
    ];
    let call = |signature: &'static str| {
        let post = house.client.post(house.url("/receipts/twi?x=1")).form(&form);
        house.send(post.header("x-twilio-signature", signature))
    };
    let reply = call("ijOYnu0Ua7GLiLLGbzbig1KZhEU=").await;
    let twiml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>";
    assert_eq!((reply.status, reply.body.as_str()), (200, twiml));
    assert_eq!(reply.header("content-type"), "text/xml; charset=utf-8");
    assert_eq!(house.said().len(), 1);
    assert_eq!(call("ijOYnu0Ua7GLiLLGbzbig1KZhEV=").await.status, 403);
    assert_eq!(house.said().len(), 1);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_is_turned_away_and_nothing_is_heard() {
    let house = house(Wish { channels: channels(), ..Wish::default() }).await;
    let long = "x".repeat((1 << 20) + 1);
    let right = format!("first?token={TOKEN}");
    #[rustfmt::skip]
    let table = [
        ("no secret",           "first",             REPORT,        403),
        ("a wrong secret",      "first?token=wrong", REPORT,        403),
        ("an empty secret",     "first?token=",      REPORT,        403),
        ("no signature",        "twi",               "MessageSid=1", 403),
        ("a kind without any",  "box",               REPORT,        403),
        ("no such channel",     "third",             REPORT,        404),
        ("no words of Aliyun",  right.as_str(),      "13800138000", 400),
        ("far too long",        right.as_str(),      long.as_str(), 413),
    ];
    for (name, path, body, want) in table {
        let reply = house.call_back(path, body.to_owned()).await;
        assert_eq!(reply.status, want, "{name}: {}", reply.body);
        assert!(!reply.body.contains("138"), "{name}: {}", reply.body);
    }
    assert_eq!(house.get("/receipts/first").await.status, 405);
    assert_eq!(house.said(), []);
    house.stop().await;
}
