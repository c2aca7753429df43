//! `duban template`: the texts of a set, read before anybody gets them.

use std::{collections::BTreeSet, path::PathBuf, process::ExitCode};

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::{
    print,
    sets::{self, Chosen},
};
use crate::{
    core::{
        breaker::Change,
        segments::{self, Segments},
        wording::{Language, SYSADMIN, Specimens, Templates, Text, Values},
    },
    policies::nearest,
};

/// Shows the texts of a policy set as people will read them, and how many SMS each is.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(ListArgs),
    Show(ShowArgs),
}

/// Lists the texts with the length of each in both languages: characters and SMS with the longest values.
///
/// Example: `duban template list --policies policies/mycity`
#[derive(Debug, clap::Args)]
struct ListArgs {
    /// Folder of the policy set, or the name of a shipped one.
    #[arg(long, default_value = "cn")]
    policies: PathBuf,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// Shows one text as an SMS and as a mail, with values like those of a usual ticket.
///
/// Example: `duban template show staff.yellow --language en --worst`
#[derive(Debug, clap::Args)]
struct ShowArgs {
    /// Id of the text, for example `staff.yellow` or `resident.ask`.
    id: String,
    /// Only in this language.
    #[arg(long, value_parser = ["zh", "en"])]
    language: Option<String>,
    /// Folder of the policy set, or the name of a shipped one.
    #[arg(long, default_value = "cn")]
    policies: PathBuf,
    /// With the longest values the set and its organisation have.
    #[arg(long)]
    worst: bool,
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<ExitCode> {
    match &args.command {
        Command::List(args) => list(args),
        Command::Show(args) => show(args),
    }
}

fn list(args: &ListArgs) -> Result<ExitCode> {
    let chosen = sets::load(&args.policies)?;
    let templates = texts(&chosen)?;
    let specimens = Specimens::of(templates, &chosen.set, &chosen.org);
    let mut listed = Vec::new();
    for id in templates.ids() {
        let [(zh, _), (en, _)] =
            [specimens.longest(id, Language::Zh)?, specimens.longest(id, Language::En)?];
        listed.push((id, zh, en, templates.limit(id)));
    }
    for id in SYSADMIN {
        let [zh, en] = Language::ALL.map(|language| told(templates, id, language));
        listed.push((
            id,
            segments::count(&zh?.text),
            segments::count(&en?.text),
            templates.limit(id),
        ));
    }
    if args.json {
        let one = |(id, zh, en, limit): &(&str, Segments, Segments, usize)| json!({ "id": id, "zh": length(zh), "en": length(en), "limit": limit });
        print::line(Value::from(listed.iter().map(one).collect::<Vec<_>>()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let said = |cost: &Segments| format!("{} ({} SMS)", cost.units, cost.segments);
    let rows = listed
        .iter()
        .map(|(id, zh, en, limit)| [(*id).to_owned(), said(zh), said(en), format!("{limit} SMS")]);
    print::table(["text", "zh", "en", "at most"], rows)?;
    Ok(ExitCode::SUCCESS)
}

fn show(args: &ShowArgs) -> Result<ExitCode> {
    let chosen = sets::load(&args.policies)?;
    let templates = texts(&chosen)?;
    let of_sysadmin = SYSADMIN.contains(&args.id.as_str());
    if !templates.has(&args.id) && !of_sysadmin {
        let meant = nearest(&args.id, templates.ids().chain(SYSADMIN))
            .map_or_else(String::new, |id| format!("; did you mean `{id}`?"));
        bail!("there is no text `{}`{meant}", args.id);
    }
    let specimens = Specimens::of(templates, &chosen.set, &chosen.org);
    let values = if args.worst { Values::Longest } else { Values::Usual };
    let languages: Vec<Language> = match &args.language {
        Some(tag) => vec![Language::of(tag)],
        None => Language::ALL.to_vec(),
    };
    let mut shown = Vec::new();
    for language in languages {
        if of_sysadmin {
            let mail = told(templates, &args.id, language)?;
            let variables = templates.sysadmin_variables(&args.id, language);
            shown.push((language, segments::count(&mail.text), mail.text.clone(), mail, variables));
            continue;
        }
        let variables = templates.variables(&args.id, language);
        let sms = specimens.text(&args.id, "sms", language, values)?.text;
        let mail = specimens.text(&args.id, "email", language, values)?;
        shown.push((language, segments::count(&sms), sms, mail, variables));
    }
    if args.json {
        let one = |(language, cost, sms, mail, variables): &Shown| {
            json!({
                "language": language.tag(), "text": sms, "length": length(cost),
                "variables": variables,
                "mail": { "subject": mail.subject, "text": mail.text },
            })
        };
        let texts: Vec<Value> = shown.iter().map(one).collect();
        let limit = templates.limit(&args.id);
        print::line(json!({ "id": args.id, "worst": args.worst, "limit": limit, "texts": texts }))?;
        return Ok(ExitCode::SUCCESS);
    }
    for (n, (language, cost, sms, mail, variables)) in shown.iter().enumerate() {
        if n > 0 {
            say!("");
        }
        let Segments { encoding, units, segments } = cost;
        let variables: Vec<&str> = variables.iter().map(String::as_str).collect();
        say!("{} ({})", args.id, language.tag());
        say!("variables: {}", variables.join(", "));
        say!(
            "length: {units} characters, {}, {segments} SMS (at most {})\n",
            encoding.name(),
            templates.limit(&args.id)
        );
        say!("{sms}\n");
        say!("as a mail: {}\n", mail.subject);
        for line in mail.text.lines() {
            say!("{}", format!("    {line}").trim_end());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A text in one language: what it costs, as an SMS, as a mail, and the facts it names.
type Shown = (Language, Segments, String, Text, BTreeSet<String>);

/// What the sysadmin reads of a channel.
fn told(templates: &Templates, id: &str, language: Language) -> Result<Text> {
    const CHANNEL: &str = "sms";
    const DOWN_MS: i64 = 12 * 60_000;
    let change = if id == SYSADMIN[0] { Change::Down } else { Change::Up { down_ms: DOWN_MS } };
    let told = templates.sysadmin(change, CHANNEL, language)?;
    Ok(Text { subject: told.subject, text: told.text, html: None })
}

fn texts(chosen: &Chosen) -> Result<&Templates> {
    match &chosen.templates {
        Some(templates) => Ok(templates),
        None => bail!("the set has no templates.toml, so it has no texts of its own"),
    }
}

fn length(cost: &Segments) -> Value {
    json!({ "encoding": cost.encoding.name(), "characters": cost.units, "segments": cost.segments })
}
