//! What happens to the ticket: events as both sides are told them.

use std::fmt;

use super::worktime::{Minute, told};

/// One event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// Its place in the script.
    pub number: usize,
    pub kind: &'static str,
    pub at: Minute,
    /// When it is heard of: not before it occurred.
    pub heard: Minute,
    pub unit: Option<&'static str>,
    pub urgency: Option<&'static str>,
    /// The kind of a pause.
    pub pause: Option<&'static str>,
    pub approver: Option<&'static str>,
    /// How much more time is asked for or granted; `None`: as much as the policy gives at once.
    pub span: Option<&'static str>,
    pub basis: bool,
    pub solved: bool,
    /// The round it speaks of, where it says so.
    pub round: Option<u32>,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", told(self.at), self.kind)?;
        let words = [self.unit, self.urgency, self.pause, self.span];
        for word in words.into_iter().flatten() {
            write!(f, " {word}")?;
        }
        if let Some(approver) = self.approver {
            write!(f, " by {approver}")?;
        }
        if let Some(round) = self.round {
            write!(f, " of round {round}")?;
        }
        match self.kind {
            "returned" if !self.basis => f.write_str(" without basis")?,
            "answered" => f.write_str(if self.solved { " solved" } else { " unsolved" })?,
            _ => {} // nothing more to say
        }
        if self.heard > self.at {
            write!(f, " (heard of {})", told(self.heard))?;
        }
        Ok(())
    }
}

/// Something to compare the two on.
#[derive(Clone, Debug, PartialEq)]
pub enum Turn {
    Tell(Told),
    /// Other policies hold from this minute on.
    Rules(Minute),
    /// Nobody looks from one minute to the other: the machine is down.
    Down(Minute, Minute),
}

/// Everything that happens to one ticket, and until when it is watched.
#[derive(Clone, PartialEq)]
pub struct Script {
    pub turns: Vec<Turn>,
    pub until: Minute,
}

/// A script as a trace to read.
impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for turn in &self.turns {
            match turn {
                Turn::Tell(event) => write!(f, "\n  {event}")?,
                Turn::Rules(at) => write!(f, "\n  {} other policies", told(*at))?,
                Turn::Down(from, to) => write!(f, "\n  {} down until {}", told(*from), told(*to))?,
            }
        }
        write!(f, "\n  {} the end", told(self.until))
    }
}

/// A due as both sides tell it.
pub fn due(at: Minute) -> String {
    format!("due {}", told(at))
}
