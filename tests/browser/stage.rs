//! Where scenes are played: Node.js, the browser, and the packages of npm.

use std::{
    path::{Path, PathBuf},
    sync::LazyLock,
};

use duban::paper::pdf;
use serde_json::{Value, json};

use crate::{
    npm::{install, kept},
    process::tool,
    run::run,
    town::Town,
};

/// The driver, the accessibility rules, and the pictures' palette.
const DRIVER: [&str; 3] =
    ["playwright-core@1.58.2", "@axe-core/playwright@4.11.3", "upng-js@2.1.0"];
/// The last that runs on the Node.js of Debian 12.
const LIGHTHOUSE: &str = "lighthouse@12.8.2";

static MODULES: LazyLock<PathBuf> = LazyLock::new(|| {
    let name = format!("browser-{}", DRIVER.join("-").replace(['@', '/'], "-"));
    kept(&name, |folder| DRIVER.iter().for_each(|package| install(folder, package)))
});
static LIGHTHOUSE_MODULES: LazyLock<PathBuf> =
    LazyLock::new(|| kept(&LIGHTHOUSE.replace('@', "-"), |folder| install(folder, LIGHTHOUSE)));

/// Plays a scene of tests/browser/scenes with what it has to know; every claim in it has to hold.
pub fn play(scene: &str, town: &Town, more: &Value) -> Value {
    play_with(&MODULES, scene, town, more)
}

/// The same with lighthouse in place of the driver.
pub fn measure(scene: &str, town: &Town, more: &Value) -> Value {
    play_with(&LIGHTHOUSE_MODULES, scene, town, more)
}

fn play_with(modules: &Path, scene: &str, town: &Town, more: &Value) -> Value {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let browser = pdf::browser(None, std::env::var_os("PATH").as_deref());
    let browser =
        browser.expect("these tests need a browser: install the Debian package `chromium`");
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let given = json!({
        "modules": modules, "browser": browser, "url": town.url(), "pictures": home.join("docs/img"),
        "writes": std::env::var("DUBAN_PICTURES").is_ok_and(|word| word == "write"), "more": more,
    });
    let said = run(tool("node", "nodejs")
        .arg(home.join("tests/browser/scenes").join(scene))
        .arg(given.to_string())
        // Whatever the browser keeps goes with the scene.
        .env("HOME", scratch.path())
        .env("TMPDIR", scratch.path()));
    let last = said.lines().last().unwrap_or("null");
    serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {said}"))
}
