//! What was seen, in the words of the language: for failures, and for authors who ask.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    expectation::Told,
    seen::{Letter, Line, Lost, Memory, Seen},
    value::Here,
};

/// One line for everything that must be expected, in the order it came.
pub fn lines(seen: &Seen, memory: &Memory, here: &Here, several: bool) -> Vec<String> {
    let mut out = Vec::new();
    let prefix = |ticket: &str| if several { format!("{ticket}: ") } else { String::new() };
    for line in &seen.lines {
        if let Some(text) = strict(line, memory, here) {
            let letters: Vec<&Letter> = match line.kind.as_str() {
                "duban.slip" => {
                    seen.letters.iter().filter(|letter| letter.slip == line.slip).collect()
                }
                _ => Vec::new(),
            };
            out.push(format!("{}{text}{}", prefix(&line.ticket), arrow(&letters)));
        }
    }
    let mut others: BTreeMap<(String, String), Vec<&Letter>> = BTreeMap::new();
    let now = |slip: &Option<String>| {
        seen.lines.iter().any(|line| line.kind == "duban.slip" && line.slip == *slip)
    };
    for letter in seen.letters.iter().filter(|letter| letter.slip.is_none() || !now(&letter.slip)) {
        others.entry((letter.ticket.clone(), letter.template.clone())).or_default().push(letter);
    }
    for ((ticket, template), letters) in others {
        out.push(format!("{}message {template}{}", prefix(&ticket), arrow(&letters)));
    }
    for lost in &seen.undelivered {
        out.push(format!("{}{}", prefix(&lost.ticket), self::lost("undelivered", lost)));
    }
    out
}

/// What is only told to authors: lines that need not be expected.
pub fn asides(seen: &Seen, memory: &Memory, here: &Here) -> Vec<String> {
    let mut out = Vec::new();
    for line in &seen.lines {
        if strict(line, memory, here).is_some() || (!line.own && !line.kind.starts_with("duban.")) {
            continue;
        }
        let word = if line.kind.starts_with("duban.") { "journal" } else { "event" };
        out.push(format!("# {}: {word} {} {}", line.ticket, line.kind, facts(&line.body, here)));
    }
    for lost in &seen.dropped {
        out.push(format!("# {}: {}", lost.ticket, self::lost("dropped", lost)));
    }
    for letter in &seen.letters {
        let link = letter.link.as_deref().map(|link| format!(" {link}")).unwrap_or_default();
        let text = letter.text.lines().next().unwrap_or_default();
        out.push(format!("# {} {}: {text}{link}", letter.told.name, letter.told.way));
    }
    out
}

/// The line in words if it must be expected: what reaches people, and what is refused.
pub fn strict(line: &Line, memory: &Memory, here: &Here) -> Option<String> {
    let text = |key: &str| line.body[key].as_str().unwrap_or_default().to_owned();
    match line.kind.as_str() {
        "duban.slip" => Some(format!("slip {}", place(&line.body, here))),
        "slip_withdrawn" if line.own => {
            let slip = line.slip.as_ref().and_then(|slip| memory.slips.get(slip));
            let step = slip.map(step).unwrap_or_default();
            let reason = line.body["data"]["reason"].as_str().unwrap_or_default();
            Some(format!("withdrawn {step} reason~\"{reason}\""))
        }
        "duban.refused" => Some(format!("refused {} \"{}\"", text("event"), text("reason"))),
        "duban.alarm" => Some(format!(
            "alarm {} unit={} told={}",
            text("role"),
            text("unit"),
            here.shown(line.body.get("told"))
        )),
        "duban.flag" => Some(format!("flag {}", text("flag"))),
        _ => None,
    }
}

/// `green resolve due-1wd serial=..`
fn place(slip: &Value, here: &Here) -> String {
    let mut text = step(slip);
    for key in ["serial", "reply_due"] {
        if let Some(value) = slip.get(key).filter(|value| !value.is_null()) {
            text.extend([" ", key, "=", &quoted(&here.shown(Some(value)))]);
        }
    }
    text
}

fn step(slip: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let words = [text(&slip["slip"]), text(&slip["key"]["clock"]["name"]), text(&slip["at"])];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn lost(word: &str, lost: &Lost) -> String {
    let Lost { told, template, reason, .. } = lost;
    format!("{word} {} {} \"{reason}\" template={template}", told.name, told.way)
}

fn facts(body: &Value, here: &Here) -> String {
    let Value::Object(map) = body else { return String::new() };
    let fact =
        |(key, value): (&String, &Value)| format!("{key}={}", quoted(&here.shown(Some(value))));
    map.iter()
        .filter(|(key, _)| *key != "record" && *key != "ticket")
        .map(fact)
        .collect::<Vec<_>>()
        .join(" ")
}

fn quoted(text: &str) -> String {
    if text.contains(' ') { format!("\"{text}\"") } else { text.to_owned() }
}

fn arrow(letters: &[&Letter]) -> String {
    let told: Vec<&Told> = letters.iter().map(|letter| &letter.told).collect();
    if told.is_empty() { String::new() } else { format!(" -> {}", people(&told)) }
}

/// `p11 im sms, cc p10 im`
pub fn people(told: &[&Told]) -> String {
    let mut order: Vec<(bool, &str)> = Vec::new();
    for one in told {
        if !order.contains(&(one.cc, &one.name)) {
            order.push((one.cc, &one.name));
        }
    }
    order.sort_by_key(|(cc, _)| *cc);
    let mut groups: Vec<(bool, Vec<&str>, Vec<&str>)> = Vec::new();
    for (cc, name) in order {
        let of = told.iter().filter(|one| one.cc == cc && one.name == name);
        let ways: Vec<&str> = of.map(|one| one.way.as_str()).collect();
        match groups.last_mut().filter(|(also, _, same)| *also == cc && *same == ways) {
            Some((_, names, _)) => names.push(name),
            None => groups.push((cc, vec![name], ways)),
        }
    }
    let group = |(cc, names, ways): &(bool, Vec<&str>, Vec<&str>)| {
        format!("{}{} {}", if *cc { "cc " } else { "" }, names.join(" "), ways.join(" "))
    };
    groups.iter().map(group).collect::<Vec<_>>().join(", ")
}
