//! Where a simulation may let the store fail, or a node die.
//!
//! A daemon has no fate: [`super::Store::open`] gives none. Under one, every transaction
//! stops at three moments and goes on when it is told to; a future that is dropped there
//! is a node that died there.

use std::{fmt, io};

use futures_util::future::BoxFuture;

/// A moment of a transaction that writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Nothing is held and nothing was asked.
    Begin,
    /// All was written, nothing is kept yet; the writer is held.
    Commit,
    /// All is kept, and nobody was told: an error from here on is an answer that was lost.
    Committed,
}

/// What waits for a store at each of its moments.
pub trait Fate: fmt::Debug + Send + Sync {
    fn meet(&self, moment: Moment) -> BoxFuture<'_, io::Result<()>>;
}
