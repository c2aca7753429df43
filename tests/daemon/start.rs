//! What a daemon that cannot start says, and with which exit code.

use std::net::TcpListener;

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
    let taken = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = taken.local_addr().expect("a bound socket has an address").to_string();
    let text = std::fs::read_to_string(house.config()).expect("it was written");
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("listen")).collect();
    let text = lines.join("\n").replace("[web]", &format!("[web]\nlisten = '{address}'"));
    std::fs::write(house.config(), text).expect("the scratch folder takes files");
    let (code, log) = ends(&house);
    assert_eq!(code, 69, "{log}");
    assert!(log.contains(&format!("cannot listen on {address}")), "{log}");
}
