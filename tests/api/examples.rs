//! What docs/api.md shows, run as it stands.

use std::{fmt::Write as _, path::Path, process::Command};

use crate::{house::House, process::tool, run::run};

fn document() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/api.md");
    std::fs::read_to_string(path).expect("docs/api.md is there")
}

/// The blocks of this language, in their order.
fn blocks(document: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let parts = document.split(&fence).skip(1);
    parts.map(|part| part.split("```").next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_example_runs() {
    let house = House::start("").await;
    let (ingest, read) = (house.token(&["ingest"]), house.token(&["read"]));
    let folder = tempfile::tempdir().expect("a scratch folder");
    let document = document();
    for block in blocks(&document, "sh") {
        run(tool("bash", "bash")
            .args(["-euo", "pipefail", "-c", &block])
            .current_dir(folder.path())
            .env("DUBAN", house.url(""))
            .env("INGEST", &ingest)
            .env("READ", &read)
            .env("no_proxy", "*"));
    }
    let described = house.get("", "/api/openapi.json").await.json();
    for path in described["paths"].as_object().expect("paths").keys() {
        // Up to the first thing to fill in, and after the last.
        let start = path.split('{').next().unwrap_or_default();
        let end = path.rsplit('}').next().filter(|end| *end != path).unwrap_or_default();
        let shows = |line: &str| line.contains(start) && line.contains(end);
        assert!(document.lines().any(shows), "docs/api.md shows {path}");
    }
}

#[test]
fn the_configuration_shown_is_good() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let config = folder.path().join("duban.toml");
    let mut shown = blocks(&document(), "toml").concat();
    shown.push_str("[[channel]]\nname = 'rest'\nkind = 'mailbox'\n[kinds]\n");
    for kind in ["im", "sms", "email", "voice", "print", "digest"] {
        writeln!(shown, "{kind} = 'rest'").expect("a String takes every write");
    }
    std::fs::write(&config, shown).expect("the folder takes files");
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    std::fs::write(folder.path().join("platform.whsec"), secret).expect("the folder takes files");
    let mut check = Command::new(env!("CARGO_BIN_EXE_duban"));
    run(check.args(["check", "--config"]).arg(&config).current_dir(folder.path()));
}
