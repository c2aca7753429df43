//! MariaDB for tests: one server per test process, one database per test.
//!
//! It listens on a unix socket in its own scratch folder and on no port, and ends with the
//! test process as the PostgreSQL of the tests does: a small shell waits at the other end of
//! a pipe. A machine without MariaDB fails the tests; nothing is skipped.

use std::{
    io::{BufRead as _, BufReader},
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, MySqlConnection};

static SERVER: LazyLock<Server> = LazyLock::new(Server::start);

/// Makes an empty database and returns its address.
pub async fn database() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let name = format!("t{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let mut admin =
        MySqlConnection::connect(&SERVER.url("mysql")).await.expect("the server takes connections");
    admin
        .execute(AssertSqlSafe(format!("CREATE DATABASE {name} CHARACTER SET utf8mb4")))
        .await
        .expect("a database of a new name can be made");
    SERVER.url(&name)
}

struct Server {
    folder: PathBuf,
    /// While this is open, the server runs.
    _alive: ChildStdin,
    /// Never waited for: it outlives this process, to clean up behind it.
    _watchdog: Child,
}

/// Starts the server, says `ready`, and stops it when its input ends. `$1` is the folder.
const WATCHDOG: &str = r#"
folder=$1; user=$(id -un)
mariadb-install-db --no-defaults --datadir="$folder/data" --auth-root-authentication-method=normal \
  --skip-test-db --user="$user" >"$folder/log" 2>&1 || { tail -n 20 "$folder/log"; echo failed; exit 1; }
"$(command -v mariadbd || echo /usr/sbin/mariadbd)" --no-defaults --datadir="$folder/data" --socket="$folder/s" --pid-file="$folder/pid" \
  --skip-networking --innodb-flush-log-at-trx-commit=0 --innodb-buffer-pool-size=16M --user="$user" \
  >"$folder/server.log" 2>&1 &
server=$!
while [ ! -S "$folder/s" ]; do
  kill -0 $server 2>/dev/null || { tail -n 20 "$folder/server.log"; echo failed; exit 1; }
  sleep 0.05
done
echo ready
read -r _
kill $server; wait $server
rm -rf "$folder"
"#;

impl Server {
    fn start() -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let found =
            std::env::split_paths(&path).any(|folder| folder.join("mariadb-install-db").is_file());
        assert!(
            found,
            "these tests need a MariaDB server: install the Debian packages \
             `mariadb-server-core` and `mariadb-client-core` (nothing of them has to run)"
        );
        let folder = tempfile::Builder::new()
            .prefix("duban-mariadb-")
            .tempdir()
            .expect("the system's folder for temporary files can be written")
            .keep();
        let mut watchdog = Command::new("sh")
            .args(["-c", WATCHDOG, "sh"])
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
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
        panic!("cannot start MariaDB:\n{}", said.join("\n"));
    }

    fn url(&self, database: &str) -> String {
        format!("mysql://root@localhost/{database}?socket={}", self.folder.join("s").display())
    }
}
