//! The HTML of a mail: a bar in the slip's colour, a table of facts or of tickets,
//! one button.
//!
//! Styles stand at each element, because mail programs drop style sheets; every part
//! states its own ground and ink, so that a dark screen does not swallow either.

use minijinja::{Value, context};

use super::lists::{Group, Line};

/// The page's name among the compiled templates; its facts are escaped.
pub const PAGE: &str = "mail.html";
/// The page.
pub const SOURCE: &str = include_str!("mail.html");

/// What the page shows.
pub struct Page<'a> {
    pub language: &'a str,
    pub title: &'a str,
    pub colour: &'a str,
    pub greeting: &'a str,
    pub rows: &'a [(String, String)],
    /// One table of tickets, in parts, under two heads.
    pub groups: &'a [Group],
    pub heads: [&'a str; 2],
    pub note: &'a str,
    pub link: Option<&'a str>,
    pub button: &'a str,
    pub footer: &'a str,
}

impl Page<'_> {
    /// The page's facts as the template engine takes them.
    pub fn value(&self) -> Value {
        let (ground, ink) = paint(self.colour);
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|(label, text)| Value::from(vec![label.clone(), text.clone()]))
            .collect();
        let lines = |line: &Line| {
            context! { no => &*line.no, about => &*line.about, due => &*line.due }
        };
        let groups = self.groups.iter().map(|group| {
            let lines: Vec<Value> = group.lines.iter().map(lines).collect();
            context! { title => &*group.title, lines => lines, more => &*group.more }
        });
        let groups: Vec<Value> = groups.collect();
        context! {
            groups => groups, heads => Value::from(self.heads.map(str::to_owned).to_vec()),
            language => self.language, title => self.title, ground => ground, ink => ink,
            greeting => self.greeting, rows => Value::from(rows), note => self.note,
            link => self.link.unwrap_or_default(), button => self.button, footer => self.footer,
        }
    }
}

/// Ground and ink of the bar, each pair with a contrast of at least 4.5 to 1.
fn paint(colour: &str) -> (&'static str, &'static str) {
    match colour {
        "green" => ("#1a7f37", "#ffffff"),
        "yellow" => ("#f2c037", "#1f2328"),
        "red" => ("#b42318", "#ffffff"),
        "blue" => ("#0b5cad", "#ffffff"),
        _ => ("#4a5560", "#ffffff"), // no colour, or one a city invented
    }
}
