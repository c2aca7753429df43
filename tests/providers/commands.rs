//! What commands say of texts a provider has to approve.

use std::process::Command;

use crate::gateway::Gateway;

const KEYS: &str = r#"
[policies]
dir = "external"

[kinds]
sms = "ali"
email = "off"

[resident]
sms = "ali"

[[channel]]
name = "ali"
kind = "aliyun"
access_key_id = "LTAI"
access_key_secret_file = "key"
sign_name = "督办"
[channel.templates."staff.yelow"]
code = "SMS_1"
[channel.templates."resident.ask.zh"]
code = "SMS_2"
[channel.templates."send-test"]
code = "SMS_3"
"#;

#[test]
fn texts_without_approval_are_found_before_a_message_is_lost() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    std::fs::write(folder.path().join("duban.toml"), KEYS).expect("the scratch folder takes files");
    std::fs::write(folder.path().join("key"), "k").expect("the scratch folder takes files");
    let done = Command::new(env!("CARGO_BIN_EXE_duban"))
        .args(["check", "--config", "duban.toml"])
        .current_dir(folder.path())
        .output()
        .expect("the binary runs");
    let words = String::from_utf8(done.stderr).expect("UTF-8");
    assert_eq!(done.status.code(), Some(0), "warnings only: {words}");
    insta::assert_snapshot!(words, @r#"
    duban.toml: warning: channel `ali` cannot send staff.yellow: no text is approved for them; give each a [channel.templates."ID"] with its `code`, or never send it by this channel
    duban.toml: warning: channel `ali` has an approved text for `staff.yelow`, which is no template of the set; did you mean `staff.yellow`?
    "#);
}

#[test]
fn a_test_message_needs_an_approved_text_of_its_own() {
    let gateway = Gateway::start("providers.py");
    let folder = tempfile::tempdir().expect("a scratch folder");
    std::fs::write(folder.path().join("key"), "TESTtestTESTtest").expect("the folder takes files");
    let keys = format!(
        "[[channel]]\nname = 'ten'\nkind = 'tencent'\nendpoint = 'http://127.0.0.1:{}'\nsecret_id = 'AKID'\n\
         secret_key_file = 'key'\nsdk_app_id = '1'\nsign_name = 'x'\n",
        gateway.port
    );
    let approved = "[channel.templates.'send-test']\ncode = 'fine'\nvariables = ['no']\n";
    #[rustfmt::skip]
    let table = [
        ("",       1, "ten: refused: no approved text for `send-test`; add [channel.templates.\"send-test\"] with its `code`"),
        (approved, 0, "ten: accepted: HTTP 200: {\"Response\""),
    ];
    for (more, code, want) in table {
        let text = format!("{keys}{more}");
        std::fs::write(folder.path().join("duban.toml"), text).expect("the folder takes files");
        let done = Command::new(env!("CARGO_BIN_EXE_duban"))
            .args(["send-test", "ten", "+8613800138000", "--config", "duban.toml"])
            .current_dir(folder.path())
            .output()
            .expect("the binary runs");
        let words = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
        assert_eq!(done.status.code(), Some(code), "{words}");
        assert!(words.starts_with(want), "{words}");
    }
}
