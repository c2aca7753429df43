//! The two sets of the comparison: one city, and the same city under later policies.

use std::sync::LazyLock;

use super::rules::Rules;

/// Their files; the second has other hours, other spans, and a step of a ladder moved.
pub static TEXTS: LazyLock<[String; 2]> = LazyLock::new(|| {
    let first = include_str!("first.toml");
    let changed = [
        (r#"version = "1""#, r#"version = "2""#),
        (
            r#"[["09:00", "12:00"], ["14:00", "18:00"]]"#,
            r#"[["08:30", "12:00"], ["13:30", "17:30"]]"#,
        ),
        (r#"name = "accept", dur = "2wh""#, r#"name = "accept", dur = "3wh""#),
        (r#"name = "resolve", dur = "24h""#, r#"name = "resolve", dur = "36h""#),
        (
            r#"name = "resolve", dur = "2wd", ladder = "redo""#,
            r#"name = "resolve", dur = "10wh", ladder = "redo""#,
        ),
        (r#"name = "resolve", dur = "3wd""#, r#"name = "resolve", dur = "2wd""#),
        (r#"{ at = "due+1wd", slip = "red""#, r#"{ at = "due+4wh", slip = "red""#),
    ];
    let second = changed.into_iter().fold(first.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "{old}");
        text.replace(old, new)
    });
    [first.to_owned(), second]
});

/// What the model reads in them.
pub static RULES: LazyLock<[Rules; 2]> =
    LazyLock::new(|| [Rules::read(&TEXTS[0], &[]), Rules::read(&TEXTS[1], &[])]);
