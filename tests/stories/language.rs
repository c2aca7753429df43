//! A story as it is written: a head, blocks of TOML, then moments in time order.
//!
//! Every line is understood or is an error with its number; nothing is passed over.

use std::path::{Path, PathBuf};

use jiff::{
    civil::{Date, DateTime, Time},
    tz::Offset,
};

use crate::{
    expectation::{Expectation, Wish},
    words::{Fact, split},
};

/// One story file.
pub struct Story {
    pub file: PathBuf,
    pub title: String,
    /// Ids of mechanisms and scenarios it proves.
    pub rows: Vec<String>,
    /// The policy keys or primitives that do it.
    pub by: String,
    /// A shipped set, or a folder of `sets/`.
    pub set: String,
    /// How many engines and dispatches share the database.
    pub nodes: usize,
    pub blocks: Vec<Block>,
    pub moments: Vec<Moment>,
    /// While reading: the ticket named last.
    near: Option<String>,
}

/// A piece of a policy set inside a story: laid over the file of that name.
#[derive(Clone)]
pub struct Block {
    pub file: String,
    pub text: String,
    /// `=== only FILE`: takes the place of the file instead of being laid over it.
    pub only: bool,
}

/// Everything said of one instant.
pub struct Moment {
    pub line: usize,
    pub at: DateTime,
    /// Given only where a local time comes twice: `01:15-05:00`.
    pub offset: Option<Offset>,
    pub acts: Vec<(usize, Act)>,
    pub wishes: Vec<Wish>,
}

/// Something that happens in a story.
pub enum Act {
    /// An event as a platform sends it, of one or several tickets.
    Event { tickets: Vec<String>, kind: String, facts: Vec<Fact> },
    /// Other policies or people from now on.
    Reload { blocks: Vec<Block> },
    /// `duban policy apply --yes`: running tickets come under the policies of this moment.
    Apply,
    /// Nothing runs and nothing is heard until then.
    Down { until: DateTime },
    /// A phone or a mailbox does not work: everybody's, or one person's.
    Phone { person: Option<String>, way: String, how: Trouble },
    /// Somebody opens the link in their last message, or sends its form.
    Web {
        who: String,
        ticket: Option<String>,
        form: Option<Vec<(String, String)>>,
        link: Option<String>,
    },
}

/// What a phone does instead of taking a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Not now: worth another attempt.
    Down,
    /// Never.
    Refuses,
    /// The connection hangs until it is cut.
    Hangs,
    /// As it should be.
    Works,
}

/// A complaint about a line.
#[derive(Debug)]
pub struct Wrong {
    pub line: usize,
    pub why: String,
}

pub type Read<T> = Result<T, String>;

/// Words that begin the only lines a head may have.
const HEAD: [&str; 4] = ["rows", "by", "set", "nodes"];

impl Story {
    /// Reads a story, or says which line is wrong.
    pub fn parse(file: &Path, text: &str) -> Result<Self, Wrong> {
        let mut story = Self {
            file: file.to_owned(),
            title: String::new(),
            rows: Vec::new(),
            by: String::new(),
            set: "cn".to_owned(),
            nodes: 1,
            blocks: Vec::new(),
            moments: Vec::new(),
            near: None,
        };
        let mut lines = Lines { lines: text.lines().collect(), next: 0 };
        while let Some((number, line)) = lines.take() {
            let place = |why: String| Wrong { line: number, why };
            if story.title.is_empty() && line.starts_with("# ") {
                line[2..].trim().clone_into(&mut story.title);
            }
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(head) = line.strip_prefix("===") {
                let block = lines.block(head).map_err(place)?;
                let begun = !story.moments.is_empty();
                match story.moments.last_mut().and_then(|moment| moment.acts.last_mut()) {
                    Some((_, Act::Reload { blocks })) => blocks.push(block),
                    None if !begun => story.blocks.push(block),
                    Some(_) | None => {
                        return Err(place("a block in a story belongs under `reload`".into()));
                    }
                }
            } else if story.moments.is_empty() && HEAD.iter().any(|key| is_head(line, key)) {
                story.head(line).map_err(place)?;
            } else {
                story.moment(number, line).map_err(place)?;
            }
        }
        story.check()
    }

    fn head(&mut self, line: &str) -> Read<()> {
        let (key, value) = line.split_once(':').ok_or("write `key: value`")?;
        let value = value.trim().to_owned();
        match key.trim() {
            "rows" => self.rows = value.split_whitespace().map(str::to_owned).collect(),
            "by" => self.by = value,
            "set" => self.set = value,
            "nodes" => {
                let nodes = value.parse().ok().filter(|nodes| (1..=9).contains(nodes));
                self.nodes = nodes.ok_or("`nodes:` is a number from 1 to 9")?;
            }
            _ => return Err(format!("`{key}` is no line of the head")),
        }
        Ok(())
    }

    /// A line that begins with a time, or an expectation of the moment above.
    fn moment(&mut self, number: usize, line: &str) -> Read<()> {
        let words = split(line)?;
        let last = self.moments.last().map(|moment| (moment.at, moment.offset));
        let (at, used) = time(&words, last.map(|(at, _)| at))?;
        let rest = &words[used..];
        if let Some((at, offset)) = at {
            if offset.is_none() && last.is_some_and(|(last, _)| at < last) {
                return Err(format!("{at} lies before the moment above"));
            }
            if last != Some((at, offset)) {
                let (acts, wishes) = (Vec::new(), Vec::new());
                self.moments.push(Moment { line: number, at, offset, acts, wishes });
            }
            if rest.is_empty() {
                return Ok(());
            }
        }
        let moment = self.moments.last_mut().ok_or("the first moment needs its date and time")?;
        match Expectation::parse(rest)? {
            Some((ticket, what)) => {
                let near = self.near.clone();
                moment.wishes.push(Wish { line: number, ticket, near, what });
                Ok(())
            }
            None if at.is_none() => Err(format!(
                "`{}` begins neither with a time nor with an expectation",
                words.first().map_or("", |word| word.as_str())
            )),
            None => {
                let act = Act::parse(rest, moment.at)?;
                if let Act::Event { tickets, .. } = &act {
                    self.near = tickets.last().cloned();
                }
                moment.acts.push((number, act));
                Ok(())
            }
        }
    }

    fn check(self) -> Result<Self, Wrong> {
        let wrong = |why: &str| Err(Wrong { line: 1, why: why.to_owned() });
        match () {
            () if self.title.is_empty() => wrong("a story begins with `# its title`"),
            () if self.rows.is_empty() => wrong("`rows:` names what the story proves"),
            () if self.by.is_empty() => {
                wrong("`by:` names the policy key or primitive that does it")
            }
            () if self.moments.is_empty() => wrong("nothing happens in this story"),
            () => Ok(self),
        }
    }

    /// Whether the story makes phones fail, so that they have to stand outside of the store.
    pub fn troubled_ways(&self) -> Vec<&str> {
        let acts = self.moments.iter().flat_map(|moment| &moment.acts);
        acts.filter_map(|(_, act)| match act {
            Act::Phone { way, .. } => Some(way.as_str()),
            Act::Event { .. }
            | Act::Reload { .. }
            | Act::Apply
            | Act::Down { .. }
            | Act::Web { .. } => None,
        })
        .collect()
    }
}

fn is_head(line: &str, key: &str) -> bool {
    line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':'))
}

/// The lines of a file with their numbers.
struct Lines<'a> {
    lines: Vec<&'a str>,
    next: usize,
}

impl<'a> Lines<'a> {
    fn take(&mut self) -> Option<(usize, &'a str)> {
        let line = self.lines.get(self.next)?;
        self.next += 1;
        Some((self.next, line.trim()))
    }

    /// Everything up to the closing `===`.
    fn block(&mut self, head: &str) -> Read<Block> {
        let mut words: Vec<&str> = head.split_whitespace().collect();
        let only = words.first() == Some(&"only");
        if only {
            words.remove(0);
        }
        let [name] = words.as_slice() else {
            return Err("write `=== policies`, `=== org`, `=== texts` or `=== FILE`".to_owned());
        };
        let file = match *name {
            "policies" | "org" => format!("{name}.toml"),
            "texts" => "templates.toml".to_owned(),
            file if file.contains('.') => file.to_owned(),
            other => return Err(format!("`{other}` is no file of a policy set")),
        };
        let mut text = String::new();
        while let Some(line) = self.lines.get(self.next) {
            // Another block ends this one as well.
            if line.trim().starts_with("===") {
                self.next += usize::from(line.trim() == "===");
                return Ok(Block { file, text, only });
            }
            self.next += 1;
            text.push_str(line);
            text.push('\n');
        }
        Err("this block never ends; close it with `===`".to_owned())
    }
}

/// A local time, and its offset where the story says which of two it means.
type Face = (DateTime, Option<Offset>);

/// A time at the begin of a line, and how many words it took.
fn time(words: &[String], last: Option<DateTime>) -> Read<(Option<Face>, usize)> {
    let Some(first) = words.first() else { return Ok((None, 0)) };
    if let Some((time, offset)) = moment_face(first) {
        let last = last.ok_or("the first moment needs its date")?;
        return Ok((Some((last.date().to_datetime(time), offset)), 1));
    }
    let Some(date) = date(first, last) else { return Ok((None, 0)) };
    let time = words.get(1).and_then(|word| moment_face(word));
    let (time, offset) = time.ok_or_else(|| format!("after `{first}` comes a time, like 09:12"))?;
    Ok((Some((date.to_datetime(time), offset)), 2))
}

/// `09:12`, or `01:15-05:00`
fn moment_face(word: &str) -> Option<(Time, Option<Offset>)> {
    let Some(sign) = word.find(['+', '-']) else { return Some((clock_face(word)?, None)) };
    let (time, offset) = word.split_at(sign);
    let away = clock_face(&offset[1..])?;
    let seconds = i32::from(away.hour()) * 3_600 + i32::from(away.minute()) * 60;
    let seconds = if offset.starts_with('-') { -seconds } else { seconds };
    Some((clock_face(time)?, Some(Offset::from_seconds(seconds).ok()?)))
}

/// `2026-05-07`, or `05-08` of the year of the moment above.
fn date(word: &str, last: Option<DateTime>) -> Option<Date> {
    word.parse::<Date>().ok().or_else(|| {
        let (month, day) = word.split_once('-')?;
        let (month, day) = (month.parse().ok()?, day.parse().ok()?);
        Date::new(last?.year(), month, day).ok()
    })
}

/// `09:12`, `09:12:30`, `09:12:30.5`
pub fn clock_face(word: &str) -> Option<Time> {
    let shape = word.len() >= 5 && word.as_bytes()[2] == b':';
    shape.then(|| word.parse::<Time>().ok()).flatten()
}

/// A local time as a value: `2026-05-07T09:12`, `"2026-05-07 09:12"`, or `09:12` of the day of the moment.
pub fn local(word: &str, day: Date) -> Option<DateTime> {
    if let Some(time) = clock_face(word) {
        return Some(day.to_datetime(time));
    }
    let (date, time) = word.split_once(['T', ' '])?;
    Some(date.parse::<Date>().ok()?.to_datetime(clock_face(time)?))
}

impl Act {
    pub fn is_event(&self) -> bool {
        matches!(self, Self::Event { .. })
    }

    fn parse(words: &[String], at: DateTime) -> Read<Self> {
        let texts: Vec<&str> = words.iter().map(String::as_str).collect();
        match texts.as_slice() {
            ["reload"] => Ok(Self::Reload { blocks: Vec::new() }),
            ["apply"] => Ok(Self::Apply),
            ["down", "until", until @ ..] => {
                let until = local(&until.join(" "), at.date());
                Ok(Self::Down { until: until.ok_or("`down until` names a time")? })
            }
            ["phone", rest @ ..] => Self::phone(rest),
            ["link", link, verb @ ("opens" | "answers"), form @ ..] => {
                let form = (*verb == "answers").then(|| fields(form)).transpose()?;
                Ok(Self::Web {
                    who: String::new(),
                    ticket: None,
                    form,
                    link: Some((*link).to_owned()),
                })
            }
            [who, verb @ ("opens" | "answers"), form @ ..] => {
                let (who, ticket) = match who.split_once('(') {
                    Some((who, ticket)) => (who, Some(ticket.trim_end_matches(')').to_owned())),
                    None => (*who, None),
                };
                let form = (*verb == "answers").then(|| fields(form)).transpose()?;
                Ok(Self::Web { who: who.to_owned(), ticket, form, link: None })
            }
            [ticket, kind, facts @ ..] => Ok(Self::Event {
                tickets: range(ticket)?,
                kind: (*kind).to_owned(),
                facts: facts.iter().map(|word| Fact::parse(word)).collect::<Read<_>>()?,
            }),
            _ => Err(format!(
                "`{}` is neither an event nor anything else that happens",
                texts.join(" ")
            )),
        }
    }

    /// `phone [PERSON] WAY down|refuses|hangs|works`
    fn phone(words: &[&str]) -> Read<Self> {
        let (person, way, how) = match words {
            [way, how] => (None, way, how),
            [person, way, how] => (Some((*person).to_owned()), way, how),
            _ => {
                return Err("write `phone [PERSON] WAY down`, `refuses`, `hangs` or `works`".into());
            }
        };
        let how = match *how {
            "down" => Trouble::Down,
            "refuses" => Trouble::Refuses,
            "hangs" => Trouble::Hangs,
            "works" => Trouble::Works,
            other => {
                return Err(format!(
                    "a phone is `down`, `refuses`, `hangs` or `works`, not `{other}`"
                ));
            }
        };
        Ok(Self::Phone { person, way: (*way).to_owned(), how })
    }
}

fn fields(words: &[&str]) -> Read<Vec<(String, String)>> {
    let field = |word: &&str| {
        let (key, value) =
            word.split_once('=').ok_or_else(|| format!("`{word}` is no `key=value`"))?;
        Ok((key.to_owned(), value.to_owned()))
    };
    words.iter().map(field).collect()
}

/// `W1`, or `W1..W50` for all of them.
pub fn range(word: &str) -> Read<Vec<String>> {
    let Some((first, last)) = word.split_once("..") else { return Ok(vec![word.to_owned()]) };
    let number = |word: &str| {
        let digits = word.trim_start_matches(|c: char| !c.is_ascii_digit());
        let name = &word[..word.len() - digits.len()];
        digits.parse::<u32>().ok().map(|number| (name.to_owned(), number))
    };
    match (number(first), number(last)) {
        (Some((name, from)), Some((same, to))) if name == same && from <= to => {
            Ok((from..=to).map(|number| format!("{name}{number}")).collect())
        }
        _ => Err(format!("`{word}` is no range of tickets, like W1..W50")),
    }
}
