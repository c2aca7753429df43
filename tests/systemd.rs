//! The shipped unit as systemd itself reads it: no complaint, little exposure.
//!
//! `systemd-analyze` has to be there: a check that is skipped where its tool is missing
//! is green for the wrong reason.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

const EXPOSURE_MAX: f64 = 1.5;
/// The first systemd that knows `Type=notify-reload`.
const NOTIFY_RELOAD_SINCE: u32 = 253;

fn shipped(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd").join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn analyze(arguments: &[&str]) -> Output {
    Command::new("systemd-analyze").args(arguments).output().unwrap_or_else(|error| {
        panic!("cannot run systemd-analyze ({error}); install the Debian package `systemd`")
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn version() -> u32 {
    let answer = text(&analyze(&["--version"]).stdout);
    let number = answer.split_whitespace().nth(1).expect("`systemd 252 (...)`");
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().expect("a version number")
}

/// The shipped unit as installed, with the binary where this build has put it.
struct Installed {
    folder: TempDir,
}

impl Installed {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let unit = shipped("duban.service");
        let here = env!("CARGO_BIN_EXE_duban");
        let unit = unit.replace("/usr/local/bin/duban", here);
        assert_eq!(unit.matches(here).count(), 2, "`check` before the start, then `run`");
        fs::write(folder.path().join("duban.service"), unit).expect("a file in the scratch folder");
        Self { folder }
    }

    fn with_drop_in(self) -> Self {
        let folder = self.folder.path().join("duban.service.d");
        fs::create_dir(&folder).expect("a folder in the scratch folder");
        let drop_in = shipped("duban.service.d/notify-reload.conf");
        fs::write(folder.join("notify-reload.conf"), drop_in).expect("a file in its folder");
        self
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("duban.service")
    }

    /// What `systemd-analyze verify` says. It exits 0 on unknown keys, so its words count.
    fn complaints(&self) -> String {
        let path = self.path();
        let answer = analyze(&["verify", path.to_str().expect("a scratch path is text")]);
        let complaints = text(&answer.stderr);
        assert!(
            answer.status.success() || !complaints.is_empty(),
            "systemd-analyze verify failed without a word"
        );
        complaints
    }
}

/// The value of a key of the shipped unit; of several lines the last.
fn value<'u>(unit: &'u str, key: &str) -> Option<&'u str> {
    unit.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('=')).next_back()
}

#[test]
fn systemd_has_no_complaint_about_the_unit() {
    assert_eq!(Installed::new().complaints(), "");
}

#[test]
fn the_drop_in_is_for_newer_systemd_only() {
    let complaints = Installed::new().with_drop_in().complaints();
    if version() >= NOTIFY_RELOAD_SINCE {
        assert_eq!(complaints, "");
    } else {
        assert!(complaints.contains("notify-reload"), "it warns of the type: {complaints}");
        assert_eq!(complaints.lines().count(), 1, "and of nothing else: {complaints}");
    }
}

#[test]
fn exposure_is_low() {
    let unit = Installed::new();
    let path = unit.path();
    let path = path.to_str().expect("a scratch path is text");
    let answer = analyze(&["security", "--no-pager", "--offline=true", path]);
    let report = text(&answer.stdout);
    let line = report
        .lines()
        .find(|line| line.contains("Overall exposure level"))
        .unwrap_or_else(|| panic!("no exposure level in:\n{report}{}", text(&answer.stderr)));
    let (_, rest) = line.split_once(": ").expect("`... for duban.service: 1.1 OK`");
    let level = rest.split_whitespace().next().expect("a number");
    let level: f64 = level.parse().unwrap_or_else(|error| panic!("`{level}`: {error}"));
    assert!(level <= EXPOSURE_MAX, "exposure {level} is above {EXPOSURE_MAX}:\n{report}");
}

#[test]
fn the_unit_says_what_it_has_to() {
    let unit = shipped("duban.service");
    #[rustfmt::skip]
    let table = [
        ("Type",                     "notify"),
        ("ExecReload",               "/bin/sh -c 'kill -HUP $MAINPID'"),
        ("Restart",                  "on-failure"),
        ("RestartPreventExitStatus", "78"),
        ("StartLimitIntervalSec",    "0"),
        ("DynamicUser",              "yes"),
        ("StateDirectory",           "duban"),
    ];
    for (key, want) in table {
        assert_eq!(value(&unit, key), Some(want), "{key}");
    }
    assert!(value(&unit, "WatchdogSec").is_some(), "a hung engine is killed");
    // A failed ExecStartPre is started again whatever its exit status: it may not decide.
    let check = value(&unit, "ExecStartPre").expect("the configuration is checked first");
    assert!(check.starts_with("-/usr/local/bin/duban check "), "{check}");

    let drop_in = shipped("duban.service.d/notify-reload.conf");
    assert_eq!(value(&drop_in, "Type"), Some("notify-reload"));
    assert_eq!(value(&drop_in, "ExecReload"), Some(""), "the signal is systemd's own then");
}

#[test]
fn the_shipped_configuration_loads() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd/duban.toml");
    let state = ("STATE_DIRECTORY".to_owned(), "/var/lib/duban".to_owned());
    if let Err(error) = duban::config::Config::load(Some(&path), [state].into_iter()) {
        panic!("{error}");
    }
}
