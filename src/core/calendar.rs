//! Which time counts.

use jiff::{civil::Date, tz::TimeZone};

use super::timestamp::Timestamp;

/// Compiled working time.
#[derive(Debug, Clone)]
pub struct Calendar {
    pub zone: TimeZone,
}

impl Calendar {
    pub fn date_of(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at.jiff()).date()
    }
}
