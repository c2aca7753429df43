//! A batch of decided tickets on its way into the store.

mod book;

use std::collections::BTreeMap;

use self::book::DecidedBook;
use super::{EngineError, Looked};
use crate::{
    core::{
        book::BookKind,
        cycle::{Advance, FoldAgain, advance, take_in},
        event::Kind,
        fact::{Fact, Line},
        journal::chain,
        message::{Message, Recipient},
        policy::PolicySet,
        record::Record,
        ticket::Ticket,
        timestamp::Timestamp,
    },
    rules::Rules,
    secret,
    store::{
        JournalRow, JournalWrite, LinkWrite, Loaded, MessageWrite, SlipWithdrawal, SlipWrite,
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
        take_in(&mut ticket, set, &news).map_err(|FoldAgain| BatchError::FoldAgain)?;
        self.add(rules, set, loaded, ticket, &news, now);
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
        let news: Vec<Line> =
            lines.iter().filter(|line| line.seq > loaded.applied_seq).cloned().collect();
        let ticket = Ticket::fold_over(&loaded.no, rules, first, lines);
        let set = rules.set(&ticket.judged_by).unwrap_or(first);
        self.add(rules, set, loaded, ticket, &news, now);
        Ok(())
    }

    fn add(
        &mut self,
        rules: &Rules,
        set: &PolicySet,
        loaded: &Loaded,
        mut ticket: Ticket,
        news: &[Line],
        now: Timestamp,
    ) {
        self.withdraw_by_hand(&ticket, news);
        let next_seq = loaded.head_seq + 1;
        let mut advance = advance(&mut ticket, set, &rules.org, next_seq, now);
        advance.tell(&rules.current, &ticket, news, next_seq);
        let head = Head::of(loaded);
        self.decided.push(Decided { head, ticket, advance });
    }

    /// Slips that somebody withdrew with an event, as far as the ticket allowed it.
    fn withdraw_by_hand(&mut self, ticket: &Ticket, news: &[Line]) {
        for line in news {
            let refused = ticket.refused.iter().any(|refusal| refusal.seq == line.seq);
            if !refused {
                self.write_withdrawal(&line.fact);
            }
        }
    }

    /// How many numbers of which series the slips of this batch need.
    pub fn serials_wanted(&self, rules: &Rules, now: Timestamp) -> Vec<(String, i32, i64)> {
        let mut wanted: BTreeMap<(String, i32), i64> = BTreeMap::new();
        for decided in &self.decided {
            let set = rules.set(&decided.ticket.judged_by).unwrap_or(&rules.current);
            for record in decided.advance.records() {
                if let Some(series) = series_of(set, record) {
                    *wanted.entry((series.to_owned(), year_of(set, now))).or_default() += 1;
                }
            }
        }
        wanted.into_iter().map(|((series, year), count)| (series, year, count)).collect()
    }

    /// Numbers the slips, seals the links and makes the writes. `firsts` answers `serials_wanted`.
    pub fn finish(
        &mut self,
        rules: &Rules,
        seal: &secret::Key,
        firsts: &[i64],
        now: Timestamp,
    ) -> Result<(), EngineError> {
        let wanted = self.serials_wanted(rules, now);
        let mut next: BTreeMap<String, i64> =
            wanted.into_iter().map(|(series, _, _)| series).zip(firsts.iter().copied()).collect();
        self.write_books(now);
        for mut decided in std::mem::take(&mut self.decided) {
            let set = rules.set(&decided.ticket.judged_by).unwrap_or(&rules.current);
            number(set, &mut decided.advance, &mut next, now);
            self.write(set, seal, decided, now)?;
        }
        Ok(())
    }

    fn write(
        &mut self,
        set: &PolicySet,
        seal: &secret::Key,
        decided: Decided,
        now: Timestamp,
    ) -> Result<(), EngineError> {
        let Decided { mut head, ticket, advance } = decided;
        let key = head.key;
        self.write_lines(&mut head, &advance, now);
        for (at, fact) in &advance.lines {
            self.write_fact(key, &ticket, *at, fact);
        }
        for message in advance.messages {
            self.write_message(seal, key, message)?;
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
            stage: ticket.stage.name().to_owned(),
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

    fn write_fact(&mut self, key: i64, ticket: &Ticket, at: Timestamp, fact: &Fact) {
        match fact {
            Fact::Record(Record::Slip {
                key: step,
                slip,
                at: text,
                due,
                serial,
                reply_due,
                unit,
                to,
                cc,
                ..
            }) => {
                let recipients = serde_json::json!({ "to": to, "cc": cc }).to_string();
                self.writes.slips.push(SlipWrite {
                    key: step.text(&ticket.no),
                    ticket_key: key,
                    ticket_no: ticket.no.clone(),
                    round: step.clock.round,
                    clock: step.clock.name.clone(),
                    unit: unit.clone(),
                    step: text.clone(),
                    kind: slip.clone(),
                    serial: serial.clone(),
                    due: Some(*due),
                    at,
                    reply_due: *reply_due,
                    recipients,
                });
            }
            Fact::Record(Record::Alarm { .. }) => self.alarms += 1,
            Fact::Event(_) => self.write_withdrawal(fact),
            Fact::Record(_) => {}
        }
    }

    fn write_withdrawal(&mut self, fact: &Fact) {
        let Fact::Event(event) = fact else { return };
        if event.kind == Kind::SlipWithdrawn {
            self.writes.withdrawn.push(SlipWithdrawal {
                key: event.text("slip").unwrap_or_default().to_owned(),
                reason: event.text("reason").unwrap_or_default().to_owned(),
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
        if let (Recipient::Resident, Some(expires)) = (&message.to, message.expires) {
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

/// Gives every slip of the advance its number, in the record and in its messages.
fn number(
    set: &PolicySet,
    advance: &mut Advance,
    next: &mut BTreeMap<String, i64>,
    now: Timestamp,
) {
    let mut of_slip: BTreeMap<String, String> = BTreeMap::new();
    let no = advance.messages.first().map(|message| message.ticket.clone()).unwrap_or_default();
    for (_, fact) in &mut advance.lines {
        let Fact::Record(record) = fact else { continue };
        let Some(series) = series_of(set, record).map(str::to_owned) else { continue };
        let number = next.get_mut(&series).expect("serials were taken for every series");
        if let Record::Slip { key, serial, .. } = record {
            let text = format!("{series}〔{}〕{number}号", year_of(set, now));
            *number += 1;
            of_slip.insert(key.text(&no), text.clone());
            *serial = Some(text);
        }
    }
    for message in &mut advance.messages {
        message.facts.serial = message.slip.as_ref().and_then(|slip| of_slip.get(slip)).cloned();
    }
}

fn series_of<'s>(set: &'s PolicySet, record: &Record) -> Option<&'s str> {
    let Record::Slip { slip, .. } = record else { return None };
    set.slips.get(slip).map(|kind| kind.serial.as_str()).filter(|serial| !serial.is_empty())
}

fn year_of(set: &PolicySet, now: Timestamp) -> i32 {
    i32::from(set.calendar.date_of(now).year())
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
