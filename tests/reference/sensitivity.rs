//! The comparison can fail: wrong rules planted in the model are found, and the scripts reach
//! everything that is compared.

use proptest::{
    prelude::ProptestConfig,
    strategy::{Strategy, ValueTree},
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};

use super::{
    compare::{Seen, play},
    faults::Fault,
    strategy::script,
    told::Script,
};

/// The same scripts in every run.
fn scripts(count: usize) -> impl Iterator<Item = Script> {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), rng);
    let strategy = script();
    std::iter::repeat_with(move || {
        strategy.new_tree(&mut runner).expect("the strategy rejects nothing").current()
    })
    .take(count)
}

#[test]
fn a_wrong_rule_is_found() {
    #[rustfmt::skip]
    let table = [
        // planted in the model                 found within so many scripts
        (Fault::PausesCount,                    64),
        (Fault::ExtensionsMoveNothing,          64),
        (Fault::StepsBeforeStops,               8),
        (Fault::NothingIsWithdrawn,             64),
        (Fault::AnotherClassStartsAgain,        64),
    ];
    for (fault, within) in table {
        let found = scripts(within).position(|script| play(&script, Some(fault)).is_err());
        assert!(found.is_some(), "{fault:?} is not found within {within} scripts");
    }
}

#[test]
fn the_scripts_reach_everything_compared() {
    let mut all = Seen::default();
    for script in scripts(64) {
        let seen = play(&script, None).unwrap_or_else(|what| panic!("{what}\n{script:?}"));
        all.looks += seen.looks;
        all.slips += seen.slips;
        all.withdrawn += seen.withdrawn;
        all.refused += seen.refused;
        all.met += seen.met;
        all.missed += seen.missed;
    }
    #[rustfmt::skip]
    let table = [
        ("looks",           all.looks,     600),
        ("slips",           all.slips,     400),
        ("slips withdrawn", all.withdrawn, 20),
        ("refusals",        all.refused,   100),
        ("promises met",    all.met,       20),
        ("promises missed", all.missed,    20),
    ];
    for (what, count, least) in table {
        assert!(count >= least, "{what}: {count}, at least {least} wanted; {all:?}");
    }
}
