//! Journals that are not of tickets, on their way through a batch.

use std::sync::Arc;

use super::{Batch, BatchError, Head, read_lines, unreadable};
use crate::{
    core::{
        book::{Book, BookKind},
        cycle::{Advance, FoldAgain},
        fact::Line,
        policy::PolicySet,
        timestamp::Timestamp,
    },
    engine::EngineError,
    rules::{Rules, RulesError},
    store::{Loaded, TicketWrite},
};

/// One book with what was decided on it.
pub(super) struct DecidedBook {
    head: Head,
    book: Book,
    advance: Advance,
}

impl Batch {
    /// Decides a book on top of its stored state.
    pub(super) fn take_book(
        &mut self,
        rules: &Rules,
        loaded: &Loaded,
        now: Timestamp,
    ) -> Result<(), BatchError> {
        let stored = loaded.state.as_deref().map(serde_json::from_str::<Book>).transpose();
        let stored = stored.map_err(|error| unreadable(&loaded.no, &error))?;
        let mut book = stored.unwrap_or_else(|| Book::new(&loaded.no, &rules.current));
        let news = read_lines(&loaded.no, &loaded.news)?;
        let judge = judge(rules, book.judged_by())?;
        book.take_in(judge, &news).map_err(|FoldAgain| BatchError::FoldAgain)?;
        self.add_book(rules, loaded, book, now);
        Ok(())
    }

    /// Decides a book after folding its whole journal.
    pub(super) fn fold_book_again(
        &mut self,
        rules: &Rules,
        loaded: &Loaded,
        lines: Vec<Line>,
        now: Timestamp,
    ) -> Result<(), EngineError> {
        let first = rules.first_of(&lines)?.unwrap_or(&rules.current);
        let book = Book::fold_over(&loaded.no, rules, first, lines);
        self.add_book(rules, loaded, book, now);
        Ok(())
    }

    /// The triggers in force judge what comes from here on, whatever judged before.
    fn add_book(&mut self, rules: &Rules, loaded: &Loaded, mut book: Book, now: Timestamp) {
        let advance = book.advance(&rules.current, &rules.org, now);
        self.books.push(DecidedBook { head: Head::of(loaded), book, advance });
    }

    /// Turns decided books into writes.
    pub(super) fn write_books(&mut self, now: Timestamp) {
        for DecidedBook { mut head, book, advance } in std::mem::take(&mut self.books) {
            self.write_lines(&mut head, &advance, now);
            self.writes.tickets.push(TicketWrite {
                key: head.key,
                stage: BookKind::of(&head.no).name().to_owned(),
                head_seq: head.seq,
                head_hash: head.hash,
                applied_seq: head.seq,
                state: serde_json::to_string(&book).expect("a book has only text keys"),
                next_look: advance.next_look,
                unit: String::new(),
                policy: book.rule().to_owned(),
                open: book.is_open(),
                service: None,
                requested: None,
            });
        }
    }
}

fn judge<'r>(rules: &'r Rules, hash: &str) -> Result<&'r Arc<PolicySet>, EngineError> {
    Ok(rules.set(hash).ok_or_else(|| RulesError::Missing(hash.to_owned()))?)
}
