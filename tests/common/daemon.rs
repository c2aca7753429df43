//! The real daemon as a child process.

use std::{
    fs::OpenOptions,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
};

use crate::wait::until;

/// A running `duban run`.
pub struct Daemon {
    child: Child,
    log: PathBuf,
}

impl Daemon {
    /// Starts the binary of this build; what it logs is added to `log`.
    pub fn start(config: &Path, log: &Path, env: &[(&str, &str)]) -> Self {
        let lines = OpenOptions::new().create(true).append(true).open(log);
        let child = Command::new(env!("CARGO_BIN_EXE_duban"))
            .args(["run", "--config"])
            .arg(config)
            .env_remove("JOURNAL_STREAM")
            .env_remove("NOTIFY_SOCKET")
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(lines.expect("the scratch folder takes files"))
            .spawn()
            .expect("the binary starts");
        Self { child, log: log.to_owned() }
    }

    /// Sends a signal by its name, `TERM` for example.
    pub fn tell(&self, signal: &str) {
        let line = format!("kill -{signal} {}", self.child.id());
        let told = Command::new("sh").args(["-c", &line]).status();
        assert!(told.is_ok_and(|status| status.success()), "cannot send {signal}: it has ended?");
    }

    /// `kill -9`, and the body is gone.
    pub fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it is our child");
    }

    /// Waits until it ends by itself.
    pub fn ended(mut self) -> ExitStatus {
        until("the daemon ends", || self.child.try_wait().expect("it is our child"))
    }

    /// Fails with its log if it does not run any more.
    pub fn assert_runs(&mut self) {
        let ended = self.child.try_wait().expect("it is our child");
        if let Some(status) = ended {
            let log = std::fs::read_to_string(&self.log).unwrap_or_default();
            panic!("the daemon ended with {status}:\n{log}");
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
