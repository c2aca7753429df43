//! A batch of decided tickets on its way into the store.

mod board;
mod book;
mod ledger;
mod slips;

use self::book::DecidedBook;
use super::{EngineError, Looked};
use crate::{
    core::{
        book::BookKind,
        cycle::{Advance, FoldAgain, advance, take_in},
        fact::{Fact, Line},
        journal::chain,
        message::{Message, Recipient},
        policy::PolicySet,
        record::Record,
        slip::SlipState,
        ticket::Ticket,
        timestamp::Timestamp,
    },
    rules::Rules,
    secret,
    store::{
        FlagWrite, JournalRow, JournalWrite, LinkWrite, Loaded, MessageWrite, SlipHeard,
        TicketWrite, ToldWrite, Writes,
    },
};

/// Why a ticket did not get into the batch at once.
pub enum BatchError {
    FoldAgain,
    Engine(EngineError),
}

impl From<EngineError> for BatchError {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

/// One ticket with what was decided on it.
struct Decided {
    head: Head,
    ticket: Ticket,
    advance: Advance,
    heard: Vec<SlipHeard>,
}

/// A ticket with its news taken in: what was known of its slips before, and the lines that say more.
struct Taken<'a> {
    ticket: Ticket,
    before: Vec<SlipState>,
    lines: &'a [Line],
}

/// The end of a journal, to which lines are added.
struct Head {
    key: i64,
    no: String,
    seq: i64,
    hash: String,
}

impl Head {
    fn of(loaded: &Loaded) -> Self {
        let (no, hash) = (loaded.no.clone(), loaded.head_hash.clone());
        Self { key: loaded.key, no, seq: loaded.head_seq, hash }
    }
}

/// Tickets decided in one look; `finish` turns them into writes.
#[derive(Default)]
pub struct Batch {
    pub writes: Writes,
    decided: Vec<Decided>,
    /// Ticket and key of each slip taken back in this look.
    taken_back: Vec<(i64, String)>,
    books: Vec<DecidedBook>,
    alarms: usize,
}

impl Batch {
    /// Decides a ticket on top of its stored state.
    pub fn take(
        &mut self,
        rules: &Rules,
        loaded: &Loaded,
        now: Timestamp,
    ) -> Result<(), BatchError> {
        if BookKind::of(&loaded.no) != BookKind::Ticket {
            return self.take_book(rules, loaded, now);
        }
        let state = loaded.state.as_deref().map(|text| read_state(loaded, text)).transpose()?;
        let set = rules.judge(state.as_ref()).map_err(EngineError::from)?;
        let mut ticket = state.unwrap_or_else(|| Ticket::new(loaded.no.clone(), set));
        let news = read_lines(&loaded.no, &loaded.news)?;
        let before = ticket.slips.clone();
        take_in(&mut ticket, set, &news).map_err(|FoldAgain| BatchError::FoldAgain)?;
        self.add(rules, set, loaded, Taken { ticket, before, lines: &news }, now);
        Ok(())
    }

    /// Decides a ticket after folding its whole journal.
    pub fn fold_again(
        &mut self,
        rules: &Rules,
        loaded: &Loaded,
        journal: &[JournalRow],
        now: Timestamp,
    ) -> Result<(), EngineError> {
        let lines = read_lines(&loaded.no, journal)?;
        if BookKind::of(&loaded.no) != BookKind::Ticket {
            return self.fold_book_again(rules, loaded, lines, now);
        }
        let first = rules.first_of(&lines)?.unwrap_or(&rules.current);
        let ticket = Ticket::fold_over(&loaded.no, rules, first, lines.clone());
        let set = rules.set(&ticket.judged_by).unwrap_or(first);
        let before = match loaded.state.as_deref() {
            Some(text) => read_state(loaded, text)?.slips,
            None => Vec::new(),
        };
        self.add(rules, set, loaded, Taken { ticket, before, lines: &lines }, now);
        Ok(())
    }

    fn add(
        &mut self,
        rules: &Rules,
        set: &PolicySet,
        loaded: &Loaded,
        taken: Taken<'_>,
        now: Timestamp,
    ) {
        let Taken { mut ticket, before, lines } = taken;
        self.withdraw_by_hand(&ticket, lines, loaded);
        let next_seq = loaded.head_seq + 1;
        let mut advance = advance(&mut ticket, set, &rules.org, next_seq, now);
        let news = lines.iter().filter(|line| line.seq > loaded.applied_seq);
        advance.tell(set, &rules.current, &ticket, news, next_seq);
        let heard = slips::heard(&ticket, &before, lines);
        // A late event may have taken a line out of the ledger: then the journal was folded whole.
        let is_whole = lines.iter().any(|line| line.seq <= loaded.applied_seq);
        let ledger = ledger::lines(loaded.key, &ticket);
        if is_whole || !ledger.is_empty() {
            self.writes.ledger_of.push(loaded.key);
            self.writes.ledger.extend(ledger);
        }
        self.decided.push(Decided { head: Head::of(loaded), ticket, advance, heard });
    }

    /// Slips that somebody withdrew with an event, as far as the ticket allowed it.
    fn withdraw_by_hand(&mut self, ticket: &Ticket, lines: &[Line], loaded: &Loaded) {
        for line in lines.iter().filter(|line| line.seq > loaded.applied_seq) {
            let refused = ticket.refused.iter().any(|refusal| refusal.seq == line.seq);
            if let (Fact::Event(event), false) = (&line.fact, refused) {
                let by_serial = |name: &str| slips::key_of_serial(&ticket.no, lines, name);
                self.withdraw(loaded.key, slips::withdrawal(event, by_serial));
            }
        }
    }

    /// Numbers the slips, seals the links and makes the writes. `firsts` answers `serials_wanted`.
    pub fn finish(
        &mut self,
        rules: &Rules,
        seal: &secret::Key,
        firsts: &[i64],
        now: Timestamp,
    ) -> Result<(), EngineError> {
        self.write_books(now);
        let mut serials = self.serials(rules, firsts, now);
        for mut decided in std::mem::take(&mut self.decided) {
            let set = rules.set(&decided.ticket.judged_by).unwrap_or(&rules.current);
            serials.number(set, &mut decided.advance, now);
            self.write(rules, set, seal, decided, now)?;
        }
        Ok(())
    }

    fn write(
        &mut self,
        rules: &Rules,
        set: &PolicySet,
        seal: &secret::Key,
        decided: Decided,
        now: Timestamp,
    ) -> Result<(), EngineError> {
        let Decided { mut head, ticket, advance, heard } = decided;
        let key = head.key;
        self.writes.heard.extend(heard);
        self.write_lines(&mut head, &advance, now);
        for (at, fact) in &advance.lines {
            match fact {
                Fact::Record(record @ Record::Slip { .. }) => {
                    let written = slips::issued(rules, set, key, &ticket, &advance, *at, record);
                    self.writes.slips.extend(written);
                }
                Fact::Record(Record::Alarm { .. }) => self.alarms += 1,
                Fact::Record(Record::Flag { flag, round, about, unit, evidence, .. }) => {
                    self.writes.flags.push(FlagWrite {
                        ticket_key: key,
                        ticket_no: ticket.no.clone(),
                        flag: flag.clone(),
                        round: *round,
                        about: about.clone(),
                        unit: unit.clone(),
                        at: *at,
                        evidence: serde_json::to_string(evidence).expect("evidence has text keys"),
                    });
                }
                Fact::Event(event) => self.withdraw(key, slips::withdrawal(event, |_| None)),
                Fact::Record(_) => {}
            }
        }
        for message in advance.messages {
            self.write_message(seal, key, message)?;
        }
        match board::line(set, key, &ticket) {
            Some(line) => self.writes.board.push(line),
            None => self.writes.off_board.push(key),
        }
        self.writes.tickets.push(TicketWrite {
            key,
            head_seq: head.seq,
            head_hash: head.hash,
            applied_seq: head.seq,
            state: serde_json::to_string(&ticket).expect("a ticket has only text keys"),
            next_look: advance.next_look,
            unit: ticket.unit.clone().unwrap_or_default(),
            policy: ticket.policy(set).map(|policy| policy.id.clone()).unwrap_or_default(),
            stage: ticket.stage_word().to_owned(),
            open: ticket.ended.is_none(),
        });
        Ok(())
    }

    /// Chains the new lines to the journal, and writes what they tell other journals.
    fn write_lines(&mut self, head: &mut Head, advance: &Advance, now: Timestamp) {
        for (at, fact) in &advance.lines {
            head.seq += 1;
            let (kind, body) = (fact.kind().to_owned(), fact.body());
            head.hash = chain(&head.hash, &head.no, head.seq, *at, now, &kind, &body);
            self.writes.journal.push(JournalWrite {
                ticket_key: head.key,
                seq: head.seq,
                at: *at,
                arrived: now,
                kind,
                body,
                dedupe: fact.dedupe_key(),
                hash: head.hash.clone(),
            });
        }
        for event in &advance.told {
            self.writes.told.push(ToldWrite {
                ticket: event.ticket.clone(),
                at: event.at,
                kind: event.kind.name().to_owned(),
                dedupe: event.dedupe_key(),
                body: Fact::Event(event.clone()).body(),
            });
        }
    }

    /// A message to a resident carries a fresh link: its token is sealed beside the message, its hash is the link.
    fn write_message(
        &mut self,
        seal: &secret::Key,
        ticket_key: i64,
        message: Message,
    ) -> Result<(), EngineError> {
        let mut sealed = None;
        let expires = message.facts.link_expires.filter(|_| message.facts.link);
        if let (Recipient::Resident, Some(expires)) = (&message.to, expires) {
            let token = secret::token()?;
            sealed = Some(seal.seal(&message.ticket, token.as_bytes())?);
            self.writes.links.push(LinkWrite {
                token_hash: secret::token_hash(&token),
                ticket_key,
                ticket_no: message.ticket.clone(),
                purpose: "rate".to_owned(),
                round: message.facts.round,
                expires,
            });
        }
        self.writes.messages.push(MessageWrite { message, ticket_key, sealed });
        Ok(())
    }

    /// What the batch adds up to.
    pub fn looked(&self) -> Looked {
        Looked {
            tickets: self.writes.tickets.len(),
            told: 0,
            slips: self.writes.slips.len(),
            messages: self.writes.messages.len(),
            alarms: self.alarms,
            withdrawn: self.writes.withdrawn.len(),
            parked: 0,
        }
    }
}

fn read_state(loaded: &Loaded, text: &str) -> Result<Ticket, EngineError> {
    serde_json::from_str(text).map_err(|error| unreadable(&loaded.no, &error))
}

/// The lines of a journal as the fold takes them.
pub fn read_lines(no: &str, rows: &[JournalRow]) -> Result<Vec<Line>, EngineError> {
    rows.iter()
        .map(|row| {
            let fact = Fact::read(&row.kind, &row.body).map_err(|error| unreadable(no, &error))?;
            Ok(Line { seq: row.seq, at: row.at, fact })
        })
        .collect()
}

fn unreadable(no: &str, error: &serde_json::Error) -> EngineError {
    EngineError::Unreadable { ticket: no.to_owned(), reason: error.to_string() }
}
