//! What providers call us with.

use duban::{
    channel::{
        back::{Back, Delivery, Receipt, Word},
        callback::{Callback, Refused, read, thanks},
    },
    config::channels::ChannelKind,
    core::timestamp::Timestamp,
};
use proptest::prelude::{ProptestConfig, Strategy as _, any, prop_oneof, proptest};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use crate::{kind, text, vectors};

const TOKEN: &str = "0123456789abcdef0123";

fn aliyun() -> ChannelKind {
    let keys = "kind = 'aliyun'\naccess_key_id = 'LTAI'\naccess_key_secret_file = 'key'\nsign_name = '督办'\nreceipts_token_file = 'token'";
    kind(keys, &[("key", "k"), ("token", TOKEN)])
}

fn tencent() -> ChannelKind {
    let keys = "kind = 'tencent'\nsecret_id = 'AKID'\nsecret_key_file = 'key'\nsdk_app_id = '1'\nsign_name = '督办'\nreceipts_token_file = 'token'";
    kind(keys, &[("key", "k"), ("token", TOKEN)])
}

fn twilio(url: &str) -> ChannelKind {
    let keys = format!(
        "kind = 'twilio'\naccount_sid = 'AC1'\nauth_token_file = 'key'\nfrom = '+1'\nreceipts_url = '{url}'"
    );
    kind(&keys, &[("key", text(&vectors("twilio.json")["auth_token"]))])
}

fn gateway(kind_name: &str, receipts: &str) -> ChannelKind {
    let keys = format!(
        "kind = '{kind_name}'\nurl = 'http://x.test'\nmethod = 'GET'\n[channel.receipts]\ntoken_file = 'token'\n{receipts}"
    );
    kind(&keys, &[("token", TOKEN)])
}

fn header_map(headers: &[(&str, &str)]) -> HeaderMap {
    let pairs = headers.iter().map(|(name, text)| {
        let name: HeaderName = name.parse().expect("a name");
        (name, HeaderValue::from_str(text).expect("a value"))
    });
    pairs.collect()
}

fn said(
    kind: &ChannelKind,
    query: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<Vec<Back>, Refused> {
    let headers = header_map(headers);
    read(kind, &Callback { query, headers: &headers, body: body.as_bytes() })
}

fn receipt(id: &str, delivery: Delivery, code: &str, at: Option<i64>) -> Back {
    let at = at.map(Timestamp);
    Back::Receipt(Receipt { id: id.into(), to: None, delivery, code: code.into(), at })
}

fn word(id: &str, from: &str, text: &str) -> Back {
    Back::Word(Word { id: id.into(), from: from.into(), text: text.into() })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a stranger, or a provider gone mad, sends: an answer, no panic.
    #[test]
    fn no_bytes_make_a_callback_panic(
        body in prop_oneof![any::<Vec<u8>>(), "[%&=+a-f0-9]{0,40}".prop_map(String::into_bytes)],
        query in "[%&=+a-zA-Z0-9]{0,40}",
    ) {
        let headers = header_map(&[
            ("x-duban-token", TOKEN),
            ("x-twilio-signature", "x"),
            ("content-type", "application/x-www-form-urlencoded"),
        ]);
        let query = format!("token={TOKEN}&{query}");
        let receipts = "list = '/a'\nid = '/b'\nfrom = '/c'\ntext = '/d'";
        for kind in [aliyun(), tencent(), twilio("https://x"), gateway("http_sms", receipts)] {
            drop(read(&kind, &Callback { query: &query, headers: &headers, body: &body }));
        }
    }
}

/// 2017-01-01 00:00:00 in China.
const NEW_YEAR: i64 = 1_483_200_000_000;

#[test]
fn each_callback_says_what_the_provider_said() {
    let query = format!("token={TOKEN}");
    let report = |success: bool, code: &str| {
        format!(
            r#"[{{"phone_number":"13800138000","send_time":"2017-01-01 00:00:00","report_time":"2017-01-01 00:00:00","success":{success},"err_code":"{code}","err_msg":"m","sms_size":"1","biz_id":"123^0","out_id":"m-1"}}]"#
        )
    };
    let up = r#"[{"phone_number":"13800138000","send_time":"2017-01-01 00:00:00","content":"1","sign_name":"督办","dest_code":"1234","sequence_id":1234567890}]"#;
    #[rustfmt::skip]
    let table = [
        (report(true, "DELIVERED"), receipt("123^0", Delivery::Delivered, "DELIVERED", Some(NEW_YEAR))),
        (report(false, "MK:0001"),  receipt("123^0", Delivery::Never, "MK:0001", Some(NEW_YEAR))),
        (report(false, "MK:0012"),  receipt("123^0", Delivery::Failed, "MK:0012", Some(NEW_YEAR))),
        (up.to_owned(),             word("1234567890", "13800138000", "1")),
    ];
    for (body, want) in table {
        assert_eq!(said(&aliyun(), &query, &[], &body), Ok(vec![want]), "{body}");
    }
    assert_eq!(thanks(&aliyun()).1, r#"{"code":0,"msg":"OK"}"#);

    let report = |status: &str, code: &str| {
        format!(
            r#"[{{"user_receive_time":"2017-01-01 00:00:00","nationcode":"86","mobile":"13800138000","report_status":"{status}","errmsg":"{code}","description":"m","sid":"5000:1"}}]"#
        )
    };
    let reply = r#"{"nationcode":"86","mobile":"13800138000","text":"退订","sign":"督办","time":1457336869,"extend":"1"}"#;
    #[rustfmt::skip]
    let table = [
        (report("SUCCESS", "DELIVRD"), receipt("5000:1", Delivery::Delivered, "DELIVRD", Some(NEW_YEAR))),
        (report("FAIL", "MK:0001"),    receipt("5000:1", Delivery::Never, "MK:0001", Some(NEW_YEAR))),
        (report("FAIL", "EXPIRED"),    receipt("5000:1", Delivery::Failed, "EXPIRED", Some(NEW_YEAR))),
    ];
    for (body, want) in table {
        assert_eq!(said(&tencent(), &query, &[], &body), Ok(vec![want]), "{body}");
    }
    let one = said(&tencent(), &query, &[], reply).expect("an answer");
    let [Back::Word(Word { id, from, text })] = one.as_slice() else { panic!("{one:?}") };
    assert_eq!((from.as_str(), text.as_str()), ("+8613800138000", "退订"));
    let later = reply.replace("1457336869", "1457336870");
    let again = said(&tencent(), &query, &[], reply);
    assert_eq!(again.as_ref(), Ok(&one), "a repetition has the same id");
    assert_ne!(said(&tencent(), &query, &[], &later), again, "another answer has another id: {id}");
    assert_eq!(thanks(&tencent()).1, r#"{"result":0,"errmsg":"OK"}"#);
}

#[test]
fn a_callback_without_its_secret_is_refused() {
    let body = r#"[{"biz_id":"1","success":true}]"#;
    let right = format!("token={TOKEN}");
    assert!(said(&aliyun(), &right, &[], body).is_ok());
    let encoded = format!("a=b&token={}", TOKEN.replace('0', "%30"));
    assert!(said(&aliyun(), &encoded, &[], body).is_ok(), "a query may be encoded");
    for query in ["", "token=", "token=wrong", &right[..20], "Token=0123456789abcdef0123"] {
        for kind in [aliyun(), tencent()] {
            assert_eq!(said(&kind, query, &[], body), Err(Refused::Stranger), "{query}");
        }
    }
    let json = gateway("http_sms", "id = '/id'\nstate = '/s'\ndelivered = 'OK'");
    let body = r#"{"id":"1","s":"OK"}"#;
    assert!(said(&json, "", &[("x-duban-token", TOKEN)], body).is_ok());
    for headers in [&[][..], &[("x-duban-token", "wrong")][..]] {
        assert_eq!(said(&json, &right, headers, body), Err(Refused::Stranger));
    }
    let open = kind(
        "kind = 'aliyun'\naccess_key_id = 'LTAI'\naccess_key_secret_file = 'key'\nsign_name = '督办'",
        &[("key", "k")],
    );
    assert!(matches!(said(&open, "token=", &[], "[]"), Err(Refused::NotSetUp(_))));
    let mailbox = kind("kind = 'mailbox'", &[]);
    assert!(matches!(said(&mailbox, "", &[], "[]"), Err(Refused::NotSetUp(_))));
}

#[test]
fn what_is_no_callback_is_told_without_its_words() {
    let query = format!("token={TOKEN}");
    for body in ["", "{}", "[1]", "[{\"phone_number\":\"13800138000\"}]", "13800138000", "\u{0}"] {
        for kind in [aliyun(), tencent()] {
            let got = said(&kind, &query, &[], body).expect_err("no callback");
            assert!(matches!(got, Refused::Garbled(_)), "{body}: {got:?}");
            assert!(!format!("{got:?} {got}").contains("138"), "{got}");
        }
    }
    assert_eq!(said(&aliyun(), &query, &[], "[]"), Ok(vec![]));
}

fn form(fields: &Value) -> String {
    let encoded = |text: &str| -> String {
        text.bytes().map(|byte| format!("%{byte:02x}")).collect::<Vec<_>>().concat()
    };
    let fields = fields.as_object().expect("fields");
    let pairs = fields.iter().map(|(name, value)| format!("{name}={}", encoded(text(value))));
    pairs.collect::<Vec<_>>().join("&")
}

#[test]
fn twilios_signatures_are_told_from_others() {
    let vectors = vectors("twilio.json");
    let callbacks = vectors["status_callbacks"].as_array().expect("a list");
    let (delivered, undelivered) =
        ("SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "SMbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
    let want = [
        Ok(vec![receipt(delivered, Delivery::Delivered, "delivered", None)]),
        Ok(vec![receipt(undelivered, Delivery::Failed, "30007", None)]),
        Ok(vec![word("", "+8613800138000", "回复T退订 & +=")]),
        // Signed by Twilio, but nothing about an SMS.
        Err(Refused::Garbled("neither a status nor an answer".to_owned())),
        Ok(vec![receipt(delivered, Delivery::Delivered, "delivered", None)]),
    ];
    assert_eq!(callbacks.len(), want.len());
    for (vector, want) in callbacks.iter().zip(want) {
        let url = text(&vector["url"]);
        let signed =
            vector["same_signature_as"].as_u64().map_or(vector, |n| &callbacks[n as usize]);
        let signature = text(&signed["X-Twilio-Signature"]);
        let body = &signed["params_or_body"];
        let (kind, body) = match body {
            Value::String(json) => ("application/json", json.clone()),
            fields => ("application/x-www-form-urlencoded", form(fields)),
        };
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let headers = |signature| [("content-type", kind), ("x-twilio-signature", signature)];
        assert_eq!(said(&twilio(base), query, &headers(signature), &body), want, "{url}");
        // One sign of body, address or signature changed, or no signature at all.
        let other = format!("{body}x");
        let stranger = Err(Refused::Stranger);
        assert_eq!(said(&twilio(base), query, &headers(signature), &other), stranger, "{url}");
        let elsewhere = twilio("https://evil.example/cb/twilio");
        assert_eq!(said(&elsewhere, query, &headers(signature), &body), stranger, "{url}");
        assert_eq!(said(&twilio(base), query, &headers(&signature[1..]), &body), stranger, "{url}");
        assert_eq!(said(&twilio(base), query, &headers("")[..1], &body), stranger, "{url}");
        assert_eq!(said(&twilio(base), "x=2", &headers(signature), &body), stranger, "{url}");
    }
}

#[test]
fn a_gateway_is_read_as_its_configuration_says() {
    let token = ("x-duban-token", TOKEN);
    let list = gateway(
        "http_sms",
        "list = '/reports'\nid = '/msg'\nstate = '/stat'\ndelivered = ['DELIVRD', 0]\nnever = 'UNKNOWN'\npending = 'ACCEPTD'\nfrom = '/src'\ntext = '/txt'",
    );
    let body = r#"{"reports":[
        {"msg":"1","stat":"DELIVRD"}, {"msg":2,"stat":0}, {"msg":"3","stat":"UNKNOWN"},
        {"msg":"4","stat":"EXPIRED"}, {"msg":"5","stat":"ACCEPTD"}, {"msg":"6","src":"138","txt":"1"}
    ]}"#;
    let want = vec![
        receipt("1", Delivery::Delivered, "DELIVRD", None),
        receipt("2", Delivery::Delivered, "0", None),
        receipt("3", Delivery::Never, "UNKNOWN", None),
        receipt("4", Delivery::Failed, "EXPIRED", None),
        word("6", "138", "1"),
    ];
    assert_eq!(said(&list, "", &[token], body), Ok(want));
    let garbled = said(&list, "", &[token], r#"{"reports":[{"src":"138"}]}"#);
    assert!(matches!(garbled, Err(Refused::Garbled(_))), "{garbled:?}");

    // A call: the key that was pressed is the answer.
    let call = gateway("voice_http", "id = '/call'\nfrom = '/caller'\ntext = '/digits'");
    let form = ("content-type", "application/x-www-form-urlencoded");
    let got = said(&call, "", &[token, form], "call=c-9&caller=%2B8613800138000&digits=1");
    assert_eq!(got, Ok(vec![word("c-9", "+8613800138000", "1")]));
}
