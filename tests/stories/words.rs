//! Words of a line, and `key=value` among them.

use std::{iter::Peekable, str::Chars};

use serde_json::Value;

use crate::language::Read;

/// Splits a line at blanks; quotes hold a text together, also behind `key=`. A `#` after a blank
/// begins a comment.
pub fn split(line: &str) -> Read<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '#' if word.is_none() => break,
            ' ' | '\t' => words.extend(word.take()),
            '=' if word.as_ref().is_some_and(|word| word.ends_with(':')) => {
                let word = word.get_or_insert_default();
                word.push('=');
                json(&mut letters, word)?;
            }
            '"' => {
                let word = word.get_or_insert_default();
                // Inside of JSON the quotes belong to it.
                let is_json = word.contains(":=") && !word.ends_with(":=");
                word.extend(is_json.then_some('"'));
                loop {
                    match letters.next() {
                        None => return Err("a quote is not closed".to_owned()),
                        Some('"') => break,
                        Some('\\') => word.push(letters.next().unwrap_or('\\')),
                        Some(letter) => word.push(letter),
                    }
                }
                word.extend(is_json.then_some('"'));
            }
            letter => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    Ok(words)
}

/// Takes JSON as it is written, up to the blank behind it. JSON inside a quoted text is taken out of it.
fn json(letters: &mut Peekable<Chars<'_>>, word: &mut String) -> Read<()> {
    let begin = word.len();
    bare_json(letters, word)?;
    if let Ok(Value::String(inner)) = serde_json::from_str(&word[begin..])
        && serde_json::from_str::<Value>(&inner).is_ok()
    {
        word.truncate(begin);
        word.push_str(&inner);
    }
    Ok(())
}

fn bare_json(letters: &mut Peekable<Chars<'_>>, word: &mut String) -> Read<()> {
    let (mut depth, mut quoted) = (0_u32, false);
    while let Some(letter) = letters.next_if(|c| quoted || depth > 0 || !matches!(c, ' ' | '\t')) {
        word.push(letter);
        match letter {
            '\\' if quoted => word.extend(letters.next()),
            '"' => quoted = !quoted,
            '[' | '{' if !quoted => depth += 1,
            ']' | '}' if !quoted => depth = depth.saturating_sub(1),
            _ => {} // letters of the value
        }
    }
    if quoted || depth > 0 { Err("the JSON behind `:=` is not closed".to_owned()) } else { Ok(()) }
}

/// How a value is compared, or said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// `key=value`
    Is,
    /// `key~value`: the text contains it.
    Has,
    /// `key:=json`: a value that is no text.
    Json,
    /// `key=@time`: an instant, in the zone of the story.
    Instant,
}

/// `key=value` in any of its forms.
#[derive(Clone, Debug)]
pub struct Fact {
    pub key: String,
    pub how: How,
    pub value: String,
}

impl Fact {
    pub fn parse(word: &str) -> Read<Self> {
        let at = word.find(['=', '~']).filter(|at| *at > 0);
        let at = at.ok_or_else(|| format!("`{word}` is no `key=value`"))?;
        let (key, rest) = word.split_at(at);
        let (how, value) = match (&rest[..1], &rest[1..]) {
            ("~", value) => (How::Has, value),
            (_, value) if key.ends_with(':') => (How::Json, value),
            (_, value) => match value.strip_prefix('@') {
                Some(time) => (How::Instant, time),
                None => (How::Is, value),
            },
        };
        let key = key.trim_end_matches(':').to_owned();
        if how == How::Json && serde_json::from_str::<Value>(value).is_err() {
            return Err(format!("`{value}` is no JSON"));
        }
        Ok(Self { key, how, value: value.to_owned() })
    }

    /// Whether a word has the shape of a fact.
    pub fn is(word: &str) -> bool {
        word.find(['=', '~']).is_some_and(|at| at > 0)
    }
}

impl std::fmt::Display for Fact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { key, how, value } = self;
        match how {
            How::Is => write!(f, "{key}={value}"),
            How::Has => write!(f, "{key}~{value}"),
            How::Json => write!(f, "{key}:={value}"),
            How::Instant => write!(f, "{key}=@{value}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_words_together() {
        #[rustfmt::skip]
        let table: [(&str, &[&str]); 7] = [
            ("a b  c",                       &["a", "b", "c"]),
            (r#"says "a b" x"#,              &["says", "a b", "x"]),
            (r#"basis="not ours" unit=a"#,   &["basis=not ours", "unit=a"]),
            (r#"x="say \"no\"""#,            &[r#"x=say "no""#]),
            (r#"a:=["x y", "z"] b:=1 c"#,    &[r#"a:=["x y", "z"]"#, "b:=1", "c"]),
            (r#"a:="[\"x\"]" b:="x""#,      &[r#"a:=["x"]"#, r#"b:="x""#]),
            ("nothing # of interest",        &["nothing"]),
        ];
        for (line, want) in table {
            assert_eq!(split(line).as_deref(), Ok(want.map_words().as_slice()), "{line}");
        }
        assert!(split("says \"a").is_err());
    }

    trait Words {
        fn map_words(&self) -> Vec<String>;
    }
    impl Words for &[&str] {
        fn map_words(&self) -> Vec<String> {
            self.iter().map(|word| (*word).to_owned()).collect()
        }
    }

    #[test]
    fn facts_say_how_they_compare() {
        #[rustfmt::skip]
        let table = [
            ("unit=cx",          "unit",   How::Is,      "cx"),
            ("reason~late",      "reason", How::Has,     "late"),
            ("households:=613",  "households", How::Json, "613"),
            ("until=@18:00",     "until",  How::Instant, "18:00"),
            ("text=a=b",         "text",   How::Is,      "a=b"),
        ];
        for (word, key, how, value) in table {
            let fact = Fact::parse(word).expect(word);
            assert_eq!(
                (fact.key.as_str(), fact.how, fact.value.as_str()),
                (key, how, value),
                "{word}"
            );
            assert_eq!(fact.to_string(), word);
        }
        assert!(Fact::parse("nothing").is_err() && Fact::parse("=x").is_err());
        assert!(Fact::parse("n:=x y").is_err());
    }
}
