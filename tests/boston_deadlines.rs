//! The shipped `boston` set against the targets the city itself set on 12,776 real tickets.

mod common;

use duban::{
    core::{clock::due_after, policy::PolicySet, span::Span, timestamp::Timestamp},
    policies::load_embedded,
};

/// One ticket of the vectors.
#[derive(Debug)]
struct Row {
    rule: String,
    received: Timestamp,
    target: Timestamp,
}

fn rows() -> Vec<Row> {
    let path = common::shared().join("data/vectors/boston_deadlines.csv.zst");
    let file = std::fs::File::open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let text = zstd::Decoder::new(file).expect("a zstd file");
    let instant = |text: &str| Timestamp::parse(text).expect("an instant with its offset");
    let mut reader = csv::Reader::from_reader(text);
    let row = |record: csv::StringRecord| Row {
        rule: record[1].to_owned(),
        received: instant(&record[2]),
        target: instant(&record[3]),
    };
    reader.records().map(|record| row(record.expect("a row"))).collect()
}

/// The span of the `resolve` clock of a policy.
fn span(set: &PolicySet, policy: &str) -> Span {
    let clocks = &set.policy(policy).expect("the policy is shipped").clocks;
    let resolve = clocks.iter().find(|clock| clock.name == "resolve");
    resolve.and_then(|clock| clock.span).expect("the clock has a span")
}

#[test]
fn boston_targets_are_met_to_the_minute() {
    let now = Timestamp::parse("2016-06-01T09:00:00-04:00").expect("a good instant");
    let loaded = load_embedded("boston", now).expect("a shipped set");
    let set = loaded.set.expect("a shipped set loads");
    #[rustfmt::skip]
    let table = [
        // rule   policy         within  of     at least
        ("1wd",  "dead_animal",  120,    9_740, 9_724),
        ("120d", "housing",      120,    3_036, 3_035),
    ];
    let rows = rows();
    for (rule, policy, within_s, of, at_least) in table {
        let span = span(&set, policy);
        let of_rule: Vec<&Row> = rows.iter().filter(|row| row.rule == rule).collect();
        assert_eq!(of_rule.len(), of, "{rule}");
        let near = |row: &&&Row| {
            let due = due_after(&set, row.received, span);
            due.since(row.target).abs() <= within_s * 1_000
        };
        let met = of_rule.iter().filter(near).count();
        assert!(met >= at_least, "{rule}: {met} of {of}, not {at_least}");
    }
}
