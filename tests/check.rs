//! `duban check` as a policy writer calls it: exit codes, and what goes where.

use std::{
    fs,
    process::{Command, Output},
};

fn check(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_duban"))
        .arg("check")
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the binary runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[test]
fn shipped_sets_pass() {
    let output = check(&["policies"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout).lines().count(), 8);
    assert!(!text(&output.stderr).contains("error"), "{}", text(&output.stderr));
}

#[test]
fn one_mistake_fails_the_check_with_its_place() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let good = fs::read_to_string("policies/external/policies.toml").expect("a shipped set");
    let bad = good.replace("to = [\"liaison\"]", "to = [\"liason\"]");
    fs::write(folder.path().join("policies.toml"), bad).expect("a writable folder");
    fs::copy("policies/external/templates.toml", folder.path().join("templates.toml"))
        .expect("a writable folder");
    let place = folder.path().display().to_string();
    let output = check(&[&place]);
    assert_eq!(output.status.code(), Some(1));
    let complaint = format!(
        "{place}/policies.toml:27:40: role `liason` is not in [roles]; did you mean `liaison`?"
    );
    assert_eq!(text(&output.stderr).lines().next(), Some(complaint.as_str()));
    assert_eq!(text(&output.stdout), format!("{place}: 1 error\n"));
}

#[test]
fn a_folder_that_is_not_there_fails_the_check() {
    let output = check(&["policies/nowhere"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).starts_with("policies/nowhere: cannot read policies/nowhere"));
}

#[test]
fn a_bad_configuration_is_78() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let file = folder.path().join("duban.toml");
    fs::write(&file, "[store]\nurll = \"sqlite::memory:\"\n").expect("a writable folder");
    let output = check(&["--config", &file.display().to_string()]);
    assert_eq!(output.status.code(), Some(78), "{}", text(&output.stderr));
}

#[test]
fn json_names_every_complaint() {
    let output = check(&["--json", "tests/bad-policies"]);
    assert_eq!(output.status.code(), Some(1));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(answer["ok"], false);
    assert!(answer["sets"][0]["complaints"].as_array().is_some_and(|list| list.len() > 50));
}
