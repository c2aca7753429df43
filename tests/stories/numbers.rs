//! What was counted, and what ledgers hold: the numbers a story expects.

use duban::core::{
    count::{Counted, Counts},
    period::Period,
    ranking::{ranking, tenths},
    timestamp::Timestamp,
};
use serde_json::json;

use crate::{judge::Judge, words::Fact};

impl Judge<'_, '_> {
    /// `by.KEY.count`, `by.KEY.rank`, `by.KEY.share`, `total`, `growth`, and `order` of the keys.
    pub fn counted(
        &self,
        rule: &str,
        period: Option<&str>,
        before: Option<&str>,
        facts: &[Fact],
    ) -> Result<(), String> {
        let rules = self.town.rules.load_full();
        let found = rules.current.counts.iter().find(|one| one.id == rule);
        let rule = found.ok_or_else(|| format!("there is no [[count]] `{rule}`"))?;
        let of = |period: Option<&str>| -> Result<Counted, String> {
            let (from, to) = self.span(period)?;
            let mut counts = Counts::default();
            for (seq, event) in &self.memory.events {
                let is_refused = self.memory.refused.contains(&(event.ticket.clone(), *seq));
                if !is_refused && from <= event.at && event.at < to {
                    counts.add(std::slice::from_ref(rule), &rules.current.calendar, event);
                }
            }
            Ok(counts.all().get(&rule.id).cloned().unwrap_or_default())
        };
        let was = before.map(|before| of(Some(before))).transpose()?;
        let ranked = ranking(&of(period)?, was.as_ref(), 0);
        let order: Vec<&str> = ranked.lines.iter().map(|line| line.key.as_str()).collect();
        let by: serde_json::Map<String, serde_json::Value> = ranked
            .lines
            .iter()
            .map(|line| {
                let mut one = json!(line);
                one["growth"] = json!(line.before.map(|_| tenths(line.growth)));
                (line.key.clone(), one)
            })
            .collect();
        let body = json!({
            "total": ranked.total, "before": ranked.total_before, "by": by, "order": order.join(" "),
            "growth": ranked.total_before.map(|_| tenths(ranked.growth)),
        });
        match self.here.differs(&body, facts) {
            None => Ok(()),
            Some((fact, found)) => Err(format!("`{fact}` was expected, it is `{found}`: {body}")),
        }
    }

    /// `opening`, `admitted`, `struck_off`, `ended_otherwise`, and what `duban ledger` counts beside.
    pub async fn ledger(
        &self,
        list: &str,
        period: Option<&str>,
        facts: &[Fact],
    ) -> Result<(), String> {
        let (from, to) = self.span(period)?;
        let to = to.min(self.now.plus_ms(1));
        let counts = self.town.store.ledger_counts(from, to).await.expect("the store answers");
        let of_list = counts.into_iter().find(|count| count.list == list);
        let body = of_list.map_or_else(
            || json!({}),
            |count| {
                json!({
                    "opening": count.opening, "admitted": count.admitted,
                    "struck_off": count.struck_off, "ended_otherwise": count.ended_otherwise,
                })
            },
        );
        match self.here.differs(&body, facts) {
            None => Ok(()),
            Some((fact, found)) => Err(format!("`{fact}` was expected, it is `{found}`: {body}")),
        }
    }

    fn span(&self, period: Option<&str>) -> Result<(Timestamp, Timestamp), String> {
        match period {
            None => Ok((Timestamp(0), Timestamp::NEVER)),
            Some(period) => Period::parse(period).map(|period| period.span(&self.here.zone)),
        }
    }
}
