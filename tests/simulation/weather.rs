//! How much goes wrong in a seed, in so many of ten thousand boundaries.

use crate::{
    chance::Chance,
    gate::{Boundary, Verdict},
    script::{DAY, HOUR},
};
use duban::store::Moment;

#[derive(Clone, Copy, Debug)]
pub struct Weather {
    pub nodes: usize,
    /// Tickets in one look.
    pub batch: i64,
    /// Nobody looks more often than this, milliseconds.
    pub grain: i64,
    store_fails: u32,
    send_fails: u32,
    crashes: u32,
    stops: u32,
    /// A node's clock jumps, in so many of ten thousand instants.
    pub jumps: u32,
    /// The whole store refuses every write for a while, likewise.
    pub full: u32,
    pub reloads: bool,
    /// A node is away after a crash for up to this, milliseconds.
    pub away: i64,
}

/// What becomes of a task at a boundary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fortune {
    GoesOn(Verdict),
    /// It stays where it is for so many steps of the world.
    Stops(u32),
    /// Its whole node dies.
    Dies,
}

impl Weather {
    pub fn of(chance: &mut Chance) -> Self {
        Self {
            nodes: 1 + chance.below(3),
            batch: *chance.one_of(&[1, 7, 500]),
            grain: *chance.one_of(&[0, 10 * 60_000, 6 * HOUR, DAY]),
            store_fails: *chance.one_of(&[0, 20, 300]),
            send_fails: *chance.one_of(&[0, 200, 2_000]),
            crashes: *chance.one_of(&[0, 10, 100]),
            stops: *chance.one_of(&[0, 50, 400]),
            jumps: *chance.one_of(&[0, 0, 50]),
            full: *chance.one_of(&[0, 0, 20]),
            reloads: chance.once_in(3_000),
            away: *chance.one_of(&[60_000, HOUR, 3 * DAY]),
        }
    }

    /// Nothing goes wrong any more.
    pub fn clear_up(&mut self) {
        (self.store_fails, self.send_fails, self.crashes, self.stops) = (0, 0, 0, 0);
        (self.jumps, self.full, self.reloads) = (0, 0, false);
    }

    pub fn at(&self, boundary: Boundary, is_full: bool, chance: &mut Chance) -> Fortune {
        let holds_the_writer = boundary == Boundary::Store(Moment::Commit);
        if is_full && holds_the_writer {
            return Fortune::GoesOn(Verdict::Fail);
        }
        if chance.once_in(self.crashes) {
            return Fortune::Dies;
        }
        if !holds_the_writer && chance.once_in(self.stops) {
            return Fortune::Stops(chance.below(40) as u32);
        }
        let fails = match boundary {
            Boundary::Store(_) => self.store_fails,
            Boundary::Send => self.send_fails,
        };
        if !chance.once_in(fails) {
            return Fortune::GoesOn(Verdict::Go);
        }
        Fortune::GoesOn(match (boundary, chance.below(4)) {
            (Boundary::Store(_), _) | (Boundary::Send, 0 | 1) => Verdict::Fail,
            (Boundary::Send, 2) => Verdict::AnswerLost,
            (Boundary::Send, _) => Verdict::Refuse,
        })
    }
}
