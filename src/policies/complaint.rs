//! What is wrong in a file, where, and what would be right.
//!
//! A complaint is made where the mistake is read and printed later, all of them in one
//! run. Files that hold people's numbers are quoted by place only, never by text.

use std::{cell::RefCell, collections::BTreeMap, fmt, ops::Range};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// Whether a set with this complaint may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The set is refused.
    Error,
    /// The set works, but probably not as its writer thinks.
    Warning,
}

/// One mistake in one place of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    pub severity: Severity,
    /// The file as the user knows it: `policies/general.toml`.
    pub file: String,
    /// Counted from 1; 0 if the complaint is about the file as a whole.
    pub line: usize,
    /// Characters from 1.
    pub column: usize,
    pub message: String,
    /// What would be right: ``did you mean `unit_head`?``
    pub help: Option<String>,
    /// The line with the offending text underlined; empty where there is nothing to show.
    pub excerpt: String,
}

impl Complaint {
    /// A complaint about a file as a whole.
    pub fn about(severity: Severity, file: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            severity,
            file: file.into(),
            line: 0,
            column: 0,
            message: message.into(),
            help: None,
            excerpt: String::new(),
        }
    }

    /// Whether the set is refused because of it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// The place and the text on the first line, the excerpt below it.
impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        f.write_str(match self.severity {
            Severity::Error => ": ",
            Severity::Warning => ": warning: ",
        })?;
        f.write_str(&self.message)?;
        if let Some(help) = &self.help {
            write!(f, "; {help}")?;
        }
        if !self.excerpt.is_empty() {
            write!(f, "\n{}", self.excerpt)?;
        }
        Ok(())
    }
}

/// Where complaints gather while files are read.
#[derive(Debug, Default)]
pub struct Complaints {
    list: RefCell<Vec<Complaint>>,
    /// Where the lines of a text begin, by the name of its source: a long file may have many mistakes.
    lines: RefCell<BTreeMap<String, Vec<usize>>>,
}

impl Complaints {
    /// Adds one.
    pub fn add(&self, complaint: Complaint) {
        self.list.borrow_mut().push(complaint);
    }

    /// How many errors there are so far.
    pub fn errors(&self) -> usize {
        self.list.borrow().iter().filter(|complaint| complaint.is_error()).count()
    }

    /// All of them by file and place, each once.
    pub fn into_sorted(self) -> Vec<Complaint> {
        let mut list = self.list.into_inner();
        list.sort_by(|a, b| {
            let place = |c: &Complaint| (c.file.clone(), c.line, c.column, c.severity);
            place(a).cmp(&place(b))
        });
        list.dedup();
        list
    }
}

/// One file that is being read.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// As complaints name it.
    pub name: &'a str,
    pub text: &'a str,
    /// Holds personal data: complaints never quote it.
    pub private: bool,
    pub complaints: &'a Complaints,
}

impl Source<'_> {
    /// Complains about the text of `span`.
    pub fn complain(
        &self,
        severity: Severity,
        span: Range<usize>,
        message: impl Into<String>,
        help: Option<String>,
    ) {
        let blank = self.blank(span);
        self.complaints.add(Complaint { severity, message: message.into(), help, ..blank });
    }

    /// A complaint about the text of `span` that does not say yet what is wrong.
    pub fn blank(&self, span: Range<usize>) -> Complaint {
        let (line, column) = self.place(span.start);
        Complaint {
            severity: Severity::Error,
            file: self.name.to_owned(),
            line,
            column,
            message: String::new(),
            help: None,
            excerpt: if self.private { String::new() } else { self.excerpt(span) },
        }
    }

    /// Line and column of a byte, both from 1; the column in characters.
    fn place(&self, byte: usize) -> (usize, usize) {
        let byte = byte.min(self.text.len());
        let mut lines = self.complaints.lines.borrow_mut();
        let starts = lines.entry(self.name.to_owned()).or_insert_with(|| {
            let after_breaks = self.text.match_indices('\n').map(|(at, _)| at + 1);
            std::iter::once(0).chain(after_breaks).collect()
        });
        let line = starts.partition_point(|start| *start <= byte);
        let before = self.text.get(starts[line - 1]..byte).unwrap_or_default();
        (line, before.chars().count() + 1)
    }

    fn excerpt(&self, span: Range<usize>) -> String {
        // A table can run over many lines; its first line is what the eye looks for.
        let line_end =
            self.text[span.start..].find('\n').map_or(self.text.len(), |at| span.start + at);
        let span = span.start..span.end.min(line_end).max(span.start);
        let snippet = Snippet::source(self.text).annotation(AnnotationKind::Primary.span(span));
        let rendered =
            Renderer::plain().render(&[Group::with_level(Level::ERROR).element(snippet)]);
        rendered.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    }
}

/// A complaint about a place in a text that was read elsewhere.
pub fn complain_at(file: &str, text: &str, span: Option<Range<usize>>, message: &str) -> Complaint {
    let Some(span) = span else { return Complaint::about(Severity::Error, file, message) };
    let complaints = Complaints::default();
    let source = Source { name: file, text, private: false, complaints: &complaints };
    source.complain(Severity::Error, span, message, None);
    complaints.into_sorted().pop().expect("one complaint was made")
}
