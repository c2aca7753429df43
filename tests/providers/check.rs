//! What `duban check` finds in texts a provider has to approve.

use std::process::Command;

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
