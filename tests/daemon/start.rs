//! What a daemon that cannot start says, and with which exit code.

use duban::wall::Wall;
use serde_json::json;

use crate::{boston, daemon::Daemon, house::House};

/// Starts a daemon that ends by itself; its exit code and what it said.
fn ends(house: &House) -> (i32, String) {
    let daemon = Daemon::start(&house.config(), &house.path("log"), &[]);
    let status = daemon.ended();
    (status.code().unwrap_or(-1), house.log())
}

#[test]
fn bad_configuration_exits_78() {
    type Spoil = fn(&House);
    #[rustfmt::skip]
    let table: [(&str, Spoil, &str); 5] = [
        ("unknown key",       |house| house.configure("[dispatch]\nbatsh = 1\n"),                     "unknown key `batsh` in `dispatch`"),
        ("unmapped kind",     |house| house.configure("[[channel]]\nname = 'x'\nkind = 'mailbox'\n[kinds]\nemail = 'nowhere'\n"), "`nowhere` is no channel"),
        ("broken policies",   |house| boston::change(&house.policies(), "ladder = \"season\"", "ladder = \"seeson\""), "seeson"),
        ("unknown database",  |house| std::fs::write(house.config(), "[store]\nurl = 'mysql:x'\n").expect("a file"), "`url` of the store begins with"),
        ("exposed key",       |house| expose(house),                                                  "is readable by others"),
    ];
    for (name, spoil, words) in table {
        let house = House::new();
        spoil(&house);
        let (code, log) = ends(&house);
        assert_eq!(code, 78, "{name}: {log}");
        assert!(log.contains(words), "{name}: {log}");
    }
}

fn expose(house: &House) {
    use std::os::unix::fs::PermissionsExt as _;
    let key = house.path("contacts.key");
    std::fs::write(&key, "x").expect("a file");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).expect("our own file");
}

#[test]
fn an_address_in_use_exits_69() {
    let house = House::new();
    let first = house.start();
    let (code, log) = ends(&house);
    assert_eq!(code, 69, "{log}");
    assert!(log.contains("cannot listen on 127.0.0.1:"), "{log}");
    first.kill();
    let again = house.start();
    again.tell("TERM");
    assert_eq!(again.ended().code(), Some(0), "the address is free after a kill, too");
}

#[test]
fn a_lost_key_of_kept_contacts_exits_78() {
    let house = House::new();
    let daemon = house.start();
    let at = Wall::Host.now().to_string();
    let contact = json!({ "phone": "+16175550100" });
    let event =
        json!({ "ticket": "W1", "event": "received", "at": at, "data": { "contact": contact } });
    house.send(&house.token(), &[event]);
    daemon.tell("TERM");
    assert!(daemon.ended().success(), "an asked daemon ends well");
    std::fs::remove_file(house.path("contacts.key")).expect("the key was made");
    let (code, log) = ends(&house);
    assert_eq!(code, 78, "{log}");
    assert!(log.contains("contacts.key is gone, but the store keeps contacts"), "{log}");
    assert!(!house.path("contacts.key").exists(), "no other key is made in its place");
}
