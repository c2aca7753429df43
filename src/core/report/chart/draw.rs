//! The few shapes pictures are made of.

use std::fmt::Write as _;

/// What is drawn so far.
#[derive(Default)]
pub struct Drawing(String);

/// Where a text stands to its point.
#[derive(Clone, Copy)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

impl Drawing {
    pub fn done(self) -> String {
        self.0
    }

    fn line(&mut self, text: std::fmt::Arguments<'_>) {
        let written = writeln!(self.0, "{text}");
        debug_assert!(written.is_ok(), "a text takes what is written");
    }

    pub fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), fill: &str) {
        let [x, y, width, height] = [x, y, width, height].map(number);
        self.line(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"2\" fill=\"{fill}\"/>"
        ));
    }

    pub fn text(&mut self, (x, y): (f64, f64), anchor: Anchor, fill: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let ([x, y], text) = ([x, y].map(number), escape(text));
        self.line(format_args!(
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" fill=\"{fill}\">{text}</text>"
        ));
    }

    pub fn rule(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64), stroke: &str) {
        let [x1, y1, x2, y2] = [x1, y1, x2, y2].map(number);
        self.line(format_args!(
            "<path d=\"M{x1} {y1}L{x2} {y2}\" stroke=\"{stroke}\" fill=\"none\"/>"
        ));
    }

    /// A line through points, each with a dot.
    pub fn through(&mut self, points: &[(f64, f64)], stroke: &str) {
        let mut path = Vec::with_capacity(points.len());
        for (place, (x, y)) in points.iter().enumerate() {
            let step = if place == 0 { 'M' } else { 'L' };
            path.push(format!("{step}{} {}", number(*x), number(*y)));
        }
        let path = path.concat();
        self.line(format_args!(
            "<path d=\"{path}\" stroke=\"{stroke}\" stroke-width=\"2\" fill=\"none\" stroke-linejoin=\"round\"/>"
        ));
        for (x, y) in points {
            let [x, y] = [*x, *y].map(number);
            self.line(format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"3\" fill=\"{stroke}\"/>"));
        }
    }
}

/// One decimal at most, so that the same picture is the same text everywhere.
fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// For text and attributes of XML; control characters have no place there.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            other if other.is_control() => safe.push(' '),
            other => safe.push(other),
        }
    }
    safe
}

/// The text cut to so many columns; a Chinese character takes two.
pub fn fit(text: &str, columns: usize) -> String {
    let mut taken = 0;
    let mut short = String::new();
    for letter in text.chars() {
        taken += if letter.is_ascii() { 1 } else { 2 };
        if taken > columns {
            short.push('…');
            break;
        }
        short.push(letter);
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_write_markup() {
        assert_eq!(escape("<b a=\"x\">&'\u{7}"), "&lt;b a=&quot;x&quot;&gt;&amp;&#39; ");
        assert_eq!(fit("市场监管局", 8), "市场监管…");
        assert_eq!(fit("market", 8), "market");
        assert_eq!(
            (number(3.0), number(3.25), number(0.04)),
            ("3".into(), "3.2".into(), "0".into())
        );
    }
}
