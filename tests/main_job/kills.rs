//! When the daemon is killed: at random moments of its work, the same ones for the same seed
//! as far as two processes on one machine can repeat themselves.

use std::{collections::BTreeSet, time::Duration};

use crate::{city::City, daemon::Daemon, ledger::Ledger, servers::Servers, wait::within};

/// A life that does not reach its moment is killed anyway.
const LIFE_MAX: Duration = Duration::from_secs(4);
const STARTING_MICROS: u64 = 500_000;
const LOOKED_AT_MAX: u64 = 120;
const MESSAGES_MAX: u64 = 60;
const AFTER_MICROS: u64 = 4_000;

/// Random numbers that a seed repeats (splitmix64).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }

    /// The moment of the next kill.
    pub fn moment(&mut self) -> Moment {
        let after = Duration::from_micros(self.below(AFTER_MICROS));
        match self.below(8) {
            0 => Moment::Starting(Duration::from_micros(self.below(STARTING_MICROS))),
            1..=3 => Moment::Looked { tickets: 1 + self.below(LOOKED_AT_MAX) as usize, after },
            _ => Moment::Sent { texts: 1 + self.below(MESSAGES_MAX) as usize, after },
        }
    }
}

/// One of three kinds of moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// So long after its start.
    Starting(Duration),
    /// So long after this many more tickets were looked at.
    Looked { tickets: usize, after: Duration },
    /// So long after the gateway had this many more texts.
    Sent { texts: usize, after: Duration },
}

impl Moment {
    /// Waits for it.
    pub fn wait(self, city: &City, servers: &Servers, daemon: &mut Daemon) {
        let mut reaches = |count: &dyn Fn() -> usize, more: usize, most: usize| {
            let goal = most.min(count() + more);
            within(LIFE_MAX, || {
                daemon.assert_runs();
                (count() >= goal).then_some(())
            })
        };
        let after = match self {
            Self::Starting(after) => after,
            Self::Looked { tickets, after } => {
                reaches(&|| Ledger::of(city).looked_at(), tickets, city.tickets);
                after
            }
            Self::Sent { texts, after } => {
                reaches(&|| servers.texts.count(), texts, usize::MAX);
                after
            }
        };
        within(after, || None::<()>);
    }
}

/// A kill that happened, with what the store knew right after it.
pub struct Kill {
    pub moment: Moment,
    /// Whether looks or messages still waited.
    pub in_work: bool,
    /// Keys of the messages that were sent, as the store knew it.
    pub sent: Vec<String>,
}

impl Kill {
    /// The same messages as servers know them.
    pub fn sent_ids(&self) -> BTreeSet<String> {
        self.sent.iter().map(|key| crate::city::message_id(key)).collect()
    }
}

/// How many kills there were of each kind.
pub fn told(kills: &[Kill]) -> String {
    let count = |is: fn(&Moment) -> bool| {
        kills.iter().filter(|kill| kill.in_work && is(&kill.moment)).count()
    };
    format!(
        "{} while starting, {} while looking, {} while sending",
        count(|moment| matches!(moment, Moment::Starting(_))),
        count(|moment| matches!(moment, Moment::Looked { .. })),
        count(|moment| matches!(moment, Moment::Sent { .. })),
    )
}
