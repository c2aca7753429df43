//! A point in time: UTC milliseconds, as the store keeps it.
//!
//! Civil time (dates, clock faces, zones) lives in `calendar`; here is only the
//! instant, its arithmetic and its RFC 3339 text.

use std::fmt;

use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Later than any instant duban handles (year 9999): "not before something changes".
    pub const NEVER: Self = Self(253_402_207_200_000);

    /// Reads an RFC 3339 instant with an offset, for example `2026-05-07T09:12:00+08:00`.
    pub fn parse(text: &str) -> Result<Self, jiff::Error> {
        text.parse::<jiff::Timestamp>().map(Self::from)
    }

    /// This instant moved by `ms` milliseconds, clamped to the years duban handles.
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms).clamp(-Self::NEVER.0, Self::NEVER.0))
    }

    /// Milliseconds from `earlier` to this instant; negative if this one is the earlier.
    pub fn since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }

    /// The same instant as jiff sees it.
    pub fn jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0.clamp(-Self::NEVER.0, Self::NEVER.0))
            .expect("the years up to 9999 fit a jiff timestamp")
    }

    /// RFC 3339 with the offset of `zone`, whole seconds unless there are milliseconds.
    pub fn to_rfc3339(self, zone: &TimeZone) -> String {
        let offset = zone.to_offset(self.jiff());
        self.jiff().display_with_offset(offset).to_string()
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(instant: jiff::Timestamp) -> Self {
        Self(instant.as_millisecond())
    }
}

/// RFC 3339 in UTC, for logs and errors.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.jiff())
    }
}

/// Stored as a bare integer of milliseconds.
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer).map(Self)
    }
}
