//! What the resident says, and what calls to them come to.
//!
//! The first valid answer of a round counts; the resident's own later answer replaces it for
//! a while, both are kept. Questions are taken one by one: what is left open stays open.

use serde_json::Value;

use super::{Answer, Said, Stage, Ticket, apply::waits_for_review, permit::Refused};
use crate::core::{
    callback::{Call, Channel, Rules},
    clock::due_after,
    event::{Event, Kind},
    policy::{Outcome, PolicySet},
    reply::{Reply, reply},
    trigger,
};

impl Said {
    /// The answers an event carries, as `reply::read` left them.
    fn of(event: &Event) -> Self {
        let word = |key: &str| match event.data.get(key)? {
            Value::String(text) => Some(text.clone()),
            Value::Bool(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
            Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
        };
        Self {
            contacted: word("contacted"),
            solved: word("solved"),
            satisfied: word("satisfied"),
            grade: word("grade"),
        }
    }

    /// Takes what `other` answers: over what stands here, or only where nothing does.
    fn take(&mut self, other: &Self, over: bool) {
        let pairs = [
            (&mut self.contacted, &other.contacted),
            (&mut self.solved, &other.solved),
            (&mut self.satisfied, &other.satisfied),
            (&mut self.grade, &other.grade),
        ];
        for (own, said) in pairs {
            if said.is_some() && (over || own.is_none()) {
                own.clone_from(said);
            }
        }
    }
}

impl Ticket {
    /// An answer of the resident, by whoever it was typed in.
    pub(super) fn answer(&mut self, set: &PolicySet, event: &Event) -> Result<(), Refused> {
        match reply(&set.reply, event) {
            None | Some(Reply::Answer) => {}
            Some(Reply::Stop) => {
                self.callback.opted_out = true;
                return Err(Refused::OnlyMessages("no more messages"));
            }
            Some(Reply::Start) => {
                self.callback.opted_out = false;
                return Err(Refused::OnlyMessages("messages again"));
            }
            Some(Reply::Unclear) => {
                let unclear = Kind::of("reply_unclear");
                if !self.seen.contains_key(&unclear) {
                    self.owe(unclear, "the reply is none of the answers");
                }
                return Err(Refused::Unclear);
            }
        }
        let channel = Channel::of(event);
        if channel.is_own_act() && self.round() > 1 && self.stage < Stage::Resolved {
            return Err(Refused::NotResolved(self.round()));
        }
        if set.reply.call_required && !channel.is_own_act() && event.text("call").is_none() {
            return Err(Refused::NoCallRecord);
        }
        self.keep_answer(set, event, channel)?;
        self.evaluate(event.at, Outcome::Answered, Some(channel));
        let redone = self.redo_condition(set, event).is_some();
        let waits = redone || waits_for_review(set, event) || self.ended.is_some();
        if !waits && trigger::solved(event).is_some() {
            self.owe(Kind::of("evaluated"), "answered");
        }
        Ok(())
    }

    fn keep_answer(
        &mut self,
        set: &PolicySet,
        event: &Event,
        channel: Channel,
    ) -> Result<(), Refused> {
        let (round, said) = (self.round(), Said::of(event));
        let Some(standing) = self.answers.iter_mut().find(|answer| answer.round == round) else {
            self.answers.push(Answer { round, at: event.at, channel, said, first: None });
            return Ok(());
        };
        let until = due_after(set, standing.at, set.reply.own_within);
        let replaces = channel.is_own_act() && event.at < until;
        let mut counts = standing.said.clone();
        counts.take(&said, replaces);
        if counts == standing.said {
            return Err(Refused::AlreadyAnswered);
        }
        let before = std::mem::replace(&mut standing.said, counts);
        if replaces {
            standing.first.get_or_insert(before);
            standing.channel = channel;
        }
        Ok(())
    }

    /// Somebody called the resident.
    pub(super) fn call_tried(&mut self, set: &PolicySet, event: &Event) -> Result<(), Refused> {
        match Call::of(event) {
            Call::Taken => {}
            Call::Refused => _ = self.callback.refused.get_or_insert(event.at),
            Call::Missed => {
                let rule = Rules::of(self, set).attempts;
                self.callback.miss(set, rule, event.at)?;
            }
        }
        Ok(())
    }

    /// A second look at a ticket that was closed: what the resident says now.
    pub(super) fn recheck(&mut self, event: &Event) {
        let said = Said::of(event);
        let (round, channel) = (self.round(), Channel::of(event));
        self.rechecks.push(Answer { round, at: event.at, channel, said, first: None });
    }

    /// The callback ended without an answer; an event that does not say how means that nobody was reached.
    pub(super) fn close_callback(&mut self, event: &Event) {
        let said = event.text("outcome");
        let named = Outcome::WITHOUT_ANSWER.into_iter().find(|(name, _)| Some(*name) == said);
        self.evaluate(event.at, named.map_or(Outcome::Unreached, |(_, outcome)| outcome), None);
    }
}
