//! What may happen to a ticket, at random: mostly what happens, sometimes what should not.

use proptest::prelude::*;

use super::{
    told::{Script, Told, Turn},
    worktime::{DAY, Minute, at},
};

/// One event before it has its time: how long after the one before, how long on its way.
#[derive(Clone, Debug)]
struct Raw {
    gap: Minute,
    way: Minute,
    event: Told,
    /// How much later it is told once more.
    again: Option<Minute>,
}

/// Minutes in tens, so that halves of clocks fall on whole minutes.
fn gap() -> impl Strategy<Value = Minute> {
    let tens = prop_oneof![
        3 => 0_i64..12,
        4 => 6_i64..48,
        3 => 48_i64..3 * 144,
        1 => Just(0_i64),
    ];
    tens.prop_map(|tens| tens * 10)
}

fn way() -> impl Strategy<Value = Minute> {
    let tens = prop_oneof![4 => Just(0_i64), 1 => 1_i64..36, 2 => 36_i64..4 * 144];
    tens.prop_map(|tens| tens * 10)
}

fn event() -> impl Strategy<Value = Told> {
    let told = |kind| Told { kind, ..Told::default() };
    let plain = |kind| Just(told(kind));
    let approver = || {
        prop_oneof![
            1 => Just(None),
            1 => Just(Some("handler")),
            8 => Just(Some("deputy")),
            8 => Just(Some("principal")),
        ]
    };
    let pause = || prop::sample::select(vec!["consent", "testing", "storm"]);
    let span = prop_oneof![
        6 => Just(None),
        1 => Just(Some("2wd")),
        1 => Just(Some("12h")),
        1 => Just(Some("4wd")),
    ];
    let unit = || prop::sample::select(vec!["a", "b", "c"]);
    let class = prop::sample::select(vec!["low", "high"]);
    prop_oneof![
        4 => plain("accepted"),
        3 => plain("contacted"),
        8 => (pause(), approver()).prop_map(move |(pause, approver)| {
            Told { pause: Some(pause), approver, ..told("paused") }
        }),
        6 => plain("resumed"),
        4 => span.clone().prop_map(move |span| Told { span, ..told("extension_asked") }),
        8 => (span, approver()).prop_map(move |(span, approver)| {
            Told { approver, span, ..told("extended") }
        }),
        4 => plain("resolved"),
        4 => any::<bool>().prop_map(move |solved| Told { solved, ..told("answered") }),
        1 => plain("redo"),
        1 => plain("withdrawn"),
        5 => prop::bool::weighted(0.8).prop_map(move |basis| Told { basis, ..told("returned") }),
        2 => plain("return_refused"),
        2 => plain("returned_ok"),
        3 => unit().prop_map(move |unit| Told { unit: Some(unit), ..told("ruled") }),
        3 => unit().prop_map(move |unit| Told { unit: Some(unit), ..told("dispatched") }),
        5 => class.prop_map(move |urgency| Told { urgency: Some(urgency), ..told("reclassified") }),
        1 => plain("progress"),
        3 => plain("acknowledged"),
    ]
}

/// A ticket from its dispatch in the days before the May holidays until everything is long over.
pub fn script() -> impl Strategy<Value = Script> {
    let (round, again) =
        (prop::option::weighted(0.05, 1_u32..3), prop::option::weighted(0.05, way()));
    let raw = (gap(), way(), event(), round, again).prop_map(|(gap, way, event, round, again)| {
        let event = Told { round, ..event };
        Raw { gap, way, event, again }
    });
    let class = prop::sample::select(vec!["low", "low", "high"]);
    let start = (0_i64..4 * 144).prop_map(|tens| at("2026-04-27 00:00") + tens * 10);
    let rules = prop::option::weighted(0.3, 0_i64..8 * 144);
    let down = prop::option::weighted(0.2, (0_i64..6 * 144, 1_i64..3 * 144));
    let early = prop::sample::select(vec!["accepted", "contacted", "progress"]);
    let early = prop::option::weighted(0.1, (early, 1_i64..12, way()));
    let slow = prop::option::weighted(0.1, 1_i64..36);
    let tells = (class, prop::collection::vec(raw, 0..16), early, slow);
    (start, tells, rules, down).prop_map(|(start, (class, raws, early, slow), rules, down)| {
        let first = Told {
            kind: "dispatched",
            at: start,
            heard: start + slow.unwrap_or_default() * 10,
            unit: Some("a"),
            urgency: Some(class),
            ..Told::default()
        };
        let mut turns = vec![Turn::Tell(first)];
        turns.extend(early.map(|(kind, tens, way)| {
            let at = start - tens * 10;
            let urgency = Some(class);
            Turn::Tell(Told { number: 1, kind, at, heard: at + way, urgency, ..Told::default() })
        }));
        let mut now = start;
        for Raw { gap, way, event, again } in raws {
            now += gap;
            for way in [Some(way), again.map(|later| way + later)].into_iter().flatten() {
                let (number, event) = (turns.len(), event.clone());
                turns.push(Turn::Tell(Told { number, at: now, heard: now + way, ..event }));
            }
        }
        // Five minutes past: nothing else happens then.
        turns.extend(rules.map(|tens| Turn::Rules(start + tens * 10 + 5)));
        turns.extend(down.map(|(from, long)| {
            let from = start + from * 10 + 5;
            Turn::Down(from, from + long * 10)
        }));
        Script { turns, until: now + 14 * DAY }
    })
}
