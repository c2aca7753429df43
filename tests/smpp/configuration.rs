//! What is said of a wrong `kind = "smpp"`.

use duban::config::Config;

#[test]
fn what_the_protocol_has_no_room_for_is_named() {
    let secrets =
        |password: &str| [("DUBAN__CHANNEL__OP__PASSWORD".to_owned(), password.to_owned())];
    #[rustfmt::skip]
    let table = [
        ("host = 'a'",                                         "1", "`system_id` is missing; write for example `system_id = \"duban\"`"),
        ("system_id = 'a'",                                    "1", "`host` is missing; write for example `host = \"smsc.example.cn\"`"),
        ("host = 'a'\nsystem_id = 'sixteen signs yes'",        "1", "`system_id` is more than SMPP can say: 15 ASCII signs"),
        ("host = 'a'\nsystem_id = 'a'\nsource_addr = '督办'",  "1", "`source_addr` is more than SMPP can say: 20 ASCII signs"),
        ("host = 'a'\nsystem_id = 'a'",                "123456789", "the password is longer than 8 ASCII signs, more than SMPP can say"),
        ("host = 'a'\nsystem_id = 'a'\nbind = 'both'",         "1", "`bind` cannot be `both`; known here: transceiver, pair, transmitter"),
        ("host = 'a'\nsystem_id = 'a'\ntls = 'starttls'",      "1", "`tls` cannot be `starttls`"),
    ];
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("duban.toml");
    for (keys, password, want) in table {
        let text = format!("[[channel]]\nname = 'op'\nkind = 'smpp'\n{keys}\n");
        std::fs::write(&path, text).expect("the scratch folder takes files");
        let error =
            Config::load(Some(&path), secrets(password).into_iter()).expect_err(keys).to_string();
        assert!(error.contains(want), "{keys}: {error}");
    }
}
