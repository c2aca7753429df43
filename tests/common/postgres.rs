//! PostgreSQL for tests: one cluster per test process, one database per test.
//!
//! The cluster listens on a unix socket in its own scratch folder and on no port. It ends
//! with the test process however that ends: a small shell holds the other end of a pipe,
//! and when the pipe closes it stops the server and removes the folder.
//!
//! A machine without PostgreSQL fails the tests; nothing is skipped.

use std::{
    io::{BufRead as _, BufReader},
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

static CLUSTER: LazyLock<Cluster> = LazyLock::new(Cluster::start);

/// Makes an empty database and returns its address.
pub async fn database() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let name = format!("t{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let mut admin = PgConnection::connect(&CLUSTER.url("postgres"))
        .await
        .expect("the cluster was started and takes connections");
    admin
        .execute(AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .await
        .expect("a database of a new name can be made");
    CLUSTER.url(&name)
}

struct Cluster {
    folder: PathBuf,
    /// While this is open, the cluster runs.
    _alive: ChildStdin,
    /// Never waited for: it outlives this process, to clean up behind it.
    _watchdog: Child,
}

/// Starts the cluster, says `ready`, and stops it when its input ends. `$1` binaries,
/// `$2` folder, the rest is how to become the unprivileged user (nothing if we are one).
const WATCHDOG: &str = r#"
bin=$1; folder=$2; shift 2
"$@" "$bin/initdb" -D "$folder/data" -U postgres -A trust -N -E UTF8 --locale=C.UTF-8 >"$folder/log" 2>&1 &&
"$@" "$bin/pg_ctl" -D "$folder/data" -l "$folder/server.log" -w -o "-k $folder -c listen_addresses= \
  -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=300" start >/dev/null 2>&1 &&
echo ready || { tail -n 20 "$folder"/*log; echo failed; }
read -r _
"$@" "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1
rm -rf "$folder"
"#;

impl Cluster {
    fn start() -> Self {
        let bin = binaries();
        let folder = tempfile::Builder::new()
            .prefix("duban-postgres-")
            .tempdir()
            .expect("the system's folder for temporary files can be written")
            .keep();
        let become_user = unprivileged(&folder);
        let mut watchdog = Command::new("sh")
            .args(["-c", WATCHDOG, "sh"])
            .arg(&bin)
            .arg(&folder)
            .args(&become_user)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // A group of its own: an interrupt of the tests must not end it before its work is done.
            .process_group(0)
            .spawn()
            .expect("a shell can be started");
        let alive = watchdog.stdin.take().expect("its input was asked for above");
        let output = watchdog.stdout.take().expect("its output was asked for above");
        let mut said = Vec::new();
        for line in BufReader::new(output).lines() {
            let line = line.expect("the shell writes text");
            match line.as_str() {
                "ready" => return Self { folder, _alive: alive, _watchdog: watchdog },
                "failed" => break,
                _ => said.push(line),
            }
        }
        panic!("cannot start a PostgreSQL cluster with {}:\n{}", bin.display(), said.join("\n"));
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@localhost/{database}?host={}", self.folder.display())
    }
}

/// The newest PostgreSQL that is installed.
fn binaries() -> PathBuf {
    let version = |folder: &Path| {
        folder.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse::<u32>().ok())
    };
    std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|folder| folder.join("bin/initdb").exists())
        .max_by_key(|folder| version(folder))
        .map(|folder| folder.join("bin"))
        .expect(
            "these tests need a PostgreSQL server: install the Debian package `postgresql` \
             (nothing of it has to run)",
        )
}

/// How to become somebody who may run a server: as root `postgres`, else nothing has to be done.
fn unprivileged(folder: &Path) -> Vec<String> {
    let id = Command::new("id").arg("-u").output().expect("`id` is part of every system");
    if id.stdout.trim_ascii() != b"0" {
        return Vec::new();
    }
    let given = Command::new("chown").arg("postgres").arg(folder).status();
    assert!(
        given.is_ok_and(|status| status.success()),
        "there is no user `postgres`: install the Debian package `postgresql`"
    );
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755))
        .expect("the folder is ours");
    ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]
        .map(str::to_owned)
        .to_vec()
}
