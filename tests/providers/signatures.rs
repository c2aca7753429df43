//! Requests byte by byte, with the times and nonces of the vectors.

use std::collections::BTreeMap;

use duban::{
    channel::{aliyun, tencent, twilio},
    config::{
        aliyun::AliyunConfig, channels::ChannelKind, tencent::TencentConfig, twilio::TwilioConfig,
    },
};
use serde_json::Value;

use crate::{NOW, headers, kind, letter, text, vectors};

fn aliyun(keys: &str, secret: &str) -> AliyunConfig {
    let keys = format!(
        "kind = 'aliyun'\naccess_key_id = 'LTAI5tTESTTESTTESTTESTTE'\n\
         access_key_secret_file = 'secret'\nsign_name = '督办平台'\n{keys}"
    );
    match kind(&keys, &[("secret", secret)]) {
        ChannelKind::Aliyun(aliyun) => *aliyun,
        other => panic!("{other:?}"),
    }
}

fn tencent(keys: &str, secret: &str) -> TencentConfig {
    let keys = format!(
        "kind = 'tencent'\nsecret_id = 'AKIDTESTTESTTESTTESTTESTTESTTESTTEST'\nsecret_key_file = 'secret'\n\
         sdk_app_id = '1400006666'\nsign_name = '督办平台'\n{keys}"
    );
    match kind(&keys, &[("secret", secret)]) {
        ChannelKind::Tencent(tencent) => *tencent,
        other => panic!("{other:?}"),
    }
}

fn twilio(keys: &str, vector: &Value) -> TwilioConfig {
    let keys = format!(
        "kind = 'twilio'\naccount_sid = '{}'\nauth_token_file = 'secret'\n{keys}",
        text(&vector["account_sid"])
    );
    match kind(&keys, &[("secret", text(&vector["auth_token"]))]) {
        ChannelKind::Twilio(twilio) => *twilio,
        other => panic!("{other:?}"),
    }
}

/// The part of an address behind `?`, with spaces as they are signed.
fn query(url: &str) -> String {
    url.split_once('?').expect("a query").1.replace('+', "%20")
}

#[test]
fn aliyun_signs_as_its_own_sdk_does() {
    let vectors = vectors("aliyun-dysmsapi-acs3.json");
    for vector in vectors["vectors"].as_array().expect("a list") {
        let want = &vector["expected_request"];
        let authorization = text(&want["headers"]["Authorization"]);
        let names = authorization.split("SignedHeaders=").nth(1).expect("names");
        let names = names.split(',').next().expect("names");
        let signed: BTreeMap<&str, String> =
            names.split(';').map(|name| (name, text(&want["headers"][name]).to_owned())).collect();
        let input = &vector["inputs"];
        let got = aliyun::authorization(
            text(&input["access_key_id"]),
            text(&input["access_key_secret"]),
            &query(text(&want["url"])),
            &signed,
        );
        assert_eq!(got, authorization, "{}", vector["name"]);
    }
}

#[test]
fn aliyun_is_asked_with_the_headers_it_needs_and_no_more() {
    let vectors = vectors("aliyun-acs3-minimal-headers.json");
    let vector = &vectors["vectors"][0];
    let config = aliyun("", text(&vector["access_key_secret"]));
    let query = vector["query"].as_object().expect("a query");
    let parameters = query.iter().map(|(name, text)| (name.as_str(), crate::text(text).to_owned()));
    let nonce = text(&vector["headers"]["x-acs-signature-nonce"]);
    let request = aliyun::request(&config, &parameters.collect(), NOW, nonce);
    let mut want: BTreeMap<String, String> =
        serde_json::from_value(vector["headers"].clone()).expect("headers");
    want.insert("authorization".into(), text(&vector["Authorization"]).into());
    assert_eq!(headers(&request), want);
    let url = format!("https://dysmsapi.aliyuncs.com/?{}", text(&vector["canonical_query"]));
    assert_eq!(request.url, url);
    assert_eq!(request.body, "");
}

/// Aliyun's own published example: another service, the same signature.
#[test]
fn aliyuns_published_example_comes_out_the_same() {
    let vectors = vectors("aliyun-acs3-minimal-headers.json");
    let vector = &vectors["vectors"][1];
    let headers: BTreeMap<String, String> =
        serde_json::from_value(vector["headers"].clone()).expect("headers");
    let signed = headers.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
    let query: BTreeMap<String, String> =
        serde_json::from_value(vector["query"].clone()).expect("a query");
    let query: Vec<String> = query.iter().map(|(name, text)| format!("{name}={text}")).collect();
    let (id, secret) = (text(&vector["access_key_id"]), text(&vector["access_key_secret"]));
    let got = aliyun::authorization(id, secret, &query.join("&"), &signed);
    assert_eq!(got, text(&vector["Authorization"]));
}

#[test]
fn tencent_signs_as_its_own_sdk_does() {
    let vectors = vectors("tencent-sms-tc3.json");
    for vector in vectors["vectors"].as_array().expect("a list") {
        let (input, want) = (&vector["inputs"], &vector["expected_request"]);
        let region = format!("region = '{}'", text(&input["region"]));
        let config = tencent(&region, text(&input["secret_key"]));
        let request = tencent::request(&config, text(&want["body"]).to_owned(), NOW);
        assert_eq!(request.url, text(&want["url"]));
        let got = headers(&request);
        #[rustfmt::skip]
        let names = ["Content-Type", "Host", "X-TC-Action", "X-TC-Timestamp", "X-TC-Version", "X-TC-Region", "Authorization"];
        for name in names {
            let want = text(&want["headers"][name]);
            assert_eq!(got[&name.to_lowercase()], want, "{name} of {}", vector["name"]);
        }
    }
}

#[test]
fn twilio_is_asked_as_its_own_sdk_asks() {
    let vector = vectors("twilio.json");
    let want = &vector["send"]["expected_request"];
    let keys = "from = '+15017122661'\nreceipts_url = 'https://dub.example/cb/twilio'";
    let mut config = twilio(keys, &vector);
    // The vector's address has a query, which our own configuration does not take.
    config.receipts_url = Some("https://dub.example/cb/twilio?x=1".into());
    let mut sms = letter("+8613800138000");
    sms.text = "【督办】路灯不亮 & 井盖 http://127.0.0.1/c/ab_-~".into();
    let request = twilio::request(&config, &sms);
    assert_eq!(request.url, text(&want["url"]));
    assert_eq!(request.body, text(&want["body"]));
    assert_eq!(headers(&request)["authorization"], text(&want["headers"]["Authorization"]));
    assert_eq!(headers(&request)["content-type"], text(&want["headers"]["Content-Type"]));
}

#[test]
fn an_approved_text_gets_its_words_from_the_letter() {
    let sms = letter("+8613800138000");
    let config = aliyun(
        "[channel.templates.'staff.yellow']\ncode = 'SMS_1'\n\
         variables = { number = 'no', time = 'due', late = 'late', words = 'content' }",
        "secret",
    );
    let parameters = aliyun::parameters(&config, &sms).expect("an approved text");
    let variables = r#"{"late":"—","number":"W260507-0123","time":"5月14日18:00","words":"工单W260507-0123到期未办结 & \"请督促\""}"#;
    #[rustfmt::skip]
    let want = [("OutId", "m-1"), ("PhoneNumbers", "13800138000"), ("SignName", "督办平台"), ("TemplateCode", "SMS_1"), ("TemplateParam", variables)];
    assert_eq!(parameters, BTreeMap::from(want.map(|(name, text)| (name, text.to_owned()))));

    let config = tencent(
        "[channel.templates.'staff.yellow']\ncode = '1110'\nvariables = ['no', 'due']\n\
         [channel.templates.'staff.yellow.en']\ncode = '1111'\n",
        "secret",
    );
    let body = tencent::body(&config, &sms).expect("an approved text");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(body["PhoneNumberSet"], serde_json::json!(["+8613800138000"]));
    assert_eq!(body["TemplateParamSet"], serde_json::json!(["W260507-0123", "5月14日18:00"]));
    assert_eq!(body["SessionContext"], "m-1");
    let mut english = sms.clone();
    english.language = "en".into();
    let body = tencent::body(&config, &english).expect("an approved text");
    assert!(body.contains(r#""TemplateId":"1111""#), "the text of the letter's language: {body}");

    let mut other = sms;
    other.template = "staff.red".into();
    let want =
        "no approved text for `staff.red`; add [channel.templates.\"staff.red\"] with its `code`";
    assert_eq!(tencent::body(&config, &other).expect_err("no text is approved for it"), want);
}

#[test]
fn a_number_is_written_as_aliyun_wants_it() {
    let config = aliyun("[channel.templates.'staff.yellow']\ncode = 'SMS_1'", "secret");
    #[rustfmt::skip]
    let table = [
        ("+8613800138000", "13800138000"),
        ("13800138000",    "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("+85261234567",   "85261234567"),
        ("+861380",        "861380"),
    ];
    for (to, want) in table {
        let parameters = aliyun::parameters(&config, &letter(to)).expect("an approved text");
        assert_eq!(parameters["PhoneNumbers"], want, "{to}");
    }
}
