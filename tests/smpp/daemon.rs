//! `duban run` with an SMS centre: it listens from the start, and says goodbye at the end.

use crate::{centre::Centre, child::Daemon, wait::free_port};

#[test]
fn a_running_duban_listens_and_says_goodbye() {
    let centre = Centre::start();
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (config, log) = (folder.path().join("duban.toml"), folder.path().join("log"));
    let text = format!(
        "[store]\nurl = 'sqlite:{}'\n[web]\nlisten = '127.0.0.1:{}'\n[secrets]\nkey_file = 'contacts.key'\n\
         [[channel]]\nname = 'op'\nkind = 'smpp'\nhost = '127.0.0.1'\nport = {}\nsystem_id = 'duban'\nbind = 'pair'\n\
         [kinds]\nim = 'op'\nsms = 'op'\nemail = 'off'\nvoice = 'off'\nprint = 'off'\ndigest = 'off'\n",
        folder.path().join("duban.db").display(),
        free_port(),
        centre.port
    );
    std::fs::write(&config, text).expect("the scratch folder takes files");
    let mut daemon = Daemon::start(&config, &log, &[]);
    let binds = centre.saw("bind", 2);
    daemon.assert_runs();
    let mut ways: Vec<_> = binds.iter().filter_map(|bind| bind["command"].as_str()).collect();
    ways.sort_unstable();
    assert_eq!(ways, ["bind_receiver", "bind_transmitter"]);
    daemon.tell("TERM");
    assert!(daemon.ended().success(), "{}", std::fs::read_to_string(&log).unwrap_or_default());
    assert_eq!(centre.saw("unbind", 2).len(), 2);
}
