//! `duban slip print`: the document, as a page of HTML or as PDF.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result};

use super::find;
use crate::{
    cli::{
        EXIT_UNAVAILABLE, Failure,
        open::{ConfigFile, Opened, no},
        print as output,
    },
    core::wording::Language,
    paper::{self, pdf},
};

/// Prints a slip as an official document of one page.
///
/// Without `--html` and `--pdf` the page goes to standard output. PDF needs a Chromium.
///
/// Example: `duban slip print 红字〔2026〕12号 --pdf 红字12号.pdf`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The slip's serial or key.
    #[arg(value_name = "SLIP")]
    slip: String,
    /// Write the page into this file.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Print into this file.
    #[arg(long, value_name = "FILE")]
    pdf: Option<PathBuf>,
    /// The language of the document; the default is the one of the policies.
    #[arg(long, value_parser = ["zh", "en"])]
    language: Option<String>,
    /// The browser that makes the PDF; the default is the first Chromium or Chrome on PATH.
    #[arg(long, env = "DUBAN_BROWSER", value_name = "PROGRAM")]
    browser: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigFile,
}

/// Writes the document: 1 there is none, 69 there is no browser for the PDF.
pub async fn print(args: &Args) -> Result<ExitCode> {
    let opened = Opened::existing(&args.config).await?;
    let slip = find(&opened, &args.slip).await?;
    let language = Language::of(args.language.as_deref().unwrap_or(&opened.rules.current.language));
    let signature = opened.config.wording.signature(language.tag());
    let page =
        paper::html(&slip, language, opened.zone(), signature, &opened.rules.org).map_err(no)?;
    if let Some(file) = &args.html {
        fs::write(file, &page).with_context(|| format!("cannot write {}", file.display()))?;
    }
    if let Some(file) = &args.pdf {
        into_pdf(args.browser.as_deref(), &page, file)?;
    }
    if args.html.is_none() && args.pdf.is_none() {
        output::line(page)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn into_pdf(named: Option<&Path>, page: &str, file: &Path) -> Result<()> {
    let path = std::env::var_os("PATH");
    let printed = pdf::browser(named, path.as_deref()).and_then(|it| pdf::print(&it, page, file));
    printed.map_err(|error| Failure { code: EXIT_UNAVAILABLE, message: error.to_string() }.into())
}
