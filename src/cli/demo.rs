//! `duban demo`: the whole product in one process, on real tickets, with time running fast.

use std::{net::SocketAddr, path::PathBuf, process::ExitCode, time::Duration};

use anyhow::{Context as _, Result};
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::json;

use super::{log, run::serve};
use crate::{
    config::{
        Config, KindTarget,
        channels::{ChannelConfig, ChannelKind},
    },
    core::{
        event::{Event, Kind},
        policy::Via,
        timestamp::Timestamp,
    },
    daemon::Start,
    intake::files,
    wall::Wall,
};

/// Real tickets of one city, three weeks of April 2015; see demo/README.md.
const EVENTS: &[u8] = include_bytes!("../../demo/events.jsonl.zst");
/// Virtual time at the start: a week of tickets is there, two are to come.
const BEGIN: &str = "2015-04-13T08:00:00-04:00";
/// The two mailbox channels of the demonstration.
const MAIL: &str = "mail";
const SMS: &str = "sms";

/// Shows the whole product on real tickets with time running fast; nothing leaves this machine.
///
/// Slips climb, mails and SMS arrive in the mailbox page, residents are asked by link, a bad answer opens a
/// new round. Everything is kept in a folder that goes when the demonstration ends.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where the pages are served.
    #[arg(long, default_value = "127.0.0.1:8420")]
    listen: SocketAddr,
    /// How many times faster than real time runs; the default makes an hour a second.
    #[arg(long, default_value_t = 3_600.0, value_parser = speed)]
    speed: f64,
    /// Stop by itself after this (real) time, for example `2m`.
    #[arg(long = "for", value_parser = humantime::parse_duration)]
    stop_after: Option<Duration>,
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (1.0..=1_000_000.0).contains(&speed) => Ok(speed),
        Ok(_) | Err(_) => Err("give a number from 1 to 1000000".to_owned()),
    }
}

pub fn run(args: &Args) -> Result<ExitCode> {
    log::begin(log::Format::Text);
    let folder = Folder::make()?;
    let begin = Timestamp::parse(BEGIN).expect("the constant is an instant");
    let start = Start {
        config: config(args, &folder)?,
        file: None,
        wall: Wall::fast(begin, args.speed),
        feed: events(&folder)?,
        demo: true,
        stop_after: args.stop_after,
        metrics: Some(PrometheusBuilder::new().install_recorder()?),
    };
    let address = args.listen;
    println!("duban demo: three weeks of a city's tickets, {} times faster than real", args.speed);
    println!("  http://{address}/demo      slips as they climb, and why");
    println!(
        "  http://{address}/mailbox   mails and SMS; residents' messages carry a link to answer"
    );
    println!(
        "  http://{address}/board     the supervisors' board; the link to sign in lies in the mailbox"
    );
    println!("  or in a second terminal, for any ticket shown there:");
    println!(
        "    DUBAN__STORE__URL=sqlite:{} DUBAN__POLICIES__DIR=boston duban explain TICKET",
        folder.0.join("duban.db").display()
    );
    println!("  Ctrl-C ends it");
    serve(start)
}

/// A folder of our own that goes when the demonstration ends.
struct Folder(PathBuf);

impl Folder {
    fn make() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("duban-demo-{}", std::process::id()));
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("duban: {} could not be removed: {error}", self.0.display());
        }
    }
}

fn config(args: &Args, folder: &Folder) -> Result<Config> {
    let mut config = Config::load(None, std::iter::empty())?;
    config.store.url = format!("sqlite:{}", folder.0.join("duban.db").display());
    config.secrets.key_file = folder.0.join("key");
    config.state_dir.clone_from(&folder.0);
    config.web.listen = args.listen;
    config.web.public_url = format!("http://{}", args.listen);
    config.policies.dir = Some(PathBuf::from("boston"));
    let mailbox = |name: &str| ChannelConfig {
        name: name.to_owned(),
        kind: ChannelKind::Mailbox,
        per_second: None,
    };
    config.channels = vec![mailbox(MAIL), mailbox(SMS)];
    for via in Via::ALL {
        let channel = if matches!(via, Via::Sms | Via::Im | Via::Voice) { SMS } else { MAIL };
        config.kinds.insert(via, KindTarget::Channel(channel.to_owned()));
    }
    config.resident.sms = Some(SMS.to_owned());
    config.resident.email = Some(MAIL.to_owned());
    "en".clone_into(&mut config.resident.language);
    "en".clone_into(&mut config.wording.language);
    "【波士顿311】".clone_into(&mut config.wording.signature_zh);
    "Boston 311: ".clone_into(&mut config.wording.signature_en);
    Ok(config)
}

/// The sample, with a resident invented for each ticket; every other one writes mail, every fifth reads Chinese.
fn events(folder: &Folder) -> Result<Vec<Event>> {
    let path = folder.0.join("events.jsonl.zst");
    std::fs::write(&path, EVENTS).context("cannot unpack the sample")?;
    let mut events = Vec::new();
    files::read(&path, |_, event| events.push(event), |bad| eprintln!("{bad}"))
        .context("cannot read the sample")?;
    let received = events.iter_mut().filter(|event| event.kind == Kind::Received);
    for (n, event) in received.enumerate() {
        let language = if n % 5 == 0 { "zh" } else { "en" };
        let contact = if n % 2 == 0 {
            json!({ "phone": format!("+1617555{:04}", 100 + n % 100), "language": language })
        } else {
            json!({ "email": format!("resident-{n}@example.org"), "language": language })
        };
        event.data.insert("contact".to_owned(), contact);
    }
    Ok(events)
}
