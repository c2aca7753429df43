//! From what was gathered to a document: which sections a report has, in which order.

use super::{
    document::{Document, Section, Terms},
    gather::Gathering,
    kind::Kind,
    sections::{self, Words, burden, figures, lists},
};
use crate::core::{org::Org, policy::PolicySet, timestamp::Timestamp};

/// What stands beside the tickets: the ledgers, and messages that left.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    pub ledgers: Vec<Ledger>,
    pub told: Vec<Told>,
}

/// The numbers of one ledger in the period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    pub list: String,
    pub opening: u64,
    pub admitted: u64,
    pub struck_off: u64,
    pub ended_otherwise: u64,
}

/// Messages that left for one person by one way within a quarter of an hour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// A person, or the role where nobody was named.
    pub who: String,
    pub unit: String,
    /// `sms`, `email` ...
    pub via: String,
    pub at: Timestamp,
    pub count: u64,
}

/// The document of what was gathered.
pub fn compose(
    mut gathering: Gathering<'_>,
    beside: &Beside,
    set: &PolicySet,
    org: &Org,
    made_at: Timestamp,
) -> Document {
    gathering.lists.sort();
    let scope = gathering.scope;
    let zone = set.calendar.zone();
    let words = Words { set, org };
    let sections = parts(&gathering, beside, &words);
    let mut rules: Vec<String> = Vec::new();
    let counting = scope.buckets.iter().filter(|bucket| bucket.counts);
    for id in counting.filter_map(|bucket| Some(&bucket.rules.as_ref()?.id)) {
        if !rules.contains(id) {
            rules.push(id.clone());
        }
    }
    let own = scope.rules();
    Document {
        schema: "duban-report/1".to_owned(),
        kind: scope.kind,
        period: scope.when.to_string(),
        from: scope.from.to_rfc3339(zone),
        to: scope.to.to_rfc3339(zone),
        as_of: scope.as_of.to_rfc3339(zone),
        made_at: made_at.to_rfc3339(zone),
        version: 1,
        title: scope.kind.title(set),
        number: scope.kind.number(scope.when.first),
        terms: Terms {
            set: format!("{} {}", set.id, set.version),
            rules,
            min_n: own.map_or(0, |rules| rules.min_n),
            weights: own.map(|rules| rules.weights.shown()).unwrap_or_default(),
            tickets: gathering.tickets,
        },
        sections,
        changes: Vec::new(),
    }
}

fn parts(all: &Gathering<'_>, beside: &Beside, words: &Words<'_>) -> Vec<Section> {
    let rated = figures::Rated::of(all);
    let hot = |first| sections::hot(all, words, first);
    let rates = |rated: Option<&figures::Rated<'_>>| {
        rated.map(|rated| rated.sections(words)).unwrap_or_default()
    };
    match all.scope.kind {
        Kind::Day | Kind::Closing => {
            let mut parts = lists::three(all, words);
            parts.push(sections::ahead(all, words));
            parts
        }
        Kind::Meeting => [
            vec![sections::flow(all)],
            vec![lists::returning(all, words), lists::oldest(all, words)],
            hot(10),
            vec![sections::ledgers(beside), sections::cohorts(all, words)],
            figures::trend(all).into_iter().collect(),
            vec![sections::ahead(all, words)],
        ]
        .concat(),
        Kind::Week | Kind::Month | Kind::Quarter | Kind::Half | Kind::Year => [
            vec![sections::flow(all)],
            figures::trend(all).into_iter().collect(),
            rates(rated.as_ref()),
            vec![sections::funnel(all), sections::cohorts(all, words)],
            hot(10),
            vec![sections::ledgers(beside), sections::steps(all, words)],
            burden::sections(all, beside, words),
            vec![lists::oldest(all, words), lists::returning(all, words)],
            vec![sections::ahead(all, words)],
        ]
        .concat(),
        Kind::Hot => hot(50),
        Kind::Steps => vec![sections::steps(all, words)],
        Kind::Burden => burden::sections(all, beside, words),
        Kind::Units => vec![sections::cohorts(all, words), sections::flow(all)],
    }
}
