//! What tests of this folder share.

use std::path::PathBuf;

/// The folder with real tickets, vectors and checks, beside the project or where `DUBAN_SHARED` says.
pub fn shared() -> PathBuf {
    match std::env::var_os("DUBAN_SHARED") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"),
    }
}
