//! Two policy sets, told as what is different between them.
//!
//! Every struct of a set is taken apart here by all its fields: a field that is added to one
//! does not compile until it is compared. What has no words of its own is compared by how
//! the program writes it, and shown so.

use std::{collections::BTreeMap, fmt::Debug};

use super::{
    calendar, ladder,
    words::{self, Words, same, words},
};
use crate::core::{
    policy::{ClockRule, Policy, PolicySet, Role},
    slip::SlipKind,
};

/// A longer text without words is shown only where it differs.
const RAW_SHOWN: usize = 160;
/// And so much of what is around it.
const RAW_AROUND: usize = 40;

/// One thing that is different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where it stands: `policies.general.clocks.accept.span`.
    pub path: String,
    /// What it is.
    pub what: Words,
    pub before: Words,
    pub after: Words,
    /// Nobody has words for it yet.
    pub is_raw: bool,
}

/// Everything that is different from `before` to `after`, in the order of a set.
pub fn differences(before: &PolicySet, after: &PolicySet) -> Vec<Difference> {
    let mut found = Found::default();
    found.set(before, after);
    found.all
}

/// What was found so far, and where the comparing is.
#[derive(Default)]
pub(super) struct Found {
    all: Vec<Difference>,
    path: Vec<String>,
    place: Vec<Words>,
}

impl Found {
    /// Compares something inside a named place.
    pub fn inside(&mut self, key: &str, name: Words, compare: impl FnOnce(&mut Self)) {
        self.path.push(key.to_owned());
        self.place.push(name);
        compare(self);
        self.place.pop();
        self.path.pop();
    }

    /// Two values with words.
    pub fn says(&mut self, key: &str, what: Words, before: Words, after: Words) {
        if before != after {
            self.add(key, what, before, after, false);
        }
    }

    /// Two values nobody has words for.
    pub fn raw<T: Debug>(&mut self, key: &str, before: &T, after: &T) {
        let (before, after) = (format!("{before:?}"), format!("{after:?}"));
        if before != after {
            let (before, after) = apart(&before, &after);
            self.add(key, same(key), same(before), same(after), true);
        }
    }

    fn add(&mut self, key: &str, what: Words, before: Words, after: Words, is_raw: bool) {
        let mut path = self.path.clone();
        path.push(key.to_owned());
        let mut place = self.place.iter();
        let what = match place.next() {
            None => what,
            Some(first) => {
                let outer = place.fold(first.clone(), |outer, inner| inner.inside(&outer));
                what.inside(&outer)
            }
        };
        self.all.push(Difference { path: path.join("."), what, before, after, is_raw });
    }

    /// Named things: those that came, those that went, and what changed in the others.
    pub fn named<'s, T>(
        &mut self,
        before: &[(&'s str, &'s T)],
        after: &[(&'s str, &'s T)],
        name: impl Fn(&str, &T) -> Words,
        shown: impl Fn(&T) -> Words,
        mut compare: impl FnMut(&mut Self, &T, &T),
    ) {
        let later: BTreeMap<&str, &T> = after.iter().copied().collect();
        for (id, old) in before {
            match later.get(id) {
                None => self.says(id, name(id, old), shown(old), words::none()),
                Some(new) => self.inside(id, name(id, new), |found| compare(found, old, new)),
            }
        }
        for (id, new) in after {
            if !before.iter().any(|(other, _)| other == id) {
                self.says(id, name(id, new), words::none(), shown(new));
            }
        }
    }

    /// Maps compared key by key, without words.
    fn raw_map<K: Debug + Ord, V: Debug>(
        &mut self,
        key: &str,
        before: &BTreeMap<K, V>,
        after: &BTreeMap<K, V>,
    ) {
        self.inside(key, same(key), |found| {
            let keys: std::collections::BTreeSet<&K> = before.keys().chain(after.keys()).collect();
            for one in keys {
                let name = format!("{one:?}");
                found.raw(name.trim_matches('"'), &before.get(one), &after.get(one));
            }
        });
    }

    fn set(&mut self, a: &PolicySet, b: &PolicySet) {
        let PolicySet {
            id,
            version,
            hash: _,
            calendar,
            clock_start,
            workday_step_time,
            workday_due,
            language,
            resident_clock,
            default_policy,
            catalogue,
            campaigns,
            stages,
            quiet,
            noise,
            reply,
            slips,
            notes,
            issuers,
            roles,
            pauses,
            permits,
            flags,
            ladders,
            policies,
            triggers,
            schedules,
            presets,
            set_by_preset,
            authority,
            counts,
            zones,
            rates,
            reports,
            attributes,
            kinds,
        } = a;
        self.says("id", words("规则集", "policy set"), same(id), same(&b.id));
        self.says("version", words("版本", "version"), same(version), same(&b.version));
        calendar::compare(self, calendar.spec(), b.calendar.spec());
        let start = words("缺省起算事件", "clocks start by default with");
        self.says("clock_start", start, same(clock_start.name()), same(b.clock_start.name()));
        let time = words("工作日步骤的时刻", "steps in working days fire at");
        self.says("workday_step_time", time, clock(*workday_step_time), clock(b.workday_step_time));
        self.raw("workday_due", workday_due, &b.workday_due);
        self.says("language", words("语言", "language"), same(language), same(&b.language));
        self.raw("resident_clock", resident_clock, &b.resident_clock);
        let policy_of = |set: &PolicySet, nth: Option<usize>| {
            nth.map_or_else(words::none, |nth| same(&set.policies[nth].id))
        };
        let default = words("缺省办法", "default policy");
        self.says(
            "default_policy",
            default,
            policy_of(a, *default_policy),
            policy_of(b, b.default_policy),
        );
        self.raw("catalogue", catalogue, &b.catalogue);
        self.raw("campaigns", campaigns, &b.campaigns);
        self.raw("stages", stages, &b.stages);
        self.raw("quiet", quiet, &b.quiet);
        self.raw("noise", noise, &b.noise);
        self.raw("reply", reply, &b.reply);
        self.inside("slips", words("单据", "slips"), |found| {
            let name = |id: &str, slip: &SlipKind| named(id, &slip.zh, &slip.en);
            found.named(&of_map(slips), &of_map(&b.slips), name, there, slip_kind);
        });
        self.raw("notes", notes, &b.notes);
        self.raw_map("issuers", issuers, &b.issuers);
        self.inside("roles", words("角色", "roles"), |found| {
            let name = |id: &str, role: &Role| named(id, &role.zh, &role.en);
            found.named(&of_map(roles), &of_map(&b.roles), name, there, role);
        });
        self.raw_map("pauses", pauses, &b.pauses);
        self.raw("permits", permits, &b.permits);
        self.raw("flags", flags, &b.flags);
        self.inside("ladders", words("督办阶梯", "ladders"), |found| {
            ladder::compare(found, ladders, &b.ladders);
        });
        self.inside("policies", words("办法", "policies"), |found| {
            let list = |set: &'_ [Policy]| -> Vec<(String, usize)> {
                set.iter().enumerate().map(|(nth, one)| (one.id.clone(), nth)).collect()
            };
            let (old, new) = (list(policies), list(&b.policies));
            let old: Vec<(&str, &Policy)> =
                old.iter().map(|(id, nth)| (id.as_str(), &policies[*nth])).collect();
            let new: Vec<(&str, &Policy)> =
                new.iter().map(|(id, nth)| (id.as_str(), &b.policies[*nth])).collect();
            let name = |id: &str, policy: &Policy| named(id, &policy.zh, &policy.en);
            found.named(&old, &new, name, there, |found, one, other| {
                policy(found, (a, one), (b, other));
            });
        });
        self.raw("triggers", triggers, &b.triggers);
        self.raw("schedules", schedules, &b.schedules);
        self.raw("presets", presets, &b.presets);
        self.raw("set_by_preset", set_by_preset, &b.set_by_preset);
        self.raw_map("authority", authority, &b.authority);
        self.raw("counts", counts, &b.counts);
        self.raw("zones", zones, &b.zones);
        self.raw("rates", rates, &b.rates);
        self.raw_map("reports", reports, &b.reports);
        self.raw("attributes", attributes, &b.attributes);
        self.raw("kinds", kinds, &b.kinds);
    }
}

/// Long texts without what both begin and end with.
fn apart(before: &str, after: &str) -> (String, String) {
    if before.len().max(after.len()) <= RAW_SHOWN {
        return (before.to_owned(), after.to_owned());
    }
    let (one, other): (Vec<char>, Vec<char>) = (before.chars().collect(), after.chars().collect());
    let begin = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let begin = begin.saturating_sub(RAW_AROUND);
    let end = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    let end = end.saturating_sub(RAW_AROUND).min(one.len().min(other.len()) - begin);
    let cut = |text: &[char]| {
        let middle: String = text[begin..text.len() - end].iter().collect();
        format!("...{middle}...")
    };
    (cut(&one), cut(&other))
}

/// Chinese name, English name and id.
fn named(id: &str, zh: &str, en: &str) -> Words {
    let or_id = |name: &str| if name.is_empty() { id.to_owned() } else { name.replace('_', " ") };
    let (zh, en) = (or_id(zh), or_id(en));
    let en = if en == id { en } else { format!("{en} ({id})") };
    words(zh, en)
}

/// Of something that came or went only that it is there.
fn there<T>(_: &T) -> Words {
    words("有", "there")
}

fn of_map<T>(map: &BTreeMap<String, T>) -> Vec<(&str, &T)> {
    map.iter().map(|(id, one)| (id.as_str(), one)).collect()
}

fn clock(time: jiff::civil::Time) -> Words {
    same(time.strftime("%H:%M").to_string())
}

fn role(found: &mut Found, a: &Role, b: &Role) {
    let Role { zh, en, level, of, fallback, last_step_only } = a;
    found.says("name", words("名称", "name"), words(zh, en), words(&b.zh, &b.en));
    found.says("level", words("层级", "level"), same(level.to_string()), same(b.level.to_string()));
    found.raw("of", of, &b.of);
    let empty = words("空缺时转给", "where nobody is there");
    found.says("fallback", empty, words::list(fallback), words::list(&b.fallback));
    let last = words("仅末级可达", "only reached by a last step");
    found.says(
        "last_step_only",
        last,
        words::switch(*last_step_only),
        words::switch(b.last_step_only),
    );
}

fn slip_kind(found: &mut Found, a: &SlipKind, b: &SlipKind) {
    found.says("name", words("名称", "name"), words(&a.zh, &a.en), words(&b.zh, &b.en));
    found.says("colour", words("颜色", "colour"), same(&a.colour), same(&b.colour));
    let due = words("签收时限", "receipt due after");
    found.says(
        "receipt_due",
        due,
        words::maybe_span(a.receipt_due),
        words::maybe_span(b.receipt_due),
    );
    // Compared whole, without what has been told above.
    let rest = |slip: &SlipKind| SlipKind {
        zh: String::new(),
        en: String::new(),
        colour: String::new(),
        receipt_due: None,
        ..slip.clone()
    };
    found.raw("slip", &rest(a), &rest(b));
}

type Owned<'s, T> = (&'s PolicySet, &'s T);

fn policy(found: &mut Found, (old, a): Owned<'_, Policy>, (new, b): Owned<'_, Policy>) {
    let Policy {
        id: _,
        zh,
        en,
        select,
        precedence,
        basis,
        valid_from,
        clocks,
        deadline_clock,
        pause_clocks,
        returns,
        extension,
        pauses,
        pause_limit,
        carried,
        close,
        ends,
        overlay,
        max_rounds,
        triggers,
        sayings,
        last_round,
        raise_level,
        attempts,
        ask,
        outcome,
        count_trigger,
        slots,
        capacity,
        admit,
        start_approval,
        tell,
        in_rates,
        notes,
    } = a;
    found.says("name", words("名称", "name"), words(zh, en), words(&b.zh, &b.en));
    found.raw_map("select", &select.keys, &b.select.keys);
    let first = words("优先级", "precedence");
    found.says("precedence", first, same(precedence.to_string()), same(b.precedence.to_string()));
    found.raw("basis", basis, &b.basis);
    found.raw("valid_from", valid_from, &b.valid_from);
    let by_name = |clocks: &'_ [ClockRule]| -> Vec<String> {
        clocks.iter().map(|clock| clock.name.clone()).collect()
    };
    let (was, is) = (by_name(clocks), by_name(&b.clocks));
    let was: Vec<(&str, &ClockRule)> = was.iter().map(String::as_str).zip(clocks).collect();
    let is: Vec<(&str, &ClockRule)> = is.iter().map(String::as_str).zip(&b.clocks).collect();
    found.inside("clocks", words("时限", "clocks"), |found| {
        found.named(
            &was,
            &is,
            |name, _| same(name),
            |clock| words::maybe_span(clock.span),
            |found, one, other| {
                clock_rule(found, (old, one), (new, other));
            },
        );
    });
    let deadline = words("上级时限覆盖", "a given deadline sets");
    found.says("deadline_clock", deadline, same(deadline_clock), same(&b.deadline_clock));
    let stop = words("挂起暂停的时限", "clocks a pause stops");
    found.says("pause_clocks", stop, words::list(pause_clocks), words::list(&b.pause_clocks));
    found.raw("returns", returns, &b.returns);
    found.raw("extension", extension, &b.extension);
    found.says(
        "pauses",
        words("可挂起的事由", "pauses"),
        words::list(pauses),
        words::list(&b.pauses),
    );
    found.raw("pause_limit", pause_limit, &b.pause_limit);
    found.raw("carried", carried, &b.carried);
    found.raw("close", close, &b.close);
    found.says("ends", words("终结事件", "ends with"), words::kinds(ends), words::kinds(&b.ends));
    found.raw("overlay", overlay, &b.overlay);
    found.raw("max_rounds", max_rounds, &b.max_rounds);
    found.raw("triggers", triggers, &b.triggers);
    found.raw("sayings", sayings, &b.sayings);
    found.raw("last_round", last_round, &b.last_round);
    found.raw("raise_level", raise_level, &b.raise_level);
    found.raw("attempts", attempts, &b.attempts);
    found.raw("ask", ask, &b.ask);
    found.raw("outcome", outcome, &b.outcome);
    found.raw("count_trigger", count_trigger, &b.count_trigger);
    found.raw("slots", slots, &b.slots);
    found.raw("capacity", capacity, &b.capacity);
    found.raw("admit", admit, &b.admit);
    found.raw("start_approval", start_approval, &b.start_approval);
    found.raw("tell", tell, &b.tell);
    let counts = words("计入考核", "counts in rates");
    found.says("in_rates", counts, words::switch(*in_rates), words::switch(b.in_rates));
    found.raw_map("notes", notes, &b.notes);
}

fn clock_rule(found: &mut Found, (old, a): Owned<'_, ClockRule>, (new, b): Owned<'_, ClockRule>) {
    let ClockRule {
        name: _,
        span,
        ladder,
        start,
        stop,
        again,
        skip,
        roll,
        recur_until,
        variants: _, // told by `by_id`
        per_unit,
        units_from,
        owner,
        ask_mode,
        coverage,
        due_from,
        margin,
        on_due,
    } = a;
    found.says(
        "span",
        words("时长", "length"),
        words::maybe_span(*span),
        words::maybe_span(b.span),
    );
    let ladder_of = |set: &PolicySet, nth: Option<usize>| {
        nth.map_or_else(words::none, |nth| same(&set.ladders[nth].id))
    };
    found.says(
        "ladder",
        words("阶梯", "ladder"),
        ladder_of(old, *ladder),
        ladder_of(new, b.ladder),
    );
    found.says("start", words("起算", "starts with"), words::kinds(start), words::kinds(&b.start));
    found.says("stop", words("止算", "stops with"), words::kinds(stop), words::kinds(&b.stop));
    found.says(
        "again",
        words("可重复起算", "starts again"),
        words::switch(*again),
        words::switch(b.again),
    );
    found.says(
        "skip",
        words("跳过的步骤", "steps left out"),
        words::list(skip),
        words::list(&b.skip),
    );
    found.says(
        "roll",
        words("顺延", "rolls on by"),
        words::maybe_span(*roll),
        words::maybe_span(b.roll),
    );
    found.raw("recur_until", recur_until, &b.recur_until);
    let by_id = |set: &PolicySet, rule: &ClockRule| -> Vec<String> {
        let ladder = |nth: Option<usize>| nth.map(|nth| set.ladders[nth].id.clone());
        let one = |one: &crate::core::variant::Variant| {
            format!("{:?} {:?} {:?} {:?}", one.select.keys, one.span, ladder(one.ladder), one.skip)
        };
        rule.variants.iter().map(one).collect()
    };
    found.raw("variants", &by_id(old, a), &by_id(new, b));
    found.raw("per_unit", per_unit, &b.per_unit);
    found.raw("units_from", units_from, &b.units_from);
    found.raw("owner", owner, &b.owner);
    found.raw("ask_mode", ask_mode, &b.ask_mode);
    found.raw("coverage", coverage, &b.coverage);
    found.raw("due_from", due_from, &b.due_from);
    let margin_words = words("提前量", "margin");
    found.says("margin", margin_words, words::maybe_span(*margin), words::maybe_span(b.margin));
    found.raw("on_due", on_due, &b.on_due);
}
