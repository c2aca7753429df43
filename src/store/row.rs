//! From columns to values, by position, for both drivers.
//!
//! The columns are only BIGINT and TEXT; what else a value is (an instant, a flag, bytes,
//! a message) is read here once. Positions, not names: the SELECT beside a struct lists its
//! columns in the order of the fields.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD as BASE64};
use sqlx::{Row as _, postgres::PgRow, sqlite::SqliteRow};

use crate::core::{message::Message, timestamp::Timestamp};

/// A value that stands in one column.
pub(super) trait Column<R>: Sized {
    fn column(row: &R, index: usize) -> sqlx::Result<Self>;
}

/// Bytes as the text column that keeps them.
pub(super) fn base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

fn unreadable(index: usize, source: impl std::error::Error + Send + Sync + 'static) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: index.to_string(), source: Box::new(source) }
}

macro_rules! columns {
    ($($row:ty),*) => { $(
        columns!(@plain $row: i64, String, Option<i64>, Option<String>);
        columns!(@from $row: i64 => u32, |n, index| u32::try_from(n).map_err(|e| unreadable(index, e)));
        columns!(@from $row: i64 => i32, |n, index| i32::try_from(n).map_err(|e| unreadable(index, e)));
        columns!(@from $row: i64 => bool, |n, _index| Ok(n != 0));
        columns!(@from $row: i64 => Timestamp, |ms, _index| Ok(Timestamp(ms)));
        columns!(@from $row: Option<i64> => Option<Timestamp>, |ms, _index| Ok(ms.map(Timestamp)));
        columns!(@from $row: String => Vec<u8>, |text, index| BASE64.decode(text).map_err(|e| unreadable(index, e)));
        columns!(@from $row: Option<String> => Option<Vec<u8>>, |text, index| {
            text.map(|text| BASE64.decode(text)).transpose().map_err(|e| unreadable(index, e))
        });
        columns!(@from $row: String => Vec<String>, |text, index| {
            serde_json::from_str(&text).map_err(|e| unreadable(index, e))
        });
        columns!(@from $row: String => Message, |text, index| {
            serde_json::from_str(&text).map_err(|e| unreadable(index, e))
        });
    )* };
    (@plain $row:ty: $($ty:ty),*) => { $(
        impl Column<$row> for $ty {
            fn column(row: &$row, index: usize) -> sqlx::Result<Self> {
                row.try_get(index)
            }
        }
    )* };
    (@from $row:ty: $raw:ty => $ty:ty, |$value:ident, $index:ident| $read:expr) => {
        impl Column<$row> for $ty {
            fn column(row: &$row, $index: usize) -> sqlx::Result<Self> {
                let $value: $raw = row.try_get($index)?;
                $read
            }
        }
    };
}
columns!(SqliteRow, PgRow);

/// Fills a struct from the columns in the order of the fields named; those after `with` start empty.
macro_rules! rows {
    ($ty:ty { $($field:ident),+ $(,)? } $(with $rest:ident)?) => {
        $crate::store::row::rows!(@one sqlx::sqlite::SqliteRow, $ty { $($field),+ } $($rest)?);
        $crate::store::row::rows!(@one sqlx::postgres::PgRow, $ty { $($field),+ } $($rest)?);
    };
    (@one $row:ty, $ty:ty { $($field:ident),+ } $($rest:ident)?) => {
        impl<'r> sqlx::FromRow<'r, $row> for $ty {
            fn from_row(row: &'r $row) -> sqlx::Result<Self> {
                let mut index = 0..;
                Ok(Self {
                    $($field: $crate::store::row::Column::column(
                        row,
                        index.next().expect("a range without an end has a next"),
                    )?,)+
                    $($rest: Default::default(),)?
                })
            }
        }
    };
}
pub(super) use rows;
