//! Packages of npm, fetched once and kept beside the build.

use std::path::{Path, PathBuf};

use crate::{process::tool, run::run};

/// The folder of this name beside the build, filled once.
pub fn kept(name: &str, fill: impl FnOnce(&Path)) -> PathBuf {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let home = temporary.join(name);
    if home.is_dir() {
        return home;
    }
    let fetched = tempfile::tempdir_in(temporary).expect("a folder beside the build");
    fill(fetched.path());
    // Another run of the tests may have been faster.
    if std::fs::rename(fetched.path(), &home).is_err() {
        assert!(home.is_dir(), "{} can be written", home.display());
    }
    home
}

/// Installs a package into `node_modules` of a folder.
pub fn install(folder: &Path, package: &str) {
    run(tool("npm", "npm")
        .args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", ".", package])
        .current_dir(folder));
}
