//! Connectors against real sources: databases of three makes, folders, and a daemon that is killed.

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
#[path = "../common/wait.rs"]
mod wait;
