//! Messages that did not arrive: who is told instead, with the proof in the journal.

use super::{Dispatch, gate};
use crate::{
    core::{
        delivery::not_before_staff,
        fallback::{FallbackRule, Hope, Onward, Told, onward},
        message::{Message, Recipient},
        policy::Via,
        record::Record,
        ticket::Ticket,
        timestamp::Timestamp,
    },
    rules::Rules,
    store::{MessageRow, MessageWrite, NewEntry, Offer, Proof, StoreError, Undelivered},
};

/// Undelivered messages in memory at one time.
const BATCH: i64 = 200;

/// What a run of the fallback did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FellBack {
    /// Receipts that found their messages.
    pub matched: usize,
    /// Messages that go on by another way or to somebody else.
    pub went_on: usize,
    /// Messages after which nobody is left to tell.
    pub nobody: usize,
}

/// When a message has to be delivered by; `None`: nothing follows if it is not.
pub(super) fn due(rules: &Rules, message: &Message, now: Timestamp) -> Option<Timestamp> {
    let rule = rules.current.noise.fallback.as_ref()?;
    let carries = message.slip.is_some() && matches!(message.to, Recipient::Staff { .. });
    let by_hand = [Via::Digest, Via::Print].map(Via::name).contains(&message.via.as_str());
    (carries && !by_hand).then(|| now.plus_ms(rule.within_ms))
}

/// What shows that a provider took the message: its numbers, and the line in the journal.
pub(super) fn proof(
    rules: &Rules,
    offer: &Offer,
    channel: &str,
    ids: &[String],
    now: Timestamp,
) -> Proof {
    if ids.is_empty() || offer.message.ticket.is_empty() {
        return Proof::default(); // this channel sends no receipts, or there is no journal for them
    }
    let Offer { message, attempt, .. } = offer;
    let (to, channel) = (message.to.name().to_owned(), channel.to_owned());
    let record = Record::Sent { message: message.key.clone(), to, channel };
    let dedupe = format!("duban/sent/{}/{attempt}", message.key);
    Proof {
        parts: ids.to_vec(),
        address: None,
        receipt_due: due(rules, message, now),
        entry: Some(NewEntry::of_record(&message.ticket, record, dedupe, now)),
    }
}

impl Dispatch {
    /// Matches receipts with messages and sends on what was not delivered by `now`.
    pub async fn fall_back(&self, now: Timestamp) -> Result<FellBack, StoreError> {
        let mut done =
            FellBack { matched: self.store.match_receipts(now).await?, ..FellBack::default() };
        loop {
            let undelivered = self.store.undelivered(BATCH, now).await?;
            let count = undelivered.len();
            for one in undelivered {
                self.send_on(one, &mut done, now).await?;
            }
            if (count as i64) < BATCH {
                return Ok(done);
            }
        }
    }

    async fn send_on(
        &self,
        one: Undelivered,
        done: &mut FellBack,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let rules = self.rules.load_full();
        let ticket: Option<Ticket> =
            one.ticket_state.as_deref().and_then(|state| serde_json::from_str(state).ok());
        let gone = gate::why_dropped(&one.message, one.slip_withdrawn, ticket.as_ref(), now);
        let rule = rules.current.noise.fallback.as_ref().filter(|_| gone.is_none());
        let Some(rule) = rule else {
            return self.store.fall_back(one.id, None, None, now).await.map(drop);
        };
        let others = self.store.messages(one.ticket_key).await?;
        let follows = follows(&rules, rule, &one, &others, now);
        let (next, message) = match follows {
            Onward::Enough => {
                return self.store.fall_back(one.id, None, None, now).await.map(drop);
            }
            Onward::Nobody => (None, None),
            Onward::Goes(mut message) => {
                let via = Via::of(&message.via).unwrap_or(Via::Sms);
                let night = gate::fires_at_night(&rules, &message, ticket.as_ref());
                message.not_before = not_before_staff(&rules.current, via, night, now);
                (Some(format!("{} by {}", message.to.name(), message.via)), Some(*message))
            }
        };
        let why = why(&one);
        let record = Record::FellBack { message: one.message.key.clone(), why, next };
        let dedupe = format!("duban/fell_back/{}", one.message.key);
        let entry = NewEntry::of_record(&one.message.ticket, record, dedupe, now);
        let went_on = message.is_some();
        let ticket_key = one.ticket_key;
        let write = message.map(|message| MessageWrite { message, ticket_key, sealed: None });
        if self.store.fall_back(one.id, Some(&entry), write, now).await? {
            done.went_on += usize::from(went_on);
            done.nobody += usize::from(!went_on);
        }
        Ok(())
    }
}

fn follows(
    rules: &Rules,
    rule: &FallbackRule,
    one: &Undelivered,
    others: &[MessageRow],
    now: Timestamp,
) -> Onward {
    let of_slip =
        others.iter().filter(|row| row.id != one.id && row.message.slip == one.message.slip);
    let told: Vec<Told<'_>> = of_slip
        .map(|row| Told { person: row.message.to.name(), via: &row.message.via, hope: hope(row) })
        .collect();
    onward(&rules.current, &rules.org, rule, &one.message, &told, now)
}

fn hope(row: &MessageRow) -> Hope {
    match (row.state.as_str(), row.delivery.as_deref(), row.receipt_due) {
        ("gave_up" | "dropped", _, _) | (_, Some("failed" | "never"), _) => Hope::Lost,
        ("waiting", _, _) | (_, None, Some(_)) => Hope::Open,
        (_, None, None) if row.parts > 0 => Hope::Lost, // its receipt never came
        _ => Hope::Reached,
    }
}

/// Why the message counts as not delivered, in words without any address.
fn why(one: &Undelivered) -> String {
    let (who, via) = (one.message.to.name(), &one.message.via);
    let code = one.delivery_code.as_deref().filter(|code| !code.is_empty());
    let code = code.map(|code| format!(" ({code})")).unwrap_or_default();
    match one.delivery.as_deref() {
        Some("never") => format!("{who} cannot be reached by {via}{code}"),
        Some(_) => format!("{via} to {who} was not delivered{code}"),
        None if one.state == "gave_up" => format!("{via} to {who} was given up"),
        None => format!("no receipt of {via} to {who} came in time"),
    }
}
