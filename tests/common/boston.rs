//! Boston's shipped policies for tests in real time: whatever the hour, nobody is asleep.

use std::path::Path;

/// Copies the shipped set into a new folder, without quiet hours.
pub fn awake(to: &Path) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/boston");
    std::fs::create_dir(to).expect("the scratch folder takes folders");
    for name in ["policies.toml", "org.toml", "templates.toml", "cases.toml"] {
        let text = std::fs::read_to_string(from.join(name)).expect("the set is shipped");
        std::fs::write(to.join(name), text).expect("the scratch folder takes files");
    }
    let staff = "[quiet.staff]\nhours = [\"21:00\", \"07:00\"]\nrest_days = false\n";
    let resident = "[quiet.resident]\nallowed = [\"09:00\", \"20:00\"]\n";
    change(to, &[staff, resident].concat(), "");
}

/// Replaces a piece of the copied policies.
pub fn change(set: &Path, before: &str, after: &str) {
    let path = set.join("policies.toml");
    let text = std::fs::read_to_string(&path).expect("the set was copied");
    assert!(text.contains(before), "the shipped set has no `{before}`");
    std::fs::write(path, text.replace(before, after)).expect("the scratch folder takes files");
}
