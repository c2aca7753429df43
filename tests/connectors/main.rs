//! Connectors against real sources: databases of three makes, folders, and a daemon that is killed.

#[expect(dead_code, reason = "the tests of the daemon use more of it")]
#[path = "../common/daemon.rs"]
mod daemon;
mod database;
mod folder;
mod house;
mod kills;
#[path = "../common/mariadb.rs"]
mod mariadb;
#[path = "../common/postgres.rs"]
mod postgres;
#[expect(dead_code, reason = "nobody waits for a port here")]
#[path = "../common/wait.rs"]
mod wait;
