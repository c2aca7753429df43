//! Which departments are worth a desk (常驻专席): much work, much of it shared with others.

use std::collections::BTreeMap;

/// What a department had to do in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    pub tickets: u64,
    /// Of these, handled together with other departments.
    pub co_handled: u64,
}

/// A department proposed for a desk, with the numbers that speak for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub unit: String,
    pub load: Load,
}

/// The `desks` departments for which volume times co-handled share is greatest, which is the number
/// of tickets they handle with others; ties go to the larger volume, then by name.
pub fn desk_proposals(loads: &BTreeMap<String, Load>, desks: usize) -> Vec<Proposal> {
    let shared = loads.iter().filter(|(_, load)| load.co_handled > 0);
    let mut proposed: Vec<Proposal> =
        shared.map(|(unit, load)| Proposal { unit: unit.clone(), load: *load }).collect();
    proposed.sort_by(|a, b| {
        let volume = b.load.tickets.cmp(&a.load.tickets);
        b.load.co_handled.cmp(&a.load.co_handled).then(volume).then_with(|| a.unit.cmp(&b.unit))
    });
    proposed.truncate(desks);
    proposed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn much_work_that_is_much_shared_is_worth_a_desk() {
        #[rustfmt::skip]
        let table = [
            // department  tickets  co-handled
            ("市监",  900, 300),
            ("卫健",  500, 200),
            ("城管", 1_200, 500),
            ("市政",  800, 400),
            ("建设",  700, 350),
            ("教育",  650,  10), // much work, but all its own
            ("档案",    4,   4), // all shared, but hardly any
        ];
        let loads = table
            .map(|(unit, tickets, co_handled)| (unit.to_owned(), Load { tickets, co_handled }));
        let proposed = desk_proposals(&BTreeMap::from(loads), 5);
        let names: Vec<&str> = proposed.iter().map(|one| one.unit.as_str()).collect();
        assert_eq!(names, ["城管", "市政", "建设", "市监", "卫健"]);
        assert_eq!(desk_proposals(&BTreeMap::new(), 5), []);
    }
}
