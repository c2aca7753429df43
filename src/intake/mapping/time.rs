//! Clock faces of other systems as instants.

use jiff::{civil::DateTime, fmt::strtime::BrokenDownTime, tz::TimeZone};

use crate::core::timestamp::Timestamp;

/// What a clock face without an offset means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeRule {
    /// Wall clock of the zone.
    #[default]
    AsWritten,
    /// Wall clock that somebody took for UTC and converted to the zone once more, so that it
    /// is early by the zone's offset: five hours in a Boston winter, four in its summer.
    WallTakenForUtc,
}

/// How the times of a file are written.
#[derive(Clone, Debug)]
pub struct Times {
    /// As `strptime` knows them, tried in this order; none: RFC 3339 with offset.
    pub formats: Vec<String>,
    pub zone: TimeZone,
    pub rule: TimeRule,
}

impl Times {
    /// Instants with their offset.
    pub fn rfc3339() -> Self {
        Self { formats: Vec::new(), zone: TimeZone::UTC, rule: TimeRule::AsWritten }
    }

    /// The instant a text means; `None` if it is written otherwise.
    ///
    /// A local time in a gap moves forward by the gap; in a fold the earlier instant is meant.
    pub fn read(&self, text: &str) -> Option<Timestamp> {
        if self.formats.is_empty() {
            return Timestamp::parse(text).ok();
        }
        self.formats.iter().find_map(|format| self.read_as(format, text))
    }

    /// How times are written, for complaints.
    pub fn shown(&self) -> String {
        if self.formats.is_empty() {
            return "`2026-05-07T09:12:00+08:00`".to_owned();
        }
        let formats: Vec<String> =
            self.formats.iter().map(|format| format!("`{format}`")).collect();
        formats.join(" or ")
    }

    fn read_as(&self, format: &str, text: &str) -> Option<Timestamp> {
        let broken = BrokenDownTime::parse(format, text).ok()?;
        if broken.offset().is_some() {
            return broken.to_timestamp().ok().map(Timestamp::from);
        }
        let face = broken.to_datetime().ok()?;
        let meant = match self.rule {
            TimeRule::AsWritten => face,
            TimeRule::WallTakenForUtc => TimeZone::UTC.to_datetime(self.instant(face)?),
        };
        self.instant(meant).map(Timestamp::from)
    }

    fn instant(&self, face: DateTime) -> Option<jiff::Timestamp> {
        self.zone.to_ambiguous_timestamp(face).compatible().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(format: &str, zone: &str, rule: TimeRule) -> Times {
        let zone = TimeZone::get(zone).expect("a zone of the database");
        Times { formats: vec![format.to_owned()], zone, rule }
    }

    #[test]
    fn clock_faces_become_instants() {
        use TimeRule::{AsWritten, WallTakenForUtc};
        let (iso, uci, ny) = ("%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M", "America/New_York");
        #[rustfmt::skip]
        let table = [
            (iso, ny,              AsWritten,       "2013-01-01 06:32:33", Some("2013-01-01T11:32:33Z")),
            (iso, ny,              WallTakenForUtc, "2013-01-01 06:32:33", Some("2013-01-01T16:32:33Z")),
            (iso, ny,              WallTakenForUtc, "2013-05-02 11:54:26", Some("2013-05-02T19:54:26Z")),
            (iso, ny,              AsWritten,       "2015-03-08 02:30:00", Some("2015-03-08T07:30:00Z")),
            (iso, ny,              AsWritten,       "2015-11-01 01:30:00", Some("2015-11-01T05:30:00Z")),
            (uci, "UTC",           AsWritten,       "29/2/2016 01:16",     Some("2016-02-29T01:16:00Z")),
            (uci, "UTC",           AsWritten,       "30/2/2016 01:16",     None),
            ("%Y-%m-%d", "Asia/Shanghai", AsWritten, "2026-05-07",         Some("2026-05-06T16:00:00Z")),
            ("%Y-%m-%d %H:%M %z", ny, WallTakenForUtc, "2026-05-07 08:00 +0800", Some("2026-05-07T00:00:00Z")),
            (iso, ny,              AsWritten,       "?",                   None),
        ];
        for (format, zone, rule, text, want) in table {
            let got = times(format, zone, rule).read(text).map(|at| at.to_string());
            assert_eq!(got.as_deref(), want, "{text} as {format}");
        }
    }
}
