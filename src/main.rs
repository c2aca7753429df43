//! The binary: parses the command line and hands over to the library.

use std::process::ExitCode;

use clap::Parser as _;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // One crypto provider for the whole tree; a second one would panic at the first TLS use.
    let _ = rustls::crypto::ring::default_provider().install_default();
    duban::cli::run(duban::cli::Cli::parse())
}
