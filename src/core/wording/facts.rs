//! The facts of a message as the words templates name.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use minijinja::Value;

use super::{
    Names, Templates, WordingError,
    civil::{self, Language, Stand},
    file::name,
};
use crate::core::message::{Message, Piece, Recipient};

/// Tickets named in a message about several.
const LISTED_MAX: usize = 5;

/// Every fact a template may name.
pub const NAMES: [&str; 37] = [
    "sig",
    "no",
    "slip",
    "slip_name",
    "cat",
    "policy",
    "policy_version",
    "unit",
    "what",
    "clock",
    "clock_id",
    "late",
    "state",
    "due",
    "accept_due",
    "resolve_due",
    "reply_due",
    "dispatch_at",
    "step_time",
    "step",
    "round",
    "reason",
    "contact_count",
    "recipients",
    "to_role",
    "copy",
    "ask",
    "consequence_note",
    "note_version",
    "colour",
    "link",
    "exp",
    "exp_day",
    "count",
    "list",
    "title",
    "lists",
];

/// What a message says, by name; a fact that is not there is not known.
pub type Words = BTreeMap<&'static str, Value>;

/// No fact is known.
pub fn nothing() -> Value {
    value(&Words::new())
}

/// The facts as the template engine takes them: each name is there, unknown ones as `none`.
pub fn value(words: &Words) -> Value {
    let unknown = || Value::from(None::<&str>);
    let known = |name| words.get(name).cloned().unwrap_or_else(unknown);
    Value::from_pairs(NAMES.into_iter().map(|name| (name, known(name))))
}

/// Where and how a message is said.
pub struct Manner<'a> {
    pub language: Language,
    pub names: &'a Names,
    pub zone: &'a TimeZone,
    pub signature: &'a str,
    pub link: Option<&'a str>,
}

impl Templates {
    /// The words of a message in the manner given.
    pub(super) fn words(
        &self,
        message: &Message,
        manner: &Manner<'_>,
    ) -> Result<Words, WordingError> {
        let facts = &message.facts;
        let language = manner.language;
        let names = manner.names;
        let mut words = Words::new();
        let mut say = |name: &'static str, text: Option<String>| {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                words.insert(name, Value::from(text));
            }
        };
        let moment = |at| Some(civil::moment(at, manner.zone, language));
        say("sig", Some(manner.signature.to_owned()));
        say("no", Some(facts.no.clone()));
        say("slip_name", names.slip(&facts.slip, language));
        say("colour", names.colours.get(&facts.slip).cloned());
        say("cat", names.policy(&facts.policy, language));
        say("policy", names.policy(&facts.policy, language));
        say("policy_version", Some(facts.policy_version.clone()));
        let version = facts.note.as_ref().map_or(&facts.policy_version, |note| &note.version);
        say("note_version", Some(version.clone()));
        say("unit", names.unit(&facts.unit, language));
        let clock = self.clocks.get(&facts.clock);
        let done = language.pick("完成", "done");
        say("what", Some(clock.map_or(done, |words| language.of_two(&words.what)).to_owned()));
        say("clock", clock.map(|words| language.of_two(&words.noun).to_owned()));
        say("clock_id", Some(facts.clock.clone()));
        say("due", facts.due.and_then(moment));
        say("accept_due", facts.accept_due.and_then(moment));
        say("resolve_due", facts.resolve_due.and_then(moment));
        say("reply_due", facts.reply_due.and_then(moment));
        say("dispatch_at", facts.dispatched.and_then(moment));
        say("step_time", facts.step_time.and_then(moment));
        say("step", Some(facts.step.clone()));
        say("round", Some(facts.round.to_string()));
        say("contact_count", Some(facts.contacts.to_string()));
        say("link", manner.link.map(str::to_owned));
        say("exp", facts.link_expires.and_then(moment));
        say("exp_day", facts.link_expires.map(|at| civil::day(at, manner.zone, language)));
        let reason = facts.reason.as_deref().and_then(|reason| {
            let word = self.reasons.get(reason).map(|pair| language.of_two(pair).to_owned());
            word.or_else(|| names.flag(reason, language))
        });
        say("reason", reason);
        say("title", facts.title.as_ref().map(|title| language.of_two(title).to_owned()));
        say("lists", Some(super::lists::summary(&facts.lists, language)));
        let roles: Vec<String> =
            facts.roles.iter().filter_map(|role| names.role(role, language)).collect();
        say("recipients", Some(roles.join(language.pick("、", ", "))));
        if !facts.together.is_empty() {
            say("count", Some(facts.together.len().to_string()));
            say("list", Some(list(&facts.together, names, language)));
        }
        if let Recipient::Staff { unit, role, cc, .. } = &message.to {
            let role = names.role(role, language);
            let unit = names.unit(unit, language);
            say(
                "to_role",
                match (unit, role, language) {
                    (Some(unit), Some(role), Language::Zh) => Some(format!("{unit}{role}")),
                    (Some(unit), Some(role), Language::En) => Some(format!("{role}, {unit}")),
                    (unit, role, _) => role.or(unit),
                },
            );
            say("copy", cc.then(|| language.pick("抄送", "copy").to_owned()));
        }
        if let Some(entry) = self.entries.get(&message.template) {
            say("ask", Some(language.of_two(&entry.ask).to_owned()));
            let note = match &facts.note {
                Some(note) => Some(language.pick(&note.zh, &note.en).clone()),
                None => entry.note.then(|| language.of_two(&self.note).to_owned()),
            };
            say("consequence_note", note);
        }
        // An empty serial is known to be empty: not every slip has one, and a dash would look like a fault.
        let serial = facts.serial.as_deref().unwrap_or_default();
        words.insert("slip", Value::from(civil::serial(serial, &facts.slip, language)));
        let stand =
            civil::stand(&facts.step, repeated(message), facts.due, facts.step_time, language);
        let state = match stand {
            Stand::Before => "state.before",
            Stand::Due => "state.due",
            Stand::After(late) => {
                words.insert("late", Value::from(late));
                "state.after"
            }
        };
        let state = self.rendered(&name(state, language), &words)?;
        words.insert("state", Value::from(state));
        Ok(words)
    }
}

/// What several messages are about: the first few by name, the others as "and so on".
fn list(together: &[Piece], names: &Names, language: Language) -> String {
    let one = |about: &Piece| {
        let slip = names.slip(&about.slip, language).unwrap_or_default();
        format!("{}{}{slip}", about.no, if slip.is_empty() { "" } else { " " })
    };
    let first: Vec<String> = together.iter().take(LISTED_MAX).map(one).collect();
    let rest = if together.len() > LISTED_MAX { language.pick("等", " ...") } else { "" };
    format!("{}{rest}", first.join(language.pick("、", ", ")))
}

/// Whether the step's own words do not say when it fired: it has come before (a step key ends in
/// `/STEP.REPETITION.REISSUE`), or an event brought it forward.
fn repeated(message: &Message) -> bool {
    if message.facts.on.is_some() {
        return true;
    }
    let last = message.slip.as_deref().and_then(|key| key.rsplit('/').next());
    let repetition = last.and_then(|step| step.split('.').nth(1));
    repetition.and_then(|text| text.parse::<u16>().ok()).is_some_and(|n| n > 0)
}
