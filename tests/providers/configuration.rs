//! What `duban.toml` says of providers, and what is said of a wrong one.

use duban::{
    channel::Channel,
    config::{Config, Target},
    core::policy::Via,
};

const KEYS: &str = r#"
[[channel]]
name = "ali"
kind = "aliyun"
access_key_id = "LTAI"
sign_name = "督办"
[channel.templates."staff.yellow"]
code = "SMS_1"
variables = { number = "no", time = "due" }

[[channel]]
name = "ten"
kind = "tencent"
secret_id = "AKID"
sdk_app_id = "1400006666"
sign_name = "督办"
[channel.templates."staff.yellow"]
code = "1110"
variables = ["no", "due"]

[[channel]]
name = "twi"
kind = "twilio"
account_sid = "AC1"
messaging_service_sid = "MG1"
receipts_url = "https://t.test/receipts/twi"

[[channel]]
name = "op"
kind = "smpp"
host = "smsc.test"
tls = "implicit"
bind = "pair"
system_id = "duban"
source_addr = "DUBAN"
dest_ton = 1
validity = "2days"
receipts = false
receipt_ids = "decimal"

[[channel]]
name = "ding"
kind = "dingtalk"
format = "markdown"
mention = false

[[channel]]
name = "hook"
kind = "webhook"
url = "https://city.test/hooks"

[[channel]]
name = "caller"
kind = "voice_http"
url = "https://voice.test/call"
body = '{"to": {{ to }}, "say": {{ content }}}'
accepted = { pointer = "/code", value = 0, id = "/call" }
[channel.receipts]
id = "/call"
from = "/caller"
text = "/digits"
"#;

const SECRETS: [(&str, &str); 11] = [
    ("STATE_DIRECTORY", "/var/lib/duban"),
    ("DUBAN__CHANNEL__ALI__ACCESS_KEY_SECRET", "s3cret-ali-key"),
    ("DUBAN__CHANNEL__ALI__RECEIPTS_TOKEN", "s3cret-ali-receipts"),
    ("DUBAN__CHANNEL__TEN__SECRET_KEY", "s3cret-ten-key"),
    ("DUBAN__CHANNEL__TWI__AUTH_TOKEN", "s3cret-twi-token"),
    ("DUBAN__CHANNEL__OP__PASSWORD", "s3cret-1"),
    ("DUBAN__CHANNEL__DING__KEY", "s3cret-ding-key"),
    ("DUBAN__CHANNEL__DING__SECRET", "s3cret-ding-secret"),
    ("DUBAN__CHANNEL__HOOK__SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    ("DUBAN__CHANNEL__CALLER__BEARER", "s3cret-caller-key"),
    ("DUBAN__CHANNEL__CALLER__RECEIPTS__TOKEN", "s3cret-caller-receipts"),
];

fn load(keys: &str, secrets: &[(&str, &str)]) -> Result<Config, String> {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("duban.toml");
    std::fs::write(&path, keys).expect("the scratch folder takes files");
    let env = secrets.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    Config::load(Some(&path), env)
        .map_err(|error| error.to_string().replace(&format!("{}/", folder.path().display()), ""))
}

#[test]
fn what_is_printed_of_providers_loads_as_the_same_and_hides_every_secret() {
    let config = load(KEYS, &SECRETS).unwrap_or_else(|error| panic!("{error}"));
    for channel in &config.channels {
        Channel::without_store(channel).unwrap_or_else(|error| panic!("{error}"));
    }
    let printed = config.print();
    for text in [&printed, &format!("{config:?}")] {
        assert!(!text.contains("s3cret") && !text.contains("whsec_"), "{text}");
    }
    assert_eq!(load(&printed, &SECRETS).expect("a printed file"), config);
}

#[test]
fn a_kind_of_channel_needs_its_kind_of_address() {
    let kinds = "[kinds]\nim = 'ding'\nsms = 'ali'\nvoice = 'caller'\nemail = 'hook'\n";
    let config =
        load(&format!("{kinds}{KEYS}"), &SECRETS).unwrap_or_else(|error| panic!("{error}"));
    #[rustfmt::skip]
    let table = [
        (Via::Im,    "ding",   Via::Im),
        (Via::Sms,   "ali",    Via::Sms),
        (Via::Voice, "caller", Via::Voice),
        (Via::Email, "hook",   Via::Email),
    ];
    for (via, name, address) in table {
        assert_eq!(config.target(via), Some(Target::Channel { name, address }), "{}", via.name());
    }
}

#[test]
fn complaints_about_providers_read_well() {
    let wrong = r#"
[[channel]]
name = "ali"
kind = "aliyun"
endpoint = "dysmsapi.aliyuncs.com"
acess_key_id = "LTAI"
sign_name = "督办"
[channel.templates."staff.yellow"]
code = "SMS_1"
variables = { time = "deu" }
[channel.templates.staff.red]
code = "SMS_2"

[[channel]]
name = "ten"
kind = "tencent"
secret_id = "AKID"
sdk_app_id = "1400006666"
sign_name = "督办"
[channel.templates."staff.yellow"]
variables = { no = "no" }

[[channel]]
name = "twi"
kind = "twilio"
account_sid = "AC1"

[[channel]]
name = "caller"
kind = "voice_http"
url = "https://voice.test/call"
method = "GET"
[channel.receipts]
state = "/state"
text = "digits"
"#;
    let secrets = [
        ("DUBAN__CHANNEL__TEN__SECRET_KEY", "x"),
        ("DUBAN__CHANNEL__TEN__RECEIPTS_TOKEN", "short"),
    ];
    insta::assert_snapshot!(load(wrong, &secrets).expect_err("a bad file"), @r#"
    error: duban.toml:2:1: `access_key_id` is missing; write for example `access_key_id = "LTAI5t..."`
     --> duban.toml:2:1
      |
    2 | [[channel]]
      | ^^^^^^^^^^^
    error: duban.toml:2:1: `access_key_secret_file` is missing; give it or the credential `ali.access_key_secret`
     --> duban.toml:2:1
      |
    2 | [[channel]]
      | ^^^^^^^^^^^
    error: duban.toml:5:12: `endpoint` is scheme and host and nothing more, for example `https://dysmsapi.aliyuncs.com`
     --> duban.toml:5:12
      |
    5 | endpoint = "dysmsapi.aliyuncs.com"
      |            ^^^^^^^^^^^^^^^^^^^^^^^
    error: duban.toml:6:1: unknown key `acess_key_id` in `channel`; did you mean `access_key_id`?
     --> duban.toml:6:1
      |
    6 | acess_key_id = "LTAI"
      | ^^^^^^^^^^^^
    error: duban.toml:10:22: there is no fact `deu`; did you mean `due`?
      --> duban.toml:10:22
       |
    10 | variables = { time = "deu" }
       |                      ^^^^^
    error: duban.toml:11:20: put the whole name of the template into quotes: [channel.templates."staff.red"]
      --> duban.toml:11:20
       |
    11 | [channel.templates.staff.red]
       |                    ^^^^^
    error: duban.toml:14:1: `receipts_token` is shorter than 16 signs and could be guessed; `openssl rand -hex 16` makes one
      --> duban.toml:14:1
       |
    14 | [[channel]]
       | ^^^^^^^^^^^
    error: duban.toml:20:1: `code` is missing; write for example `code = "SMS_123456789"`
      --> duban.toml:20:1
       |
    20 | [channel.templates."staff.yellow"]
       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    error: duban.toml:21:13: the gaps of this provider have numbers, not names; write a list of facts, for example `["no", "due"]`
      --> duban.toml:21:13
       |
    21 | variables = { no = "no" }
       |             ^^^^^^^^^^^^^
    error: duban.toml:23:1: `auth_token_file` is missing; give it or the credential `twi.auth_token`
      --> duban.toml:23:1
       |
    23 | [[channel]]
       | ^^^^^^^^^^^
    error: duban.toml:23:1: who sends is missing; write `from = "+1..."` or `messaging_service_sid = "MG..."`
      --> duban.toml:23:1
       |
    23 | [[channel]]
       | ^^^^^^^^^^^
    error: duban.toml:33:1: `token_file` is missing; give it or the credential `caller.receipts.token`
      --> duban.toml:33:1
       |
    33 | [channel.receipts]
       | ^^^^^^^^^^^^^^^^^^
    error: duban.toml:33:1: `state` needs `id` and `delivered`, for example `{ id = "/id", state = "/state", delivered = "DELIVRD" }`
      --> duban.toml:33:1
       |
    33 | [channel.receipts]
       | ^^^^^^^^^^^^^^^^^^
    error: duban.toml:33:1: `from` and `text` of an answer come together
      --> duban.toml:33:1
       |
    33 | [channel.receipts]
       | ^^^^^^^^^^^^^^^^^^
    error: duban.toml:35:8: a JSON pointer begins with `/`, for example `/code`
      --> duban.toml:35:8
       |
    35 | text = "digits"
       |        ^^^^^^^^
    "#);
}

#[test]
fn a_secret_that_is_no_key_is_found_before_anything_is_sent() {
    let hook = "[[channel]]\nname = 'hook'\nkind = 'webhook'\nurl = 'https://city.test'\n";
    let config = load(hook, &[("DUBAN__CHANNEL__HOOK__SECRET", "hunter2")]).expect("a good file");
    let error = Channel::without_store(&config.channels[0]).expect_err("no key").to_string();
    let want = "channel `hook`: `secret` is no key; it is `whsec_` and 24 bytes or more in base64";
    assert_eq!(error, want);
}

#[test]
fn the_samples_of_the_document_load() {
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/providers.md");
    let document = std::fs::read_to_string(document).expect("the document is there");
    let samples = document.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let keys = tempfile::tempdir().expect("a scratch folder");
    let here = format!("{}/", keys.path().display());
    let mut loaded = 0;
    for sample in samples {
        for line in sample.lines() {
            let Some(file) = line.split("/etc/duban/").nth(1) else { continue };
            let file = keys.path().join(file.split('"').next().expect("a name"));
            // SMPP has room for 8 signs.
            let short = line.starts_with("password_file");
            let key = if short { "s3cret-1" } else { "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" };
            std::fs::write(file, key).expect("the scratch folder takes files");
        }
        let config = load(&sample.replace("/etc/duban/", &here), &[]);
        let config = config.unwrap_or_else(|error| panic!("{error}"));
        for channel in &config.channels {
            Channel::without_store(channel).unwrap_or_else(|error| panic!("{error}"));
        }
        loaded += config.channels.len();
    }
    assert_eq!(loaded, 7, "every sample was read");
}
