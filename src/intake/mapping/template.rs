//! Texts with columns in them: `bos-{case_enquiry_id}`.

use super::ColumnId;

/// The name that stands for the kind of the event.
pub const EVENT: &str = "event";

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Column(ColumnId),
    /// The kind of the event: makes ids of several events of one row differ.
    Event,
}

/// A text with columns in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

/// What is wrong with a template, in the words of a complaint.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    #[error("`{{` is never closed; write a column as `{{name}}`, a brace as `{{{{`")]
    Open,
    #[error("`}}` closes nothing; write a brace as `}}}}`")]
    Close,
    #[error("`{{}}` names no column")]
    Nameless,
}

impl Template {
    /// Reads a template; `column` gives the number of a column's name.
    pub fn parse(
        text: &str,
        mut column: impl FnMut(&str) -> ColumnId,
    ) -> Result<Self, TemplateError> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                plain.push_str(brace);
                rest = after;
                continue;
            }
            if brace == "}" {
                return Err(TemplateError::Close);
            }
            let end = rest.find('}').ok_or(TemplateError::Open)?;
            let name = rest[..end].trim();
            if name.is_empty() {
                return Err(TemplateError::Nameless);
            }
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            pieces.push(if name == EVENT { Piece::Event } else { Piece::Column(column(name)) });
            rest = &rest[end + 1..];
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Ok(Self(pieces))
    }

    /// The columns in it.
    pub fn columns(&self) -> impl Iterator<Item = ColumnId> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Column(column) => Some(*column),
            Piece::Text(_) | Piece::Event => None,
        })
    }

    /// The text, or the column that is missing.
    pub fn fill<'r>(
        &self,
        kind: &str,
        cell: impl Fn(ColumnId) -> Option<&'r str>,
    ) -> Result<String, ColumnId> {
        let mut text = String::new();
        for piece in &self.0 {
            text.push_str(match piece {
                Piece::Text(plain) => plain,
                Piece::Event => kind,
                Piece::Column(column) => cell(*column).ok_or(*column)?,
            });
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled_or_refused() {
        #[rustfmt::skip]
        let table = [
            ("bos-{id}",     Ok("bos-7")),
            ("{id}/{queue}", Err("a column is missing")),
            ("{{{id}}}",     Ok("{7}")),
            ("{id}-{event}", Ok("7-closed")),
            ("plain",        Ok("plain")),
            ("{id",          Err("`{` is never closed; write a column as `{name}`, a brace as `{{`")),
            ("id}",          Err("`}` closes nothing; write a brace as `}}`")),
            ("{ }",          Err("`{}` names no column")),
        ];
        for (text, want) in table {
            let column = |name: &str| ["id", "queue"].iter().position(|n| *n == name).unwrap_or(9);
            let got = match Template::parse(text, column) {
                Ok(template) => template
                    .fill("closed", |column| (column == 0).then_some("7"))
                    .map_err(|_| "a column is missing".to_owned()),
                Err(error) => Err(error.to_string()),
            };
            assert_eq!(got, want.map(str::to_owned).map_err(str::to_owned), "{text}");
        }
    }
}
