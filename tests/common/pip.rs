//! Packages of Python, fetched once and kept beside the build.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::{process::tool, run::run};

/// A folder beside the build with these packages in it, each `name==version`.
pub fn kept(name: &str, packages: &[&str]) -> PathBuf {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let home = temporary.join(name);
    if home.is_dir() {
        return home;
    }
    let fetched = tempfile::tempdir_in(temporary).expect("a folder beside the build");
    run(tool("python3", "python3-pip")
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(["--no-input", "--target"])
        .arg(fetched.path())
        .args(packages));
    // Another run of the tests may have been faster.
    if std::fs::rename(fetched.path(), &home).is_err() {
        assert!(home.is_dir(), "{} can be written", home.display());
    }
    home
}

/// Python that knows the packages of this folder.
pub fn python(home: &Path) -> Command {
    let mut python = tool("python3", "python3");
    python.env("PYTHONPATH", home).env("PYTHONDONTWRITEBYTECODE", "1");
    python
}
