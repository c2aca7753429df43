//! What a story expects of a moment.

use crate::{
    language::{Read, range},
    words::Fact,
};

/// An expectation with its place.
pub struct Wish {
    pub line: usize,
    /// The ticket it is about, where the line names it (`W1: slip ...`), or several.
    pub ticket: Option<Vec<String>>,
    /// The ticket of the event above, meant where a line about a ticket names none.
    pub near: Option<String>,
    pub what: Expectation,
}

/// One thing that has to be so.
pub enum Expectation {
    /// A slip is issued now, and these messages of it arrive now.
    Slip {
        step: Place,
        facts: Vec<Fact>,
        told: Vec<Told>,
    },
    /// Messages of this template arrive now that belong to no slip of now: held back by quiet
    /// hours, digests, questions to residents.
    Message {
        template: String,
        facts: Vec<Fact>,
        told: Vec<Told>,
    },
    /// The letters of the expectation above hold (or do not hold) a text.
    Says {
        way: Option<String>,
        not: bool,
        text: String,
    },
    /// A slip is withdrawn now.
    Withdrawn {
        step: Place,
        facts: Vec<Fact>,
    },
    /// An event of this kind is refused now.
    Refused {
        kind: String,
        facts: Vec<Fact>,
    },
    /// A role had nobody in it.
    Alarm {
        role: String,
        facts: Vec<Fact>,
    },
    Flag {
        flag: String,
        facts: Vec<Fact>,
    },
    /// A message is given up now.
    Undelivered {
        person: String,
        way: String,
        facts: Vec<Fact>,
    },
    /// A message is dropped now because its reason is gone.
    Dropped {
        person: String,
        way: String,
        facts: Vec<Fact>,
    },
    /// A record is written now.
    Record {
        kind: String,
        facts: Vec<Fact>,
    },
    /// An event is added now that the story did not tell.
    Event {
        kind: String,
        facts: Vec<Fact>,
    },
    /// So far nothing of the sort is in the journal of the ticket.
    Never {
        what: Sort,
        name: String,
        facts: Vec<Fact>,
    },
    Clock {
        name: String,
        unit: Option<String>,
        states: Vec<String>,
        facts: Vec<Fact>,
    },
    Ticket {
        facts: Vec<Fact>,
    },
    /// So many rows of a table of the store hold these values.
    Table {
        name: String,
        count: i64,
        facts: Vec<Fact>,
    },
    /// What a `[[count]]` counted in a period, ranked, beside an earlier one.
    Counted {
        rule: String,
        period: Option<String>,
        before: Option<String>,
        facts: Vec<Fact>,
    },
    /// What a ledger holds and held: opening, admitted, struck off.
    Ledger {
        list: String,
        period: Option<String>,
        facts: Vec<Fact>,
    },
    /// The event does not get in, and why.
    Rejected {
        text: String,
    },
    /// The event was known already.
    Duplicate,
    /// What came back from the web.
    Page {
        status: u16,
        text: Option<String>,
    },
    /// Nobody hears of anything now.
    Nothing,
}

/// What `no` can be said of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Slip,
    Record,
    Event,
    Clock,
    Flag,
}

/// `KIND [CLOCK [STEP]]`
pub struct Place {
    pub kind: String,
    pub clock: Option<String>,
    pub step: Option<String>,
}

/// One message somebody gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// A person's id, or the role the message went to.
    pub name: String,
    pub way: String,
    pub cc: bool,
}

/// Ways a policy can name.
pub const WAYS: [&str; 6] = ["im", "sms", "email", "voice", "print", "digest"];

impl Expectation {
    /// Reads the words of an expectation; `None` if they are none.
    pub fn parse(words: &[String]) -> Read<Option<(Option<Vec<String>>, Self)>> {
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        let ticket = match words.first().and_then(|word| word.strip_suffix(':')) {
            Some(ticket) if !ticket.is_empty() => {
                words.remove(0);
                Some(range(ticket)?)
            }
            Some(_) | None => None,
        };
        let arrow = words.iter().position(|word| *word == "->");
        let told = arrow.map(|at| told(&words.split_off(at)[1..])).transpose()?;
        let Some(first) = words.first().copied() else { return Ok(None) };
        let takes_told = matches!(first, "slip" | "message");
        if told.is_some() && !takes_told {
            return Err(format!("`->` belongs behind `slip` or `message`, not `{first}`"));
        }
        let told = told.unwrap_or_default();
        let (names, facts) = names_and_facts(&words[1..])?;
        let name = |index: usize| names.get(index).map(|name| (*name).to_owned());
        let need = |index: usize, what: &str| {
            name(index).ok_or_else(|| format!("behind `{first}` stands {what}"))
        };
        let at_most = |count: usize| match names.get(count) {
            None => Ok(()),
            Some(extra) => Err(format!("`{extra}` is too much behind `{first}`")),
        };
        let what = match first {
            "slip" => {
                at_most(3)?;
                Self::Slip { step: place(&names)?, facts, told }
            }
            "message" => {
                at_most(1)?;
                Self::Message { template: need(0, "a template")?, facts, told }
            }
            "says" => Self::says(&names)?,
            "withdrawn" => {
                at_most(3)?;
                Self::Withdrawn { step: place(&names)?, facts }
            }
            "refused" => {
                at_most(2)?;
                let facts = with_text(facts, "reason", name(1));
                Self::Refused { kind: need(0, "the kind of an event")?, facts }
            }
            "alarm" => {
                at_most(1)?;
                Self::Alarm { role: need(0, "a role")?, facts }
            }
            "flag" => {
                at_most(1)?;
                Self::Flag { flag: need(0, "a flag")?, facts }
            }
            "undelivered" | "dropped" => {
                at_most(3)?;
                let facts = with_text(facts, "reason", name(2));
                let (person, way) = (need(0, "a person")?, need(1, "a way")?);
                if first == "dropped" {
                    Self::Dropped { person, way, facts }
                } else {
                    Self::Undelivered { person, way, facts }
                }
            }
            "journal" => {
                at_most(1)?;
                Self::Record { kind: need(0, "the kind of a record")?, facts }
            }
            "event" => {
                at_most(1)?;
                Self::Event { kind: need(0, "the kind of an event")?, facts }
            }
            "no" => {
                at_most(2)?;
                let what = match need(0, "`slip`, `journal`, `event`, `flag` or `clock`")?.as_str()
                {
                    "slip" => Sort::Slip,
                    "journal" => Sort::Record,
                    "event" => Sort::Event,
                    "clock" => Sort::Clock,
                    "flag" => Sort::Flag,
                    other => return Err(format!("`no {other}` cannot be said")),
                };
                Self::Never { what, name: need(1, "a name")?, facts }
            }
            "clock" => {
                let clock = need(0, "a clock")?;
                let (clock, unit) = match clock.split_once('@') {
                    Some((clock, unit)) => (clock.to_owned(), Some(unit.to_owned())),
                    None => (clock, None),
                };
                let states = names[1..].iter().map(|state| (*state).to_owned()).collect();
                Self::Clock { name: clock, unit, states, facts }
            }
            "ticket" => {
                at_most(0)?;
                Self::Ticket { facts }
            }
            "table" => {
                at_most(2)?;
                let count = need(1, "how many rows")?;
                let count = count.parse().map_err(|_| format!("`{count}` is no number"))?;
                Self::Table { name: need(0, "a table")?, count, facts }
            }
            "counted" => {
                at_most(3)?;
                Self::Counted { rule: need(0, "a count")?, period: name(1), before: name(2), facts }
            }
            "ledger" => {
                at_most(2)?;
                Self::Ledger { list: need(0, "a list")?, period: name(1), facts }
            }
            "rejected" => Self::Rejected { text: need(0, "why")? },
            "duplicate" => Self::Duplicate,
            "page" => {
                at_most(2)?;
                let status = need(0, "a status")?;
                let status = status.parse().map_err(|_| format!("`{status}` is no status"))?;
                Self::Page { status, text: name(1) }
            }
            "nothing" => Self::Nothing,
            _ if ticket.is_some() => return Err(format!("`{first}` is no expectation")),
            _ => return Ok(None),
        };
        Ok(Some((ticket, what)))
    }

    /// `says [WAY] [not] TEXT`
    fn says(names: &[&str]) -> Read<Self> {
        let (mut way, mut not, mut rest) = (None, false, names);
        if let [first, more @ ..] = rest
            && WAYS.contains(first)
            && !more.is_empty()
        {
            (way, rest) = (Some((*first).to_owned()), more);
        }
        if let ["not", more @ ..] = rest
            && !more.is_empty()
        {
            (not, rest) = (true, more);
        }
        let [text] = rest else { return Err("behind `says` stands one text in quotes".to_owned()) };
        Ok(Self::Says { way, not, text: (*text).to_owned() })
    }
}

fn place(names: &[&str]) -> Read<Place> {
    let name = |index: usize| names.get(index).map(|name| (*name).to_owned());
    let kind = name(0).ok_or("a slip has a kind: `slip green resolve due-1wd`")?;
    Ok(Place { kind, clock: name(1), step: name(2) })
}

/// A text behind the names is a fact like any other: what the reason contains.
fn with_text(mut facts: Vec<Fact>, key: &str, text: Option<String>) -> Vec<Fact> {
    facts.extend(text.map(|value| Fact {
        key: key.to_owned(),
        how: crate::words::How::Has,
        value,
    }));
    facts
}

/// Words with the shape of a fact are facts, unless they hold blanks: those are texts.
fn names_and_facts<'w>(words: &[&'w str]) -> Read<(Vec<&'w str>, Vec<Fact>)> {
    let (mut names, mut facts) = (Vec::new(), Vec::new());
    for word in words {
        let key = word.split(['=', '~']).next().unwrap_or_default();
        if Fact::is(word) && !key.contains(char::is_whitespace) && !key.contains('+') {
            facts.push(Fact::parse(word)?);
        } else {
            names.push(*word);
        }
    }
    Ok((names, facts))
}

/// `p11 im sms, p10 p09 im, cc p06 email`
fn told(words: &[&str]) -> Read<Vec<Told>> {
    let mut all = Vec::new();
    let line = words.join(" ");
    if line == "nobody" {
        return Ok(all);
    }
    for group in line.split([',', ';']) {
        let mut words = group.split_whitespace().peekable();
        let cc = words.next_if_eq(&"cc").is_some();
        let (mut names, mut ways) = (Vec::new(), Vec::new());
        for word in words {
            if WAYS.contains(&word) {
                ways.push(word);
            } else if ways.is_empty() {
                names.push(word);
            } else {
                return Err(format!("`{word}` is no way; write a comma before the next person"));
            }
        }
        if names.is_empty() || ways.is_empty() {
            return Err(format!("`{}` names no person with a way", group.trim()));
        }
        for name in names {
            all.extend(ways.iter().map(|way| Told {
                name: name.to_owned(),
                way: (*way).to_owned(),
                cc,
            }));
        }
    }
    Ok(all)
}
