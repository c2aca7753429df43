//! Cities' own figures by department, after an import of what they have published.

use std::{collections::BTreeMap, path::Path, process::Command};

use duban::core::{report::Cell, timestamp::Timestamp};
use serde_json::Value;

use crate::common::shared;

/// Departments with their tickets, those with a due, closed, on time, late, and overdue for ever.
type Figures = BTreeMap<String, [u64; 6]>;

/// Imports a file into a fresh store under a shipped set, looks at everything, and asks for the units.
async fn units(set: &str, file: &str, period: &str, department: fn(&str) -> &str) -> Figures {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let policies = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies").join(set);
    let config =
        format!("[store]\nurl = 'sqlite:city.db'\n[policies]\ndir = '{}'\n", policies.display());
    std::fs::write(folder.path().join("duban.toml"), config).expect("it takes files");
    let events = shared().join("data/events").join(file);
    let duban = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_duban"))
            .args(args)
            .env("DUBAN_CONFIG", "duban.toml")
            .env("STATE_DIRECTORY", folder.path())
            .current_dir(folder.path())
            .output()
            .expect("the binary runs");
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{args:?}: {err}");
        output.stdout
    };
    duban(&["import", events.to_str().expect("a path")]);
    look(folder.path(), set).await;
    let printed = duban(&["report", "units", "--period", period, "--json"]);
    let document: duban::core::report::Document =
        serde_json::from_slice(&printed).expect("a document");
    let section = document.section("units").expect("the units");
    let mut figures = Figures::new();
    for row in &section.rows {
        let Some(unit) = row[0].id() else { continue }; // all of them
        let own = figures.entry(department(unit).to_owned()).or_default();
        for (sum, cell) in own.iter_mut().zip(&row[1..7]) {
            let Cell::Count(count) = cell else { panic!("{cell:?}") };
            *sum += count;
        }
    }
    figures
}

/// The engine looks at what was imported.
async fn look(folder: &Path, set: &str) {
    use std::sync::Arc;

    use arc_swap::ArcSwap;
    use duban::{engine::Engine, policies, rules::Rules, secret::Key, store::Store};
    let now = Timestamp::parse("2030-01-01T00:00:00Z").expect("an instant");
    let store = Store::open(&format!("sqlite:{}", folder.join("city.db").display())).await;
    let store = store.expect("the store opens");
    let loaded = policies::load_embedded(set, now).expect("a shipped set");
    let (set, org) = (loaded.set.expect("a good set"), loaded.org.unwrap_or_default());
    let rules = Rules::new(set, org, loaded.templates.expect("its texts"));
    let key = Key::open(&folder.join("contacts.key")).expect("the key");
    let engine = Engine::new(store.clone(), Arc::new(ArcSwap::from_pointee(rules)), key, 1_000);
    engine.run_until_idle(now).await.expect("the engine looks");
    store.close().await;
}

fn truth(city: &str, by: &str) -> Figures {
    let text = std::fs::read_to_string(shared().join("data/truth.json")).expect("the truth");
    let truth: Value = serde_json::from_str(&text).expect("JSON");
    let names =
        ["tickets", "with_deadline", "closed", "on_time", "late", "never_closed_with_deadline"];
    let figures = |(name, one): (&String, &Value)| {
        (name.clone(), names.map(|key| one[key].as_u64().expect("a count")))
    };
    truth[city][by].as_object().expect("departments").iter().map(figures).collect()
}

#[tokio::test]
async fn boston_s_own_figures_by_department_come_out() {
    /// `PWDx/PWDx_District 02`.
    fn department(unit: &str) -> &str {
        unit.split('/').next().unwrap_or(unit)
    }
    let got = units("boston", "boston_2013_2016.jsonl.zst", "2013..2016", department).await;
    assert_eq!(got, truth("boston_2013_2016", "by_department"));
}

#[tokio::test]
async fn baltimore_s_own_figures_by_agency_come_out() {
    fn whole(unit: &str) -> &str {
        unit
    }
    let got = units("external", "baltimore_2014_2016.jsonl.zst", "2014..2016", whole).await;
    assert_eq!(got, truth("baltimore_2014_2016", "by_agency"));
}
