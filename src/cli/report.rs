//! `duban report`: what a city reads about its tickets, day by day and month by month.

use std::{
    io::{ErrorKind, IsTerminal as _, Write as _, stdout},
    process::ExitCode,
};

use anyhow::{Context as _, Result};

use super::{
    EXIT_NO, EXIT_USAGE, Failure,
    open::{ConfigFile, Opened, bad_data, block_on, unavailable},
};
use crate::{
    core::{
        report::{Kind, When},
        wording::Language,
    },
    report::{Ask, Report, ReportError, csv, html, report, text, xlsx},
};

/// Prints a report: daily lists, weekly analysis, numbered bulletin, yearly summary, and more.
///
/// Reports: `day` (to sign, to clear, under supervision), `closing`, `week`, `meeting` (the pack for
/// Thursday), `month` (the numbered bulletin), `quarter`, `half`, `year`, `hot` (what comes up
/// most), `steps` (which step is followed by action), `burden` (messages per person and day),
/// `units`. A report of a period that is over is kept, and printed the same from then on;
/// `--restate` counts again and publishes a next version with what changed.
///
/// Example: `duban report month --period 2026-05 --format html > bulletin.html`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which report.
    #[arg(value_parser = Kind::parse, value_name = "KIND")]
    kind: Kind,
    /// `2026-05-07`, `2026-W19`, `2026-05`, `2026-Q2`, `2026-H1`, `2026`; some take a run, `2013..2016`. Without it: the last one that is over.
    #[arg(long, value_parser = When::parse)]
    period: Option<When>,
    /// Text and HTML are for people, `mail` is the HTML of the mail.
    #[arg(long, default_value = "text", value_parser = ["text", "html", "mail", "json", "csv", "xlsx"])]
    format: String,
    /// The same as `--format json`.
    #[arg(long)]
    json: bool,
    /// Of CSV: only this section, as a table of its own.
    #[arg(long, value_name = "ID")]
    section: Option<String>,
    /// This version, not the last one.
    #[arg(long, value_name = "N", conflicts_with = "restate")]
    version: Option<i64>,
    /// Count again what was published; what changed makes the next version.
    #[arg(long)]
    restate: bool,
    /// `zh` or `en`; without it that of the policies.
    #[arg(long, value_parser = ["zh", "en"])]
    language: Option<String>,
    #[command(flatten)]
    config: ConfigFile,
}

/// Prints the report.
pub fn run(args: &Args) -> Result<ExitCode> {
    block_on(printed(args))
}

async fn printed(args: &Args) -> Result<ExitCode> {
    let opened = Opened::existing(&args.config).await?;
    let set = &opened.rules.current;
    let today = set.calendar.date_of(opened.now);
    let standard = args.kind.standard(today).map(When::from);
    let when = args.period.or(standard).context("the calendar has no such period")?;
    let ask = Ask { version: args.version, restate: args.restate, ..Ask::new(args.kind, when) };
    let found = report(&opened.store, &opened.rules, ask, opened.now).await.map_err(failure)?;
    opened.store.close().await;
    let language = Language::of(args.language.as_deref().unwrap_or(&set.language));
    bytes(&args.form(&found, language)?)?;
    Ok(ExitCode::SUCCESS)
}

impl Args {
    fn form(&self, found: &Report, language: Language) -> Result<Vec<u8>> {
        if self.json || self.format == "json" {
            return Ok((serde_json::to_string_pretty(&found.document)? + "\n").into_bytes());
        }
        Ok(match self.format.as_str() {
            "html" => html::page(found, language)?.into_bytes(),
            "mail" => html::mail(found, language, None)?.into_bytes(),
            "csv" => csv::csv(found, self.section.as_deref(), language)
                .ok_or_else(|| self.no_section(found))?,
            "xlsx" if stdout().is_terminal() => {
                let message = "a workbook is no text; write it into a file: `> report.xlsx`";
                return Err(Failure { code: EXIT_USAGE, message: message.to_owned() }.into());
            }
            "xlsx" => xlsx::xlsx(found, language)?,
            _ => text::text(found, language).into_bytes(),
        })
    }

    fn no_section(&self, found: &Report) -> Failure {
        let known: Vec<&str> = found.document.sections.iter().map(|one| one.id.as_str()).collect();
        let asked = self.section.as_deref().unwrap_or_default();
        let message = format!("no section `{asked}`; there are {}", known.join(", "));
        Failure { code: EXIT_USAGE, message }
    }
}

fn bytes(out: &[u8]) -> Result<()> {
    match stdout().write_all(out) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.context("cannot write to standard output"),
    }
}

/// What the errors of reports mean for a command.
pub fn failure(error: ReportError) -> anyhow::Error {
    let code = match error {
        ReportError::Store(error) => return unavailable(error),
        ReportError::WrongPeriod { .. } => EXIT_USAGE,
        ReportError::NoVersion { .. } | ReportError::Unpublished { .. } => EXIT_NO,
        ReportError::Unreadable { .. } | ReportError::State(_) => return bad_data(error),
    };
    Failure { code, message: error.to_string() }.into()
}
