//! What is wrong with a file: where, what, and what would be right.
//!
//! A complaint points at bytes of one text and is printed with the line underlined.
//! Every complaint about a file is collected before any is shown.

use std::{fmt, ops::Range};

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Bytes of the file.
    File(Range<usize>),
    /// Bytes of the file that must not be shown: a secret, or what may hold one.
    Secret(Range<usize>),
    /// An environment variable, by name.
    Environment(String),
    /// Nowhere: the whole configuration.
    Whole,
}

impl Place {
    /// The same place, with what stands there hidden.
    pub fn hidden(self) -> Self {
        match self {
            Self::File(span) => Self::Secret(span),
            Self::Secret(_) | Self::Environment(_) | Self::Whole => self,
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    pub place: Place,
    /// What is wrong and what would be right; lower case, no full stop.
    pub text: String,
}

/// Everything that is wrong with one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaints {
    /// The file as the user named it.
    pub file: String,
    /// Its text, to show the lines.
    pub source: String,
    pub all: Vec<Complaint>,
}

impl fmt::Display for Complaints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = self.masked();
        for (n, complaint) in self.all.iter().enumerate() {
            if n > 0 {
                f.write_str("\n")?;
            }
            match &complaint.place {
                Place::File(span) | Place::Secret(span) => {
                    f.write_str(&self.underlined(&source, span, &complaint.text))?;
                }
                Place::Environment(name) => write!(f, "{name}: {}", complaint.text)?,
                Place::Whole => write!(f, "{}: {}", self.file, complaint.text)?,
            }
        }
        Ok(())
    }
}

impl Complaints {
    /// The text with every secret under asterisks, byte for byte, so that places stay right.
    fn masked(&self) -> String {
        let mut bytes = self.source.clone().into_bytes();
        for complaint in &self.all {
            if let Place::Secret(span) = &complaint.place
                && let Some(secret) = bytes.get_mut(span.clone())
            {
                secret.fill(b'*');
            }
        }
        // A span of the parser begins and ends between characters, so this never replaces any.
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn underlined(&self, source: &str, span: &Range<usize>, text: &str) -> String {
        let (line, column) = line_and_column(source, span.start);
        let title = format!("{}:{line}:{column}: {text}", self.file);
        let report = &[Level::ERROR.primary_title(title.as_str()).element(
            Snippet::source(source)
                .path(self.file.as_str())
                .annotation(AnnotationKind::Primary.span(span.clone())),
        )];
        Renderer::plain().render(report)
    }
}

/// Line and column (in characters) of a byte, both counted from 1.
pub fn line_and_column(source: &str, byte: usize) -> (usize, usize) {
    let before = source.get(..byte.min(source.len())).unwrap_or(source);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

/// Words for an unknown name: the nearest known one if it is near, else all of them.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let nearest = known.iter().map(|name| (edits(word, name), *name)).min();
    match nearest {
        Some((edits, name)) if edits <= 1 + name.chars().count() / 4 => {
            format!("did you mean `{name}`?")
        }
        Some(_) => format!("known here: {}", known.join(", ")),
        None => "nothing is known here".to_owned(),
    }
}

/// Levenshtein distance, with a swap of neighbours as one edit.
fn edits(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let differs = usize::from(a[i - 1] != b[j - 1]);
            let mut cost =
                (rows[i - 1][j] + 1).min(row[j - 1] + 1).min(rows[i - 1][j - 1] + differs);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cost = cost.min(rows[i - 2][j - 2] + 1);
            }
            row.push(cost);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_name_is_offered_and_a_far_one_lists_all() {
        let known = ["listen", "public_url", "body_bytes_max"];
        #[rustfmt::skip]
        let table = [
            ("lisen",      "did you mean `listen`?"),
            ("lsiten",     "did you mean `listen`?"),
            ("public_uri", "did you mean `public_url`?"),
            ("port",       "known here: listen, public_url, body_bytes_max"),
        ];
        for (word, want) in table {
            assert_eq!(did_you_mean(word, known), want, "{word}");
        }
    }

    #[test]
    fn columns_count_characters_not_bytes() {
        assert_eq!(line_and_column("一\n二三x", "一\n二三".len()), (2, 3));
    }
}
