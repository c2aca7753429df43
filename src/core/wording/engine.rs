//! Templates of the field's syntax, with everything taken out that could run away.
//!
//! Only `{{ fact }}` and `{% if %}` are left: no loops, no assignments, no arithmetic,
//! no filters, so a text is never longer than its template and its facts. Fuel and a
//! limit on the output stand behind that.

use std::{collections::BTreeSet, io};

use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value,
    escape_formatter,
};

/// What a fact that is not known prints as.
pub const UNKNOWN: &str = "—";
/// The longest text a template may give.
pub const OUTPUT_BYTES_MAX: usize = 64 * 1_024;
/// Steps of the template machine, far above what a text without loops needs.
const FUEL: u64 = 50_000;
const KEYWORDS: [&str; 4] = ["if", "elif", "else", "endif"];

/// Compiled templates, by name; the page of a mail escapes its facts.
#[derive(Clone, Debug)]
pub struct Engine(Environment<'static>);

impl Engine {
    /// An engine without templates.
    pub fn new() -> Self {
        let mut environment = Environment::empty();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        environment.set_auto_escape_callback(|name| {
            if name == super::mail::PAGE { AutoEscape::Html } else { AutoEscape::None }
        });
        environment.set_formatter(print);
        Self(environment)
    }

    /// Compiles a template that knows the facts `known`; says what is wrong with it.
    pub fn add(&mut self, name: &str, source: &str, known: &BTreeSet<&str>) -> Result<(), String> {
        refuse_machinery(source)?;
        self.trusted(name, source)?;
        let template = self.0.get_template(name).map_err(|error| words(&error))?;
        let mut unknown: Vec<String> = template
            .undeclared_variables(false)
            .into_iter()
            .filter(|name| !known.contains(name.as_str()))
            .collect();
        unknown.sort();
        if unknown.is_empty() {
            return Ok(());
        }
        let known: Vec<&str> = known.iter().copied().collect();
        Err(format!("unknown fact `{}`; known are {}", unknown.join("`, `"), known.join(", ")))
    }

    /// The facts a template names; none if there is no such template.
    pub fn names(&self, name: &str) -> BTreeSet<String> {
        let template = self.0.get_template(name);
        let names = template.map(|template| template.undeclared_variables(false));
        names.into_iter().flatten().collect()
    }

    /// Compiles a template of our own, which may use loops.
    pub fn trusted(&mut self, name: &str, source: &str) -> Result<(), String> {
        self.0.add_template_owned(name.to_owned(), source.to_owned()).map_err(|error| words(&error))
    }

    /// Renders a template into at most `OUTPUT_BYTES_MAX` bytes.
    pub fn render(&self, name: &str, facts: &Value) -> Result<String, String> {
        let template = self.0.get_template(name).map_err(|error| words(&error))?;
        let mut page = Bounded(Vec::new());
        template.render_captured_to(facts.clone(), &mut page).map_err(|error| words(&error))?;
        String::from_utf8(page.0).map_err(|_| "the text is not UTF-8".to_owned())
    }
}

fn print(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.is_none() {
        return out.write_str(UNKNOWN).map_err(Error::from);
    }
    escape_formatter(out, state, value)
}

/// Kind and detail of a template error, without the engine's own place: ours is the file's.
fn words(error: &Error) -> String {
    match (error.kind(), error.detail()) {
        (ErrorKind::SyntaxError, Some(detail)) => detail.to_owned(),
        (kind, Some(detail)) => format!("{kind}: {detail}"),
        (kind, None) => kind.to_string(),
    }
}

/// Refuses everything but facts and conditions.
fn refuse_machinery(source: &str) -> Result<(), String> {
    let mut rest = source;
    while let Some(start) = rest.find(['{']) {
        rest = &rest[start..];
        let (end, block) = match rest.get(..2) {
            Some("{{") => ("}}", false),
            Some("{%") => ("%}", true),
            _ => {
                rest = &rest[1..]; // a lone brace is text
                continue;
            }
        };
        let inside = &rest[2..];
        let inside = &inside[..inside.find(end).unwrap_or(inside.len())];
        let word = inside.trim_start_matches(['-', '+', ' ']).split_whitespace().next();
        if block && !word.is_some_and(|word| KEYWORDS.contains(&word.trim_end_matches('-'))) {
            return Err(format!(
                "`{}` is not for messages; there is only `if`, `elif`, `else` and `endif`",
                word.unwrap_or("{%")
            ));
        }
        if let Some(sign) = inside.chars().find(|c| "*~|+/%[(".contains(*c)) {
            return Err(format!("`{sign}` is not for messages; a template only names facts"));
        }
        rest = &rest[2 + inside.len()..];
    }
    Ok(())
}

/// A page that stops at its limit.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > OUTPUT_BYTES_MAX {
            return Err(io::Error::other(format!(
                "the text is longer than {OUTPUT_BYTES_MAX} bytes"
            )));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_names_facts_and_asks_whether_they_are_known() {
        let known = BTreeSet::from(["no", "due"]);
        #[rustfmt::skip]
        let table = [
            ("{{ no }}",                                     None),
            ("{% if due %}{{ due }}{% else %}-{% endif %}",  None),
            ("{no} {",                                       None),
            ("{{ due or no }}",                              None),
            ("{{ na }}",                                     Some("unknown fact `na`; known are due, no")),
            ("{% if due %}{{ na }}{% endif %}",              Some("unknown fact `na`; known are due, no")),
            ("{{ 'x' * 90000000 }}",                         Some("`*` is not for messages; a template only names facts")),
            ("{{ no ~ no }}",                                Some("`~` is not for messages; a template only names facts")),
            ("{{ no|upper }}",                               Some("`|` is not for messages; a template only names facts")),
            ("{% for x in no %}{% endfor %}",                Some("`for` is not for messages; there is only `if`, `elif`, `else` and `endif`")),
            ("{% set x = no %}",                             Some("`set` is not for messages; there is only `if`, `elif`, `else` and `endif`")),
            ("{{ no",                                        Some("unexpected end of input, expected end of variable block")),
        ];
        for (source, want) in table {
            let got = Engine::new().add("t", source, &known);
            assert_eq!(got.err().as_deref(), want, "{source}");
        }
    }

    #[test]
    fn a_missing_fact_is_a_dash_and_an_endless_text_is_refused() {
        let mut engine = Engine::new();
        engine.add("t", "[{{ no }}]", &BTreeSet::from(["no"])).expect("a good template");
        let of = |value: Value| Value::from_pairs([("no", value)]);
        assert_eq!(engine.render("t", &of(Value::from(None::<&str>))).as_deref(), Ok("[—]"));
        assert_eq!(engine.render("t", &of("1".into())).as_deref(), Ok("[1]"));
        assert!(engine.render("t", &of("x".repeat(OUTPUT_BYTES_MAX).into())).is_err());
    }
}
