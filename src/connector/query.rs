//! What is asked of another system's database, and how far it was read. Pure.
//!
//! The city's own SELECT stands inside; around it duban asks for the mapped columns only,
//! as texts, for rows behind the cursor, in the order of the cursor.
//!
//! Invariants:
//! * `rows_that_share_a_cursor_are_told_apart_by_the_key`
//! * `an_overlap_begins_behind_the_cursor`

use std::cmp::Ordering;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use crate::config::connectors::{CursorKind, DatabaseConfig, Overlap};

/// Which database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
    Mysql,
}

impl Dialect {
    /// From the address; the configuration has let no other through.
    pub fn of(url: &str) -> Self {
        if url.starts_with("sqlite:") {
            Self::Sqlite
        } else if url.starts_with("postgres") {
            Self::Postgres
        } else {
            Self::Mysql
        }
    }

    fn quoted(self, name: &str) -> String {
        match self {
            Self::Sqlite | Self::Postgres => format!("duban.\"{}\"", name.replace('"', "\"\"")),
            Self::Mysql => format!("duban.`{}`", name.replace('`', "``")),
        }
    }

    fn text(self, column: &str) -> String {
        match self {
            Self::Sqlite | Self::Postgres => format!("CAST({column} AS text)"),
            Self::Mysql => format!("CAST({column} AS char)"),
        }
    }

    /// A key, compared byte by byte whatever the collation of its column.
    fn key(self, value: &str) -> String {
        match self {
            Self::Sqlite => format!("CAST({value} AS text) COLLATE BINARY"),
            Self::Postgres => format!("CAST({value} AS text) COLLATE \"C\""),
            Self::Mysql => format!("CAST({value} AS binary)"),
        }
    }

    /// The cursor of a row as the text that is bound again later.
    fn cursor(self, column: &str, kind: CursorKind) -> String {
        match (self, kind) {
            // Without the offset: the session is in UTC, and so is what is bound.
            (Self::Postgres, CursorKind::Time) => {
                format!("CAST(CAST({column} AS timestamp) AS text)")
            }
            (_, _) => self.text(column),
        }
    }

    fn bound(self, kind: CursorKind, nth: usize) -> String {
        match (self, kind) {
            (Self::Sqlite, _) => format!("?{nth}"),
            (Self::Postgres, CursorKind::Time) => format!("CAST(${nth} AS timestamp)"),
            (Self::Postgres, CursorKind::Number) => format!("${nth}"),
            (Self::Mysql, CursorKind::Time) => "CAST(? AS datetime(6))".to_owned(),
            (Self::Mysql, CursorKind::Number) => "?".to_owned(),
        }
    }

    fn bound_text(self, nth: usize) -> String {
        match self {
            Self::Sqlite => format!("?{nth}"),
            Self::Postgres => format!("${nth}"),
            Self::Mysql => "?".to_owned(),
        }
    }
}

/// How far a database was read: the last row's cursor and key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    pub cursor: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl Position {
    /// As the store keeps it.
    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("two texts are JSON")
    }

    /// Reads what `text` wrote; nothing stands for the beginning.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Which of two positions is further on.
    pub fn compare(&self, other: &Self, kind: CursorKind) -> Ordering {
        compare(&self.cursor, &other.cursor, kind).then_with(|| self.key.cmp(&other.key))
    }
}

/// Which of two cursors is further on.
pub fn compare(one: &str, other: &str, kind: CursorKind) -> Ordering {
    match (kind, one.parse::<i64>(), other.parse::<i64>()) {
        (CursorKind::Number, Ok(one), Ok(other)) => one.cmp(&other),
        (CursorKind::Number | CursorKind::Time, _, _) => one.cmp(other),
    }
}

/// Where a look begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum From {
    Beginning,
    /// Rows with this cursor and later ones.
    At(String),
    After(Position),
}

impl From {
    /// Where the next look begins, given how far the last one came.
    pub fn next(position: Option<&Position>, database: &DatabaseConfig) -> Self {
        let Some(position) = position else {
            return database.start.clone().map_or(Self::Beginning, Self::At);
        };
        let earlier = match database.overlap {
            Overlap::None => None,
            Overlap::Numbers(numbers) => position
                .cursor
                .parse::<i64>()
                .ok()
                .map(|cursor| cursor.saturating_sub(numbers).to_string()),
            Overlap::Span(span) => position.cursor.parse::<DateTime>().ok().and_then(|cursor| {
                let earlier = cursor.checked_sub(span).ok()?;
                Some(earlier.strftime("%Y-%m-%d %H:%M:%S%.f").to_string())
            }),
        };
        earlier.map_or_else(|| Self::After(position.clone()), Self::At)
    }
}

/// A value the question is asked with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    Number(i64),
    Text(String),
}

/// The question for the next rows: mapped columns, then the cursor, then the key if there is one.
pub fn question(
    dialect: Dialect,
    database: &DatabaseConfig,
    columns: &[&str],
    from: &From,
    limit: i64,
) -> (String, Vec<Bound>) {
    let cursor = dialect.quoted(&database.cursor);
    let key = database.key.as_deref().map(|key| dialect.quoted(key));
    let kind = database.cursor_as;
    let mut chosen: Vec<String> =
        columns.iter().map(|column| dialect.text(&dialect.quoted(column))).collect();
    chosen.push(dialect.cursor(&cursor, kind));
    chosen.extend(key.iter().map(|key| dialect.text(key)));
    let mut order = vec![cursor.clone()];
    order.extend(key.iter().map(|key| dialect.key(key)));
    let value = |text: &str| match (kind, text.parse()) {
        (CursorKind::Number, Ok(number)) => Bound::Number(number),
        (CursorKind::Number | CursorKind::Time, _) => Bound::Text(text.to_owned()),
    };
    let (behind, bound) = match (from, &key) {
        (From::Beginning, _) => (String::new(), Vec::new()),
        (From::At(at), _) => {
            (format!(" AND {cursor} >= {}", dialect.bound(kind, 1)), vec![value(at)])
        }
        (From::After(Position { cursor: at, key: Some(last) }), Some(key)) => (
            format!(
                " AND {cursor} >= {} AND ({cursor} > {} OR {} > {})",
                dialect.bound(kind, 1),
                dialect.bound(kind, 2),
                dialect.key(key),
                dialect.key(&dialect.bound_text(3))
            ),
            vec![value(at), value(at), Bound::Text(last.clone())],
        ),
        (From::After(Position { cursor: at, .. }), _) => {
            (format!(" AND {cursor} > {}", dialect.bound(kind, 1)), vec![value(at)])
        }
    };
    // A row without a cursor would be read anew for ever, or never.
    let sql = format!(
        "SELECT {} FROM (\n{}\n) AS duban WHERE {cursor} IS NOT NULL{behind} ORDER BY {} LIMIT {limit}",
        chosen.join(", "),
        database.query,
        order.join(", ")
    );
    (sql, bound)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::StoreConfig;

    fn database(cursor_as: CursorKind, key: Option<&str>, overlap: Overlap) -> DatabaseConfig {
        DatabaseConfig {
            url: StoreConfig { url: "sqlite:x".to_owned(), source: None },
            query: "SELECT * FROM t".to_owned(),
            cursor: "c".to_owned(),
            cursor_as,
            key: key.map(str::to_owned),
            start: None,
            overlap,
            timeout: Duration::from_secs(1),
        }
    }

    fn at(cursor: &str, key: Option<&str>) -> Position {
        Position { cursor: cursor.to_owned(), key: key.map(str::to_owned) }
    }

    #[test]
    fn rows_that_share_a_cursor_are_told_apart_by_the_key() {
        let timed = database(CursorKind::Time, Some("k"), Overlap::None);
        let ask = |dialect, from: &From| question(dialect, &timed, &["a\"`"], from, 2).0;
        let from = From::After(at("2026-05-07 09:12:00", Some("7")));
        #[rustfmt::skip]
        let table = [
            (Dialect::Sqlite,
             r#"SELECT CAST(duban."a""`" AS text), CAST(duban."c" AS text), CAST(duban."k" AS text) FROM ("#,
             r#"AND duban."c" >= ?1 AND (duban."c" > ?2 OR CAST(duban."k" AS text) COLLATE BINARY > CAST(?3 AS text) COLLATE BINARY) ORDER BY"#),
            (Dialect::Postgres,
             r#"SELECT CAST(duban."a""`" AS text), CAST(CAST(duban."c" AS timestamp) AS text), CAST(duban."k" AS text) FROM ("#,
             r#"AND duban."c" >= CAST($1 AS timestamp) AND (duban."c" > CAST($2 AS timestamp) OR CAST(duban."k" AS text) COLLATE "C" > CAST($3 AS text) COLLATE "C")"#),
            (Dialect::Mysql,
             r#"SELECT CAST(duban.`a"``` AS char), CAST(duban.`c` AS char), CAST(duban.`k` AS char) FROM ("#,
             "AND duban.`c` >= CAST(? AS datetime(6)) AND (duban.`c` > CAST(? AS datetime(6)) OR CAST(duban.`k` AS binary) > CAST(? AS binary))"),
        ];
        for (dialect, chosen, behind) in table {
            let sql = ask(dialect, &from);
            assert!(sql.starts_with(chosen), "{sql}");
            assert!(sql.contains(behind), "{sql}");
            assert!(sql.ends_with("LIMIT 2"), "{sql}");
        }
        let numbered = database(CursorKind::Number, None, Overlap::None);
        let (sql, bound) =
            question(Dialect::Postgres, &numbered, &["a"], &From::After(at("41", None)), 9);
        assert!(sql.contains("duban.\"c\" > $1 ORDER BY duban.\"c\" LIMIT 9"), "{sql}");
        assert_eq!(bound, [Bound::Number(41)]);
    }

    #[test]
    fn an_overlap_begins_behind_the_cursor() {
        use CursorKind::{Number, Time};
        let minute = Overlap::Span(Duration::from_mins(1));
        let from = |text: &str| From::At(text.to_owned());
        #[rustfmt::skip]
        let table = [
            ("nothing read yet",     Number, Overlap::None,        None,                                         From::Beginning),
            ("no overlap",           Number, Overlap::None,        Some(at("41", None)),                         From::After(at("41", None))),
            ("numbers",              Number, Overlap::Numbers(40), Some(at("41", None)),                         from("1")),
            ("below nothing",        Number, Overlap::Numbers(50), Some(at("41", None)),                         from("-9")),
            ("a minute",             Time,   minute,               Some(at("2026-05-07 00:00:30", Some("k"))),   from("2026-05-06 23:59:30")),
            ("a minute, split",      Time,   minute,               Some(at("2026-05-07 00:01:30.25", None)),     from("2026-05-07 00:00:30.25")),
            ("a time nobody reads",  Time,   minute,               Some(at("yesterday", Some("k"))),             From::After(at("yesterday", Some("k")))),
        ];
        for (name, kind, overlap, position, want) in table {
            let got = From::next(position.as_ref(), &database(kind, Some("k"), overlap));
            assert_eq!(got, want, "{name}");
        }
        let start = DatabaseConfig { start: Some("5".into()), ..database(Number, None, minute) };
        assert_eq!(From::next(None, &start), from("5"));
    }

    #[test]
    fn positions_are_compared_as_what_they_are() {
        use CursorKind::{Number, Time};
        use Ordering::{Equal, Greater, Less};
        #[rustfmt::skip]
        let table = [
            (Number, at("9", None),                         at("10", None),                          Less),
            (Number, at("10", Some("a")),                   at("10", Some("b")),                     Less),
            (Time,   at("2026-05-07 09:12:00", Some("9")),  at("2026-05-07 09:12:00.5", Some("1")),  Less),
            (Time,   at("2026-05-07 09:12:01", None),       at("2026-05-07 09:12:00.5", None),       Greater),
            (Time,   at("2026-05-07 09:12:01", None),       at("2026-05-07 09:12:01", None),         Equal),
        ];
        for (kind, one, other, want) in table {
            assert_eq!(one.compare(&other, kind), want, "{one:?} {other:?}");
            assert_eq!(Position::read(&one.text()), Some(one));
        }
        assert_eq!(Position::read(""), None);
    }
}
