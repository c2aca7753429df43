//! Reports that are made and mailed when their time has come.

use serde_json::json;

use super::{Outcome, ScheduleError, Work};
use crate::{
    core::{
        agenda::{LIST, Reporting},
        list::Filled,
        message::{Message, ReportOf},
        org::THIRD_PARTY,
        report::{Document, When},
    },
    report::{Ask, report},
};

impl Work<'_> {
    /// Makes the report of the period before, or today's lists, and tells whoever reads it. What
    /// says nothing is sent to nobody.
    pub(super) async fn report(&self, reporting: &Reporting) -> Result<Outcome, ScheduleError> {
        let kind = reporting.kind;
        let today = self.rules.current.calendar.date_of(self.at);
        let Some(period) = kind.standard(today) else { return Ok(Outcome::default()) };
        let ask = Ask { as_of: Some(self.at), ..Ask::new(kind, When::from(period)) };
        let made = report(&self.scheduler.store, self.rules, ask, self.now).await?;
        let document = made.document;
        let found = json!({ "report": kind, "period": document.period,
            "version": document.version, "hash": made.hash });
        let messages = if document.is_empty() || made.hash.is_none() {
            Vec::new()
        } else {
            self.readers(reporting, &document)
        };
        Ok(Outcome { found, messages, ..Outcome::default() })
    }

    fn readers(&self, reporting: &Reporting, document: &Document) -> Vec<Message> {
        let to_each = document.kind.is_list() && reporting.unit.is_none();
        let units: Vec<String> = match &reporting.unit {
            Some(unit) => vec![unit.clone()],
            None if to_each => document.listed_units().into_iter().collect(),
            None => self.top(),
        };
        let mut messages = Vec::new();
        for unit in units {
            let own = if to_each { document.clone().only(&unit) } else { document.clone() };
            let sections: Vec<Filled> = own.summary().into_iter().map(counted).collect();
            let lists =
                (reporting.to.as_slice(), reporting.cc.as_slice(), reporting.via.as_slice());
            let of = ReportOf {
                kind: document.kind,
                period: document.period.clone(),
                version: document.version,
                unit: to_each.then(|| unit.clone()),
            };
            let title = &document.title;
            let title = [&title.zh, &title.en].map(|title| format!("{title} {}", document.period));
            for mut message in self.messages(&unit, lists, LIST, &sections) {
                message.facts.title = Some(title.clone());
                message.facts.report = Some(of.clone());
                // One person may stand above several units: they read it once.
                if to_each || !messages.iter().any(|other| same_reader(other, &message)) {
                    messages.push(message);
                }
            }
        }
        messages
    }

    /// Units above which there is none.
    fn top(&self) -> Vec<String> {
        let units = self.rules.org.units.values();
        let top = units.filter(|unit| unit.parent.is_none() && unit.kind != THIRD_PARTY);
        top.map(|unit| unit.id.clone()).collect()
    }
}

fn same_reader(one: &Message, other: &Message) -> bool {
    one.to.name() == other.to.name() && one.via == other.via
}

fn counted((name, count): (crate::core::report::Said, u64)) -> Filled {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    Filled { zh: name.zh, en: name.en, count, rows: Vec::new() }
}
