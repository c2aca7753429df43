//! Fallback: a message that was not delivered goes on, until somebody who can act has it.
//!
//! First the same person by the next way they can be reached by, then whoever stands in for
//! them, then the next higher level. Nobody gets the same slip twice by the same way, and a
//! person whom another message of the slip has reached, or may still reach, is left alone.
//!
//! Invariants, each a test of the same name:
//! * `whoever_was_reached_is_left_alone`
//! * `it_goes_on_by_way_then_stand_in_then_level`

use std::collections::BTreeSet;

use super::{
    message::{Message, Recipient},
    org::Org,
    policy::{PolicySet, Via},
    timestamp::Timestamp,
};

/// Where in a message's key the part begins that a fallback adds.
const MARK: &str = "/fb/";

/// When a message counts as not delivered, and the ways it goes on by, the first one first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FallbackRule {
    pub within_ms: i64,
    pub ways: Vec<Via>,
}

/// Another message of the same slip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told<'a> {
    pub person: &'a str,
    pub via: &'a str,
    pub hope: Hope,
}

/// What can be hoped of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hope {
    /// It was delivered, or left by a way that has no receipts.
    Reached,
    /// It waits, or its receipt is still to come.
    Open,
    /// It did not arrive.
    Lost,
}

/// What follows on a message that did not arrive.
#[derive(Clone, Debug, PartialEq)]
pub enum Onward {
    /// The person has it, or may still get it, in another way.
    Enough,
    Goes(Box<Message>),
    /// There is nobody left.
    Nobody,
}

/// What follows on `message`, which was not delivered; `told` are all messages of its slip but itself.
pub fn onward(
    set: &PolicySet,
    org: &Org,
    rule: &FallbackRule,
    message: &Message,
    told: &[Told<'_>],
    now: Timestamp,
) -> Onward {
    let Recipient::Staff { unit, role, person, cc, .. } = &message.to else {
        return Onward::Nobody;
    };
    let person = person.as_deref().unwrap_or_default();
    let of_person = || told.iter().filter(|one| one.person == person);
    if of_person().any(|one| one.hope != Hope::Lost) {
        return Onward::Enough;
    }
    let fresh = |who: &str| {
        let has_way = |via: &Via| {
            let is_told = told.iter().any(|one| one.person == who && one.via == via.name());
            let is_this = who == person && message.via == via.name();
            let reaches = org.people.get(who).is_some_and(|one| one.address(*via, now).is_some());
            reaches && !is_told && !is_this
        };
        rule.ways.iter().copied().find(has_way)
    };
    if let Some(via) = fresh(person) {
        return goes(message, message.to.clone(), person, via);
    }
    let mut known: BTreeSet<&str> = told.iter().map(|one| one.person).collect();
    known.insert(person);
    while let Some(seat) = org.onward(set, unit, role, &known, now) {
        if let Some(via) = fresh(seat.person) {
            let to = Recipient::Staff {
                unit: seat.post.unit.clone(),
                role: seat.post.role.clone(),
                person: Some(seat.person.to_owned()),
                away: seat.away.map(str::to_owned),
                cc: *cc,
            };
            return goes(message, to, seat.person, via);
        }
        known.insert(seat.person);
    }
    Onward::Nobody
}

fn goes(message: &Message, to: Recipient, person: &str, via: Via) -> Onward {
    let root = message.key.split(MARK).next().unwrap_or_default();
    Onward::Goes(Box::new(Message {
        key: format!("{root}{MARK}{person}/{}", via.name()),
        to,
        via: via.name().to_owned(),
        ..message.clone()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{core::message::Facts, policies};

    const NOW: Timestamp = Timestamp(1_778_116_320_000);

    fn message(person: &str, role: &str, via: &str) -> Message {
        Message {
            key: format!("W1/r1/accept//0/1.0.0/{person}/{via}"),
            ticket: "W1".to_owned(),
            slip: Some("W1/r1/accept//0/1.0.0".to_owned()),
            with: Vec::new(),
            to: Recipient::Staff {
                unit: "cx-scjg".to_owned(),
                role: role.to_owned(),
                person: Some(person.to_owned()),
                away: None,
                cc: false,
            },
            via: via.to_owned(),
            template: "staff.yellow".to_owned(),
            facts: Facts::default(),
            not_before: NOW,
            expires: None,
        }
    }

    /// Who follows on a message by SMS to the liaison of the shipped organisation, as `person way`.
    fn after(told: &[(&str, &str, Hope)]) -> String {
        let loaded = policies::load_embedded("cn", NOW).expect("it is shipped");
        let (set, org) = (loaded.set.expect("a good set"), loaded.org.expect("it has people"));
        let rule = FallbackRule { within_ms: 600_000, ways: vec![Via::Sms, Via::Email] };
        let told: Vec<Told<'_>> =
            told.iter().map(|(person, via, hope)| Told { person, via, hope: *hope }).collect();
        match onward(&set, &org, &rule, &message("p11", "liaison", "sms"), &told, NOW) {
            Onward::Enough => "enough".to_owned(),
            Onward::Nobody => "nobody".to_owned(),
            Onward::Goes(next) => {
                assert!(next.key.starts_with("W1/r1/accept//0/1.0.0/p11/sms/fb/"), "{}", next.key);
                format!("{} {}", next.to.name(), next.via)
            }
        }
    }

    #[test]
    fn whoever_was_reached_is_left_alone() {
        #[rustfmt::skip]
        let table = [
            ("another way arrived",        vec![("p11", "im", Hope::Reached)], "enough"),
            ("another way may yet arrive", vec![("p11", "im", Hope::Open)],    "enough"),
            ("another way is lost",        vec![("p11", "im", Hope::Lost)],    "p11 email"),
            ("somebody else has it",       vec![("p09", "im", Hope::Reached)], "p11 email"),
        ];
        for (name, told, want) in table {
            assert_eq!(after(&told), want, "{name}");
        }
    }

    #[test]
    fn it_goes_on_by_way_then_stand_in_then_level() {
        use Hope::Lost;
        let mut told: Vec<(&str, &str, Hope)> = Vec::new();
        let mut went = Vec::new();
        // Everything fails: whom it comes to, in this order, and then it ends.
        let people = ["p11", "p12", "p10", "p09", "p08"];
        for person in people {
            for via in ["sms", "email"] {
                if (person, via) != ("p11", "sms") {
                    went.push(format!("{person} {via}"));
                }
            }
        }
        for want in &went {
            let (person, via) = want.split_once(' ').expect("two words");
            // The same person's next way only counts for the message's own person here.
            if person == "p11" || via == "sms" {
                assert_eq!(after(&told), *want);
            }
            told.push((person, via, Lost));
        }
    }

    #[test]
    fn the_end_of_the_chain_is_said() {
        let all: Vec<String> = (1..=30).map(|n| format!("p{n:02}")).collect();
        let told: Vec<(&str, &str, Hope)> = all
            .iter()
            .flat_map(|person| [(person.as_str(), "sms"), (person.as_str(), "email")])
            .filter(|told| *told != ("p11", "sms"))
            .map(|(person, via)| (person, via, Hope::Lost))
            .collect();
        assert_eq!(after(&told), "nobody");
    }
}
