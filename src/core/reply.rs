//! What a resident said, read from digits, words and grades.
//!
//! Platforms spell answers in many ways. Everything behind this file sees the same words:
//! `solved` is what the second question got, `satisfied` the grade of three that counts,
//! `grade` the grade as it was given.
//!
//! Invariants, each a test of the same name:
//! * `digits_mean_what_the_policy_says`
//! * `five_grades_count_as_three`

use std::borrow::Cow;

use serde_json::Value;

use super::{
    event::{Event, Kind},
    policy::ReplyRule,
};

/// The longest text that is taken for digits; anything longer is somebody's sentence.
pub const CODE_CHARS_MAX: usize = 8;

/// Grades whose ids are understood without a scale.
const PLAIN: [(&str, &str); 3] =
    [("yes", "satisfied"), ("mostly", "mostly"), ("no", "unsatisfied")];

/// The kinds of events that carry what a resident said.
fn carries_reply(kind: &Kind) -> bool {
    match kind {
        Kind::Answered | Kind::Rated => true,
        Kind::Custom(name) => &**name == "rechecked",
        _ => false, // no other kind answers a question
    }
}

/// What a short reply asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// An answer to the questions.
    Answer,
    /// No more messages.
    Stop,
    /// Messages again.
    Start,
    /// Nothing duban understands; a person has to ask.
    Unclear,
}

/// What the digits of an event ask for; `None`: the event has none.
pub fn reply(rule: &ReplyRule, event: &Event) -> Option<Reply> {
    let code = code(event)?;
    let is_in = |words: &[String]| words.contains(&code);
    Some(match () {
        () if rule.digits.contains_key(&code) => Reply::Answer,
        () if is_in(&rule.stop) => Reply::Stop,
        () if is_in(&rule.start) => Reply::Start,
        () => Reply::Unclear,
    })
}

/// The event with digits and grades as the words everything else reads.
pub fn read<'e>(rule: &ReplyRule, event: &'e Event) -> Cow<'e, Event> {
    if !carries_reply(&event.kind) {
        return Cow::Borrowed(event);
    }
    let meaning = code(event).and_then(|code| rule.digits.get(&code));
    let said = event.text("satisfied");
    let grade = said.and_then(|said| {
        rule.grades.iter().find(|grade| grade.id == said || grade.zh == said || grade.en == said)
    });
    // The plain words mean the same everywhere and stay as they are.
    let grade = grade.filter(|grade| !PLAIN.contains(&(grade.id.as_str(), grade.counts)));
    if meaning.is_none() && grade.is_none() {
        return Cow::Borrowed(event);
    }
    let mut read = event.clone();
    if let Some(grade) = grade {
        read.data.insert("grade".to_owned(), Value::from(grade.id.clone()));
        read.data.insert("satisfied".to_owned(), Value::from(grade.counts));
    }
    if let Some(meaning) = meaning {
        for (question, word) in [("solved", meaning.solved), ("satisfied", meaning.satisfied)] {
            if let Some(word) = word {
                read.data.insert(question.to_owned(), Value::from(word));
            }
        }
    }
    Cow::Owned(read)
}

/// The digits of a reply as people type them: full-width, with blanks, a full stop behind.
fn code(event: &Event) -> Option<String> {
    let text = match event.data.get("digits")? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    Some(normal(&text))
}

/// Letters and digits only, narrow and in capitals.
pub fn normal(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => c, // everything else is as wide as it should be
    };
    let code: String = text.chars().map(narrow).filter(|c| c.is_alphanumeric()).collect();
    code.to_uppercase()
}

/// Whether a text may stand in `digits`: a code, not a sentence with who knows what in it.
pub fn is_code(text: &str) -> bool {
    text.chars().count() <= CODE_CHARS_MAX
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::trigger::Solved;
    use crate::core::{
        policy::Grade,
        timestamp::Timestamp,
        trigger::{satisfied, solved},
    };

    fn event(key: &str, text: &str) -> Event {
        let mut event = Event::new("W1", Kind::Answered, Timestamp(0));
        event.data.insert(key.to_owned(), Value::from(text));
        event
    }

    #[test]
    fn digits_mean_what_the_policy_says() {
        let rule = ReplyRule::default();
        #[rustfmt::skip]
        let table = [
            ("1",        Reply::Answer,  Some(Solved::Yes),    Some(true)),
            ("2",        Reply::Answer,  Some(Solved::Yes),    Some(false)),
            ("3",        Reply::Answer,  Some(Solved::Partly), None),
            ("4",        Reply::Answer,  Some(Solved::No),     None),
            (" 4。",      Reply::Answer,  Some(Solved::No),     None),
            ("2",       Reply::Answer,  Some(Solved::Yes),    Some(false)),
            ("5",        Reply::Unclear, None,                 None),
            ("12",       Reply::Unclear, None,                 None),
            ("",         Reply::Unclear, None,                 None),
            ("还没修",     Reply::Unclear, None,                 None),
            ("td",       Reply::Stop,    None,                 None),
            ("退订",      Reply::Stop,    None,                 None),
            ("Start",    Reply::Start,   None,                 None),
        ];
        for (digits, what, is_solved, is_satisfied) in table {
            let event = event("digits", digits);
            assert_eq!(reply(&rule, &event), Some(what), "{digits}");
            let read = read(&rule, &event);
            assert_eq!((solved(&read), satisfied(&read)), (is_solved, is_satisfied), "{digits}");
        }
        assert_eq!(reply(&rule, &event("solved", "yes")), None);
    }

    #[test]
    fn five_grades_count_as_three() {
        let grade = |id: &str, zh: &str, counts| Grade {
            id: id.to_owned(),
            zh: zh.to_owned(),
            en: id.to_owned(),
            counts,
        };
        let five = ReplyRule {
            grades: vec![
                grade("5", "非常满意", "satisfied"),
                grade("4", "满意", "satisfied"),
                grade("3", "基本满意", "unsatisfied"), // a strict city
                grade("2", "不满意", "unsatisfied"),
                grade("1", "非常不满意", "unsatisfied"),
            ],
            ..ReplyRule::default()
        };
        #[rustfmt::skip]
        let table = [
            // said        counts               as given      is good
            ("5",          "satisfied",         Some("5"),    Some(true)),
            ("满意",        "satisfied",         Some("4"),    Some(true)),
            ("基本满意",     "unsatisfied",       Some("3"),    Some(false)),
            ("非常不满意",   "unsatisfied",       Some("1"),    Some(false)),
            ("mostly",     "mostly",            None,         Some(true)), // not of this scale: as it stands
        ];
        for (said, counts, given, good) in table {
            let event = event("satisfied", said);
            let read = read(&five, &event);
            assert_eq!(read.text("satisfied"), Some(counts), "{said}");
            assert_eq!(read.text("grade"), given, "{said}");
            assert_eq!(satisfied(&read), good, "{said}");
        }
    }
}
