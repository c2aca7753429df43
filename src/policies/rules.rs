//! The small rules of a policy: returns, extensions, closing, asking, admitting.

use super::{
    ladder::Names,
    reader::Item,
    set::{role, role_list},
    suggest::nearest,
};
use crate::core::{
    event::Kind,
    policy::{
        AdmitRule, AfterMax, AskMode, AskRule, Attempts, ClockRule, CloseRule, ExtensionRule,
        RULING_CLOCK, Requirement, ReturnRule,
    },
    span::Span,
};

const NOTHING: Span = Span::Elapsed(0);

/// Reads `returns`.
pub fn returns(
    item: &Item<'_>,
    names: &Names,
    clocks: &[&str],
) -> Option<(ReturnRule, Option<usize>)> {
    let section = item.section("`returns`")?;
    let rule = ReturnRule {
        window: section.need_span("window").unwrap_or(NOTHING),
        max: section.count_or("max", 0),
        basis_required: section.switch_or("basis_required", true),
        ruling: section.span("ruling").unwrap_or(NOTHING),
        after_max: section
            .get("after_max")
            .and_then(|item| {
                let words = [("ruling_final", AfterMax::Final), ("ruling", AfterMax::Open)];
                item.word("what comes after the last return", &words)
            })
            .unwrap_or_default(),
        hop_limit: section.count_or("hop_limit", 0),
        back_to: section
            .get("back_to")
            .and_then(|item| {
                item.known("clock", "the clocks of this policy", clocks.iter().copied())
            })
            .map(str::to_owned),
    };
    let ladder = section.get("ladder").and_then(|item| names.ladder(&item));
    section.finish();
    Some((rule, ladder))
}

/// The clock of a ruling: from a return that is let through to what is decided on it.
pub fn ruling_clock(rule: &ReturnRule, ladder: Option<usize>) -> Option<ClockRule> {
    let runs = rule.max > 0 && !rule.ruling.is_zero();
    runs.then(|| ClockRule {
        name: RULING_CLOCK.to_owned(),
        span: Some(rule.ruling),
        ladder,
        start: vec![Kind::Returned, Kind::of("ruling_asked")],
        stop: vec![Kind::ReturnRefused, Kind::of("returned_ok"), Kind::of("ruled")],
        again: true,
        skip: Vec::new(),
        roll: None,
        recur_until: None,
        variants: Vec::new(),
        per_unit: false,
        units_from: "units".to_owned(),
        owner: None,
        ask_mode: AskMode::None,
        coverage: None,
        due_from: None,
        margin: None,
        on_due: None,
    })
}

/// Reads `extension`.
pub fn extension(item: &Item<'_>, names: &Names) -> Option<ExtensionRule> {
    let section = item.section("`extension`")?;
    let rule = ExtensionRule {
        max: section.count_or("max", 0),
        each: section.need_span("each").unwrap_or(NOTHING),
        total: section.need_span("total").unwrap_or(NOTHING),
        before_due: section.span("before_due").unwrap_or(NOTHING),
        daily_cutoff: section
            .get("daily_cutoff")
            .filter(|item| item.text() != Some(""))
            .and_then(|item| item.time()),
        approver: role_list(section.get("approver"), &names.roles),
        tell_resident: section.switch_or("tell_resident", true),
        late_request_counts: section
            .get("late_request")
            .and_then(|item| {
                let words = [("refused_counts_overdue", true), ("refused", false)];
                item.word("what becomes of a late request", &words)
            })
            .unwrap_or(true),
    };
    section.finish();
    Some(rule)
}

/// Reads `close`.
pub fn close(item: &Item<'_>) -> Option<CloseRule> {
    let section = item.section("`close`")?;
    let kinds = |key| section.get(key).map(|item| item.kinds());
    let rule = CloseRule {
        requires: section
            .get("requires")
            .map(|item| item.one_or_many())
            .unwrap_or_default()
            .iter()
            .filter_map(requirement)
            .collect(),
        attachments_min: section.count_or("attachments_min", 0),
        on: kinds("on").unwrap_or_else(|| vec![Kind::Closed]),
        flag_on: kinds("flag_on").unwrap_or_default(),
        confirm_timeout: section.span("confirm_timeout"),
        on_timeout: section.get("on_timeout").and_then(|item| item.filled()).map(str::to_owned),
    };
    if rule.confirm_timeout.is_some() && rule.requires.is_empty() {
        item.complain("`confirm_timeout` waits for what is in `requires`, and nothing is");
    }
    section.finish();
    Some(rule)
}

fn requirement(item: &Item<'_>) -> Option<Requirement> {
    let name = item.filled()?;
    let found = Requirement::of(name);
    if found.is_none() {
        let near = nearest(name, Requirement::names());
        item.complain_with(
            format!("`{name}` is nothing a closing rule knows"),
            match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => {
                    "write `event:KIND`, `data:KEY`, `ROLE_approved`, `KIND_all` or one of "
                        .to_owned()
                        + &Requirement::names().collect::<Vec<_>>().join(", ")
                }
            },
        );
    }
    found
}

/// Reads `attempts`.
pub fn attempts(item: &Item<'_>) -> Option<Attempts> {
    let section = item.section("`attempts`")?;
    let rule = Attempts {
        phone_max: section.count_or("phone_max", 0),
        bands: section.get("bands").map(|item| item.time_pairs()).unwrap_or_default(),
        different_band: section.switch_or("different_band", false),
        min_gap: section.span("min_gap").unwrap_or(NOTHING),
    };
    section.finish();
    Some(rule)
}

/// Reads `sms`: how a resident is asked by message.
pub fn ask(item: &Item<'_>) -> Option<AskRule> {
    let section = item.section("`sms`")?;
    let modes = [("digits", "digits"), ("link", "link")];
    let rule = AskRule {
        after_unanswered: section.count_or("after_unanswered", 0),
        within: section.span("within").unwrap_or(NOTHING),
        modes: section
            .get("modes")
            .map(|item| item.one_or_many())
            .unwrap_or_default()
            .iter()
            .filter_map(|item| item.word("a way to answer", &modes))
            .map(str::to_owned)
            .collect(),
        link_ttl: section.span("link_ttl").unwrap_or(Span::Elapsed(72 * 3_600_000)),
        single_use: section.switch_or("single_use", true),
        reminders: section.count_or("reminders", 0),
        reminder_after: section.span("reminder_after").unwrap_or(NOTHING),
        token_bits: section
            .get("token_bits")
            .and_then(|item| {
                let bits = item.count()?;
                if !(80..=256).contains(&bits) {
                    item.complain(format!("{bits} random bits are not 80 to 256"));
                }
                Some(bits)
            })
            .unwrap_or(96),
    };
    section.finish();
    Some(rule)
}

/// Reads `admit`.
pub fn admit(item: &Item<'_>, names: &Names) -> Option<AdmitRule> {
    let section = item.section("`admit`")?;
    let approver = section
        .need("approver")
        .map(|item| item.one_or_many())
        .unwrap_or_default()
        .iter()
        .filter_map(|item| role(item, &names.roles))
        .collect();
    let rule = AdmitRule {
        approver,
        reasons: section.texts("reasons"),
        resident_notice: section.switch_or("resident_notice", false),
        plan_required: section.switch_or("plan_required", true),
    };
    section.finish();
    Some(rule)
}
