//! What a resident ticked, and the event it becomes.

use axum::body::Bytes;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    core::{
        event::{Event, Kind},
        policy::Grade,
        timestamp::Timestamp,
    },
    store::Link,
    web::form,
};

/// Characters of a note that are kept.
pub(super) const NOTE_CHARS_MAX: usize = 500;
/// Characters of the token's hash that name the answer.
const HASH_CHARS: usize = 16;

/// The form as sent. Fields that browsers and proxies add are passed over.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Answers {
    pub token: Option<String>,
    contacted: Option<String>,
    solved: Option<String>,
    satisfied: Option<String>,
    note: Option<String>,
}

impl Answers {
    /// Reads a form and keeps only known answers; `None` if it is no form.
    pub(super) async fn parse(body: Bytes, grades: &[Grade]) -> Option<Self> {
        let sent: Self = form::fields(body).await?;
        let known = |given: Option<String>, allowed: &[&str]| {
            given.filter(|given| allowed.contains(&given.as_str()))
        };
        Some(Self {
            token: sent.token,
            contacted: known(sent.contacted, &["yes", "no"]),
            solved: known(sent.solved, &["yes", "partly", "no"]),
            satisfied: sent.satisfied.filter(|said| grades.iter().any(|grade| grade.id == *said)),
            note: sent.note.map(|note| tidy(&note)).filter(|note| !note.is_empty()),
        })
    }

    /// What was ticked for a question.
    pub(super) fn get(&self, question: &str) -> Option<&str> {
        match question {
            "contacted" => self.contacted.as_deref(),
            "solved" => self.solved.as_deref(),
            "satisfied" => self.satisfied.as_deref(),
            "note" => self.note.as_deref(),
            _ => None,
        }
    }

    /// Whether no question was answered; a note alone is no answer.
    pub(super) fn is_blank(&self) -> bool {
        self.contacted.is_none() && self.solved.is_none() && self.satisfied.is_none()
    }

    /// Whether the resident says that the matter is not, or not wholly, solved.
    pub(super) fn is_unsolved(&self) -> bool {
        self.solved.as_deref().is_some_and(|solved| solved != "yes")
    }

    /// The event: answered, through a link, in this round.
    pub(super) fn event(&self, link: &Link, token_hash: &str, now: Timestamp) -> Event {
        let mut event = Event::new(link.ticket_no.clone(), Kind::Answered, now);
        let mark: String = token_hash.chars().take(HASH_CHARS).collect();
        event.id = Some(format!("link/{mark}"));
        for question in ["contacted", "solved", "satisfied", "note"] {
            if let Some(given) = self.get(question) {
                event.data.insert(question.to_owned(), Value::from(given));
            }
        }
        event.data.insert("round".to_owned(), Value::from(link.round));
        event.data.insert("via".to_owned(), Value::from("link"));
        event
    }
}

/// One line without control characters, of bounded length.
fn tidy(note: &str) -> String {
    let words: Vec<&str> = note.split(|c: char| c.is_whitespace() || c.is_control()).collect();
    let line = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    line.chars().take(NOTE_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::policy::ReplyRule;

    #[tokio::test]
    async fn only_known_answers_are_kept() {
        let grades = ReplyRule::default().grades;
        #[rustfmt::skip]
        let table = [
            // name              form                                              contacted    solved          satisfied       note
            ("all",              "contacted=yes&solved=partly&satisfied=mostly",   Some("yes"), Some("partly"), Some("mostly"), None),
            ("one",              "solved=no",                                      None,        Some("no"),     None,           None),
            ("unknown words",    "contacted=maybe&solved=1&satisfied=partly",      None,        None,           None,           None),
            ("a tidy note",      "solved=no&note=%E8%BF%98%E6%98%AF%0D%0A+x%00y",  None,        Some("no"),     None,           Some("还是 x y")),
            ("strange fields",   "utm=1&solved=yes",                               None,        Some("yes"),    None,           None),
        ];
        for (name, form, contacted, solved, satisfied, note) in table {
            let answers = Answers::parse(Bytes::from(form), &grades).await.expect("a form");
            let got = ["contacted", "solved", "satisfied", "note"].map(|one| answers.get(one));
            assert_eq!(got, [contacted, solved, satisfied, note], "{name}");
        }
        let long = format!("solved=no&note={}", "a".repeat(NOTE_CHARS_MAX + 1));
        let answers = Answers::parse(Bytes::from(long), &grades).await.expect("a form");
        assert_eq!(answers.get("note").map(str::len), Some(NOTE_CHARS_MAX));
    }
}
