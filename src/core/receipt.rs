//! Whether a message arrived: what the receipts of its parts come to.
//!
//! Sent, delivered, seen and answered are facts apart. A provider may say things twice, in
//! the wrong order, or of each part of a long message by itself; what was delivered stays
//! delivered.
//!
//! Invariants, each a test of the same name:
//! * `a_message_is_delivered_with_its_last_part`
//! * `what_was_delivered_stays_delivered`

use serde::{Deserialize, Serialize};

/// Whether a letter reached its phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    Delivered,
    /// Not, and not by another try on the same number: no such number, barred.
    Never,
    /// Not this time: switched off, out of reach, network trouble.
    Failed,
}

impl Delivery {
    /// As the store writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Never => "never",
            Self::Failed => "failed",
        }
    }

    /// Reads what `name` writes.
    pub fn of(name: &str) -> Option<Self> {
        [Self::Delivered, Self::Never, Self::Failed].into_iter().find(|one| one.name() == name)
    }

    /// What a part is after another receipt: a phone that was reached was reached.
    pub fn after(self, before: Option<Self>) -> Self {
        match before {
            Some(Self::Delivered) => Self::Delivered,
            Some(Self::Never) if self == Self::Failed => Self::Never,
            _ => self, // the later word
        }
    }

    /// What the parts of a message come to; `None` while some have said nothing and none has failed.
    pub fn of_parts(parts: &[Option<Self>]) -> Option<Self> {
        let any = |what| parts.contains(&Some(what));
        match () {
            () if any(Self::Never) => Some(Self::Never),
            () if any(Self::Failed) => Some(Self::Failed),
            () if parts.iter().all(Option::is_some) && !parts.is_empty() => Some(Self::Delivered),
            () => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Delivery::{Delivered, Failed, Never},
        *,
    };

    #[test]
    fn a_message_is_delivered_with_its_last_part() {
        #[rustfmt::skip]
        let table = [
            ("nothing said",        vec![],                                  None),
            ("one of two",          vec![Some(Delivered), None],             None),
            ("both",                vec![Some(Delivered), Some(Delivered)],  Some(Delivered)),
            ("one failed",          vec![Some(Failed), None],                Some(Failed)),
            ("one for good",        vec![Some(Failed), Some(Never)],         Some(Never)),
            ("half of it is lost",  vec![Some(Delivered), Some(Failed)],     Some(Failed)),
        ];
        for (name, parts, want) in table {
            assert_eq!(Delivery::of_parts(&parts), want, "{name}");
        }
    }

    #[test]
    fn what_was_delivered_stays_delivered() {
        #[rustfmt::skip]
        let table = [
            (None,            Failed,    Failed),
            (Some(Failed),    Delivered, Delivered),
            (Some(Never),     Delivered, Delivered),
            (Some(Never),     Failed,    Never),
            (Some(Delivered), Failed,    Delivered),
            (Some(Delivered), Never,     Delivered),
        ];
        for (before, said, want) in table {
            assert_eq!(said.after(before), want, "{said:?} after {before:?}");
        }
        for one in [Delivered, Failed, Never] {
            assert_eq!(Delivery::of(one.name()), Some(one));
        }
    }
}
