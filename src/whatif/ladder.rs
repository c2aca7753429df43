//! Ladders, step by step: a step is known by where it stands and what it issues.

use super::{
    difference::Found,
    words::{self, Words, same, words},
};
use crate::core::policy::{Ladder, Step, Via};

pub(super) fn compare(found: &mut Found, before: &[Ladder], after: &[Ladder]) {
    let of = |ladders: &'_ [Ladder]| -> Vec<String> {
        ladders.iter().map(|ladder| ladder.id.clone()).collect()
    };
    let (was, is) = (of(before), of(after));
    let was: Vec<(&str, &Ladder)> = was.iter().map(String::as_str).zip(before).collect();
    let is: Vec<(&str, &Ladder)> = is.iter().map(String::as_str).zip(after).collect();
    let steps = |ladder: &Ladder| {
        let count = ladder.steps.len();
        words(format!("{count} 级"), format!("{count} steps"))
    };
    found.named(&was, &is, |id, _| same(id), steps, ladder);
}

fn ladder(found: &mut Found, a: &Ladder, b: &Ladder) {
    let Ladder { id: _, night, stop_on, steps } = a;
    let night_words = words("免打扰时段照发", "fires at night");
    found.says("night", night_words, words::switch(*night), words::switch(b.night));
    let stop = words("停止于", "stops on");
    found.says("stop_on", stop, words::kinds(stop_on), words::kinds(&b.stop_on));
    let (was, is) = (keys(steps), keys(&b.steps));
    let was: Vec<(&str, &Step)> = was.iter().map(String::as_str).zip(steps).collect();
    let is: Vec<(&str, &Step)> = is.iter().map(String::as_str).zip(&b.steps).collect();
    found.inside("steps", words("步骤", "steps"), |found| {
        found.named(&was, &is, |key, _| same(key), told, step);
    });
}

/// Where a step stands and its slip; a second one of the same gets a number.
fn keys(steps: &[Step]) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for step in steps {
        let key = format!("{} {}", step.at_text, step.slip);
        let before = keys.iter().filter(|one| **one == key).count();
        keys.push(if before == 0 { key } else { format!("{key} {}", before + 1) });
    }
    keys
}

/// Whom it tells, and how.
fn told(step: &Step) -> Words {
    let (to, via) = (words::list(&step.to), ways(&step.via));
    words(format!("发给{}（{}）", to.zh, via.zh), format!("to {} by {}", to.en, via.en))
}

fn ways(via: &[Via]) -> Words {
    let names: Vec<&str> = via.iter().map(|via| via.name()).collect();
    words::list(&names)
}

fn step(found: &mut Found, a: &Step, b: &Step) {
    let Step {
        at: _,
        at_text: _,
        slip: _,
        to,
        cc,
        via,
        reply_due,
        repeat: _, // told by `again`
        also_on,
        only_if,
        unless,
    } = a;
    found.says("to", words("发给", "to"), words::list(to), words::list(&b.to));
    found.says("cc", words("抄送", "copied to"), words::list(cc), words::list(&b.cc));
    found.says("via", words("方式", "by"), ways(via), ways(&b.via));
    let due = words("回复时限", "reply due after");
    found.says("reply_due", due, words::maybe_span(*reply_due), words::maybe_span(b.reply_due));
    let again = |step: &Step| {
        step.repeat.map_or_else(words::none, |repeat| {
            let every = words::span(repeat.every);
            let max = repeat.max;
            words(
                format!("每{}一次，最多{max}次", every.zh),
                format!("every {}, {max} times", every.en),
            )
        })
    };
    found.says("repeat", words("重复", "repeats"), again(a), again(b));
    found.raw("also_on", also_on, &b.also_on);
    found.says(
        "only_if",
        words("仅当", "only if"),
        words::kinds(only_if),
        words::kinds(&b.only_if),
    );
    found.says("unless", words("除非", "unless"), words::kinds(unless), words::kinds(&b.unless));
}
