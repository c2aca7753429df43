//! What schedules have done, read back from their journals.

use jiff::civil::Date;
use serde_json::Value;

use super::{ScheduleError, Scheduler, read};
use crate::core::{
    agenda::{ACKNOWLEDGED, DONE, PREFIX, Schedule},
    burn_down::{BurnDown, Listed},
    fact::Fact,
    record::Record,
    ticket::Ticket,
    timestamp::Timestamp,
};

/// A period that was closed.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    pub period: String,
    /// When it came.
    pub at: Timestamp,
    /// When it was closed.
    pub closed: Timestamp,
    /// The list, the sample or the baseline, frozen.
    pub found: Value,
    /// Who said that they have seen it, and when.
    pub acknowledged: Vec<(String, Timestamp)>,
}

impl Scheduler {
    /// The closed periods of a schedule, the earliest first.
    pub async fn done(&self, schedule: &Schedule) -> Result<Vec<Done>, ScheduleError> {
        let no = format!("{PREFIX}{}", schedule.id);
        let Some(row) = self.store.ticket(&no).await? else { return Ok(Vec::new()) };
        let mut came: Vec<(String, Timestamp)> = Vec::new();
        let mut done = Vec::new();
        for line in self.store.journal(row.key).await? {
            let unreadable = |reason: String| ScheduleError::Unreadable { no: no.clone(), reason };
            let fact = Fact::read(&line.kind, &line.body);
            match fact.map_err(|error| unreadable(error.to_string()))? {
                Fact::Record(Record::Occurred { period, at, .. }) => came.push((period, at)),
                Fact::Event(event) if event.kind.name() == DONE => {
                    let period = event.text("period").unwrap_or_default().to_owned();
                    let at = came.iter().find(|(one, _)| *one == period);
                    let at = at.map_or(event.at, |(_, at)| *at);
                    let found = event.data.get("found").cloned().unwrap_or_default();
                    let acknowledged = Vec::new();
                    done.push(Done { period, at, closed: event.at, found, acknowledged });
                }
                Fact::Event(event) if event.kind.name() == ACKNOWLEDGED => {
                    let period = event.text("period").unwrap_or_default();
                    let of_it = done.iter_mut().find(|one: &&mut Done| one.period == period);
                    let said = event.by.clone().map(|by| (by, event.at));
                    if let Some(done) = of_it {
                        done.acknowledged.extend(said);
                    }
                }
                Fact::Event(_) | Fact::Record(_) => {}
            }
        }
        Ok(done)
    }

    /// How the frozen list of a campaign stands on a day.
    pub async fn burn_down(&self, baseline: &Done, today: Date) -> Result<BurnDown, ScheduleError> {
        let date_of = |at: Timestamp| self.rules.load().current.calendar.date_of(at);
        let mut listed = Vec::new();
        for no in baseline.found["tickets"].as_array().into_iter().flatten() {
            let no = no.as_str().unwrap_or_default();
            let row = self.store.ticket(no).await?;
            let state = row.and_then(|row| row.state);
            let ticket: Option<Ticket> = state.map(|state| read(no, &state)).transpose()?;
            listed.push(Listed {
                unit: ticket.as_ref().and_then(|one| one.unit.clone()).unwrap_or_default(),
                ended: ticket.and_then(|ticket| ticket.ended).map(date_of),
            });
        }
        Ok(BurnDown::of(&listed, date_of(baseline.at), today))
    }
}
