//! What left the house: every letter a provider took, and what it says of it later.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use duban::channel::Letter;

/// A letter that a provider took.
#[derive(Clone, Debug)]
pub struct Taken {
    pub message_id: String,
    pub to: String,
    pub ticket: String,
    pub template: String,
    pub channel: &'static str,
    /// The provider's own number of it.
    pub id: String,
    /// It says where to answer.
    pub asks: bool,
}

#[derive(Debug, Default)]
struct Shelf {
    taken: Vec<Taken>,
    /// What a run has settled as sent: it must never leave again.
    settled: BTreeSet<String>,
    to: BTreeMap<String, String>,
    wrong: Vec<String>,
}

/// The providers behind all ways.
#[derive(Debug, Default)]
pub struct Post {
    shelf: Mutex<Shelf>,
}

impl Post {
    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a letter, and gives it a number.
    pub fn take(&self, letter: &Letter, channel: &'static str) -> String {
        let mut shelf = self.shelf();
        let message_id = letter.message_id.clone();
        if shelf.settled.contains(&message_id) {
            shelf.wrong.push(format!(
                "{message_id} ({}) was sent and settled, and left again",
                letter.template
            ));
        }
        let first = shelf.to.entry(message_id.clone()).or_insert_with(|| letter.to.clone());
        if *first != letter.to {
            shelf.wrong.push(format!("{message_id} left for two addresses"));
        }
        let id = format!("{channel}-{}", shelf.taken.len());
        shelf.taken.push(Taken {
            message_id,
            to: letter.to.clone(),
            ticket: letter.ticket.clone(),
            template: letter.template.clone(),
            channel,
            id: id.clone(),
            asks: !letter.links.is_empty(),
        });
        id
    }

    /// Letters from this one on.
    pub fn since(&self, from: usize) -> Vec<Taken> {
        self.shelf().taken.get(from..).unwrap_or_default().to_vec()
    }

    /// What is wrong with what left, told once.
    pub fn wrong(&self) -> Vec<String> {
        std::mem::take(&mut self.shelf().wrong)
    }

    /// These were written down as sent.
    pub fn settle(&self, ids: &[String]) {
        self.shelf().settled.extend(ids.iter().cloned());
    }

    pub fn has_taken(&self, message_id: &str) -> bool {
        self.shelf().to.contains_key(message_id)
    }

    /// How often each message left.
    pub fn times(&self) -> BTreeMap<String, usize> {
        let mut times = BTreeMap::new();
        for taken in &self.shelf().taken {
            *times.entry(taken.message_id.clone()).or_default() += 1;
        }
        times
    }
}
