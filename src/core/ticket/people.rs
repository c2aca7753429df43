//! Whose ticket it is and who may say what about it, as far as the organisation attested it.

use super::{Handler, Ticket, permit::Refused};
use crate::core::{
    event::{Event, Kind},
    org::{Attested, THIRD_PARTY},
    policy::{PolicySet, RoleOf},
};

/// Whether the unit that sends the event may, and the unit it goes to can be responsible.
/// An event that names no sending unit (`data.by_unit`) is the supervisor's own.
pub fn may_act(set: &PolicySet, event: &Event) -> Result<(), Refused> {
    let attested = Attested::of(event);
    if let (Some(allowed), Some(_)) = (set.authority.get(&event.kind), event.text("by_unit")) {
        let given = attested.by_kind.unwrap_or_default();
        if !allowed.iter().any(|kind| kind == given) {
            let (given, allowed) = (given.to_owned(), allowed.join(", "));
            return Err(Refused::Authority { given, allowed });
        }
    }
    let takes = matches!(
        event.kind,
        Kind::Received | Kind::Registered | Kind::Dispatched | Kind::Reassigned
    );
    match &event.unit {
        Some(unit) if takes && attested.unit_kind == Some(THIRD_PARTY) => {
            Err(Refused::ThirdParty(unit.clone()))
        }
        Some(_) | None => Ok(()),
    }
}

impl Ticket {
    /// Takes over the handler in person, and the parties that roles of the set belong to.
    pub(super) fn absorb_people(&mut self, set: &PolicySet, event: &Event) {
        let level = Attested::of(event).handler_level;
        if let (Some(level), Some(person)) = (level, event.text("handler")) {
            self.handler = Some(Handler { person: person.to_owned(), level });
        }
        for role in set.roles.values() {
            if let RoleOf::Party(key) = &role.of
                && let Some(name) = event.text(key)
            {
                self.parties.insert(key.clone(), name.to_owned());
            }
        }
    }

    /// Another unit has the ticket: the handler stays only if the event names one.
    pub(super) fn forget_handler(&mut self, event: &Event) {
        self.handler = self.handler.take().filter(|_| event.text("handler").is_some());
    }
}
