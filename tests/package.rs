//! The Debian package: what is in it, that it installs, and that an upgrade loses nothing.
//!
//! The binary of this build is packed, so nothing is compiled twice. Packages are installed below a
//! scratch folder; `systemctl` and `deb-systemd-invoke` are replaced, so that the services of the
//! machine that runs the tests are left alone. Needs root, dpkg and cargo-deb (`./test` brings it).

use std::{
    collections::BTreeSet,
    env, fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use clap::CommandFactory as _;
use tempfile::TempDir;

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

/// Runs a program to its end and returns what it printed.
fn run(command: &mut Command) -> String {
    let name = format!("{command:?}");
    let answer = command.output().unwrap_or_else(|error| panic!("{name}: {error}"));
    let printed = String::from_utf8_lossy(&answer.stdout).into_owned();
    let errors = String::from_utf8_lossy(&answer.stderr);
    assert!(answer.status.success(), "{name}: {}\n{printed}{errors}", answer.status);
    printed
}

/// A package made of the binary of this build, with a scratch folder around it.
struct Packed {
    folder: TempDir,
    package: PathBuf,
}

impl Packed {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let release = folder.path().join("target/release");
        fs::create_dir_all(&release).expect("a folder in the scratch folder");
        // With its debug symbols the binary is a hundred megabytes.
        run(Command::new("strip")
            .arg("-o")
            .arg(release.join("duban"))
            .arg(env!("CARGO_BIN_EXE_duban")));
        run(Command::new("packaging/deb")
            .args(["--no-build", "--fast", "--deb-version", "1.0.0-1"])
            .current_dir(REPOSITORY)
            .env("CARGO_TARGET_DIR", folder.path().join("target")));
        let packages = fs::read_dir(folder.path().join("target/debian")).expect("the packages");
        let mut packages = packages.map(|entry| entry.expect("a package").path());
        let package = packages.find(|path| path.extension().is_some_and(|kind| kind == "deb"));
        Self { folder, package: package.expect("a package was made") }
    }

    /// The next version: the same files, with another configuration to begin with.
    fn next_version(&self) -> PathBuf {
        let tree = self.folder.path().join("next");
        run(Command::new("dpkg-deb").arg("-R").arg(&self.package).arg(&tree));
        let change = |file: &str, from: &str, to: &str| {
            let text = fs::read_to_string(tree.join(file)).expect("a file of the package");
            assert!(text.contains(from), "{file} has `{from}`");
            fs::write(tree.join(file), text.replace(from, to)).expect("a file of the package");
        };
        change("DEBIAN/control", "Version: 1.0.0-1", "Version: 1.1.0-1");
        change("etc/duban/duban.toml", "[web]", "# A new thought on this.\n[web]");
        let next = self.folder.path().join("duban_1.1.0-1.deb");
        run(Command::new("dpkg-deb").args(["-Znone", "-b"]).arg(&tree).arg(&next));
        next
    }
}

/// A folder that dpkg takes for a machine.
struct Machine {
    folder: TempDir,
}

impl Machine {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let machine = Self { folder };
        for part in
            ["var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers", "stand-ins"]
        {
            fs::create_dir_all(machine.path(part)).expect("a folder of the machine");
        }
        fs::write(machine.path("var/lib/dpkg/status"), "").expect("a file of the machine");
        for name in ["systemctl", "deb-systemd-invoke"] {
            let file = machine.path("stand-ins").join(name);
            fs::write(&file, "#!/bin/sh\nexit 0\n").expect("a stand-in");
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("it is ours");
        }
        machine
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    fn read(&self, below: &str) -> String {
        let path = self.path(below);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// dpkg asks nothing: of a configuration that both sides changed it keeps the operator's.
    fn dpkg(&self, words: &[&str]) {
        let path = env::var("PATH").unwrap_or_default();
        let own = self.path("stand-ins").display().to_string();
        run(Command::new("dpkg")
            .arg(format!("--root={}", self.folder.path().display()))
            .args([
                "--force-script-chrootless",
                "--force-depends",
                "--force-confold",
                "--log=/dev/null",
            ])
            .args(words)
            .env("PATH", format!("{own}:{path}"))
            .env("DEBIAN_FRONTEND", "noninteractive"));
    }

    fn install(&self, package: &Path) {
        self.dpkg(&["-i", package.to_str().expect("a scratch path is text")]);
    }

    fn duban(&self, words: &[&str]) -> String {
        run(Command::new(self.path("usr/bin/duban")).args(words).current_dir(&self.folder))
    }
}

#[test]
fn the_package_has_everything_and_an_upgrade_loses_nothing() {
    let packed = Packed::new();
    everything_is_in_it(&packed.package);

    let machine = Machine::new();
    machine.install(&packed.package);
    let unit = machine.read("usr/lib/systemd/system/duban.service");
    assert_eq!(unit.matches("/usr/bin/duban ").count(), 2, "`check` before the start, then `run`");
    assert!(!unit.contains("/usr/local"), "{unit}");
    let wanted = machine.path("etc/systemd/system/multi-user.target.wants/duban.service");
    assert!(fs::symlink_metadata(wanted).is_ok(), "the service starts with the machine");
    machine.duban(&["check", "usr/share/duban/policies"]);
    let config = machine.path("etc/duban/duban.toml");
    let config = config.to_str().expect("a scratch path is text");
    machine.duban(&["check", "--config", config]);

    // What an operator does, and what the daemon keeps.
    let edited = machine.read("etc/duban/duban.toml").replace("127.0.0.1:8420", "127.0.0.1:9000");
    fs::write(config, &edited).expect("the operator's configuration");
    fs::create_dir_all(machine.path("etc/duban/policies")).expect("the city's own policies");
    fs::write(machine.path("etc/duban/policies/policies.toml"), "mine").expect("a file");
    fs::create_dir_all(machine.path("var/lib/private/duban")).expect("the state");
    fs::write(machine.path("var/lib/private/duban/duban.db"), "tickets").expect("a file");
    let all_is_there = |when: &str| {
        assert_eq!(machine.read("etc/duban/policies/policies.toml"), "mine", "{when}");
        assert_eq!(machine.read("var/lib/private/duban/duban.db"), "tickets", "{when}");
    };

    machine.install(&packed.next_version());
    all_is_there("after the upgrade");
    assert_eq!(machine.read("etc/duban/duban.toml"), edited, "after the upgrade");
    let beside = machine.read("etc/duban/duban.toml.dpkg-dist");
    assert!(beside.contains("A new thought"), "the new one lies beside it: {beside}");

    machine.dpkg(&["--remove", "duban"]);
    all_is_there("after a removal");
    assert_eq!(machine.read("etc/duban/duban.toml"), edited, "after a removal");
    assert!(!machine.path("usr/bin/duban").exists(), "the program is gone");
    machine.dpkg(&["--purge", "duban"]);
    all_is_there("after a purge");
    assert!(!machine.path("etc/duban/duban.toml").exists(), "a purge takes the configuration");
}

fn everything_is_in_it(package: &Path) {
    let listed = run(Command::new("dpkg-deb").arg("-c").arg(package));
    let files: BTreeSet<&str> =
        listed.lines().filter_map(|line| line.rsplit(" ./").next()).collect();
    #[rustfmt::skip]
    let mut wanted: Vec<String> = [
        "usr/bin/duban",
        "usr/lib/systemd/system/duban.service",
        "etc/duban/duban.toml",
        "usr/share/man/man1/duban.1.gz",
        "usr/share/bash-completion/completions/duban",
        "usr/share/zsh/vendor-completions/_duban",
        "usr/share/fish/vendor_completions.d/duban.fish",
        "usr/share/duban/policies/cn/holidays/cn-2026.json",
        "usr/share/duban/policies/mappings/boston311.toml",
        "usr/share/doc/duban/examples/notify-reload.conf",
        "usr/share/doc/duban/docs/cookbook.md",
        "usr/share/doc/duban/changelog.Debian.gz",
        "usr/share/doc/duban/changelog.gz",
        "usr/share/doc/duban/copyright",
    ]
    .map(str::to_owned)
    .into();
    wanted.extend(
        duban::policies::shipped()
            .map(|set| format!("usr/share/duban/policies/{set}/policies.toml")),
    );
    let cli = duban::cli::Cli::command();
    let commands = cli.get_subcommands().map(clap::Command::get_name);
    wanted.extend(commands.map(|name| format!("usr/share/man/man1/duban-{name}.1.gz")));
    let missing: Vec<&String> =
        wanted.iter().filter(|file| !files.contains(file.as_str())).collect();
    assert!(missing.is_empty(), "not in the package: {missing:?}\n{listed}");
    for line in listed.lines().filter(|line| !line.contains(" ./usr/bin/duban")) {
        assert!(line.starts_with("-rw-r--r-- 0/0") || line.starts_with("drwxr-xr-x 0/0"), "{line}");
    }

    let conffiles = run(Command::new("dpkg-deb").arg("-I").arg(package).arg("conffiles"));
    assert_eq!(conffiles, "/etc/duban/duban.toml\n");
    let script = run(Command::new("dpkg-deb").arg("-I").arg(package).arg("postinst"));
    assert!(script.contains("_dh_action=restart"), "an upgrade ends with a restart: {script}");
    let script = run(Command::new("dpkg-deb").arg("-I").arg(package).arg("prerm"));
    assert!(script.contains("[ \"$1\" = remove ]"), "an upgrade does not stop it: {script}");
}
