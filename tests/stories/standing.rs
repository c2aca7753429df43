//! What stands after a moment: tickets, clocks, tables, pages, and what never was.

use duban::core::{clock::Clock, ticket::Ticket, timestamp::Timestamp};
use serde_json::{Value, json};

use crate::{
    expectation::Sort,
    ground::Like,
    judge::{Judge, flat, said_facts},
    words::{Fact, How},
};

impl Judge<'_, '_> {
    pub async fn never(
        &mut self,
        ticket: Option<&str>,
        what: Sort,
        name: &str,
        facts: &[Fact],
    ) -> Result<(), String> {
        if what == Sort::Clock {
            let (no, state) = self.state(ticket).await?;
            let body = serde_json::to_value(&state).expect("a state is JSON");
            let clocks = body["clocks"].as_array().cloned().unwrap_or_default();
            let found = clocks
                .iter()
                .any(|clock| clock["name"] == name && self.here.differs(clock, facts).is_none());
            return if found { Err(format!("there is a clock `{name}` on {no}")) } else { Ok(()) };
        }
        let found = self.memory.journal.iter().find(|(no, kind, body)| {
            let named = match what {
                Sort::Slip => kind == "duban.slip" && body["slip"] == name,
                Sort::Flag => kind == "duban.flag" && body["flag"] == name,
                Sort::Record => {
                    kind.strip_prefix("duban.") == Some(name.trim_start_matches("duban."))
                }
                Sort::Event | Sort::Clock => kind == name,
            };
            named
                && ticket.is_none_or(|ticket| ticket == no)
                && self.here.differs(&flat(body), facts).is_none()
        });
        match found {
            None => Ok(()),
            Some((no, kind, body)) => Err(format!("{no} has it: {kind} {body}")),
        }
    }

    /// The ticket that is meant, as it stands.
    async fn state(&self, ticket: Option<&str>) -> Result<(String, Ticket), String> {
        let no = ticket.map(str::to_owned).or_else(|| self.near.clone());
        let no = no.ok_or("which ticket? write `W1: ...`")?;
        let row = self.town.store.ticket(&no).await.expect("the store answers");
        let row = row.ok_or_else(|| format!("there is no ticket {no}"))?;
        let state = row.state.ok_or_else(|| format!("nobody has looked at {no} yet"))?;
        Ok((no, serde_json::from_str(&state).expect("a state reads")))
    }

    pub async fn clock(
        &self,
        ticket: Option<&str>,
        name: &str,
        unit: Option<&str>,
        states: &[String],
        facts: &[Fact],
    ) -> Result<(), String> {
        let (no, state) = self.state(ticket).await?;
        let rules = self.town.rules.load_full();
        let mut near = None;
        for clock in state.clocks.iter().rev() {
            if clock.key.name != name || unit.is_some_and(|unit| unit != clock.key.unit) {
                continue;
            }
            let mut body = serde_json::to_value(clock).expect("a clock is JSON");
            let set = rules.set(&state.judged_by);
            let policy = set.and_then(|set| set.policies.get(clock.policy));
            let now = words(clock, self.now);
            body["state"] = json!(now.join(" "));
            body["policy"] = json!(policy.map(|policy| policy.id.clone()));
            let wrong = states.iter().find(|state| !now.contains(state));
            let differs = self.here.differs(&body, facts);
            match (wrong, differs) {
                (None, None) => return Ok(()),
                (Some(state), _) if near.is_none() => {
                    near = Some(format!(
                        "`{state}` was expected, it is {} (due {})",
                        now.join(" "),
                        self.here.text(clock.due)
                    ));
                }
                (None, Some((fact, found))) if near.is_none() => {
                    near = Some(format!("`{fact}` was expected, it is `{found}`"));
                }
                _ => {} // an older turn of the same clock
            }
        }
        let names: Vec<String> = state
            .clocks
            .iter()
            .map(|clock| {
                let unit = if clock.key.unit.is_empty() {
                    String::new()
                } else {
                    format!("@{}", clock.key.unit)
                };
                format!("{}{unit}", clock.key.name)
            })
            .collect();
        Err(match near {
            Some(near) => format!("clock {name} of {no}: {near}"),
            None => format!("{no} has no clock `{name}`, only {}", names.join(" ")),
        })
    }

    pub async fn ticket(&self, ticket: Option<&str>, facts: &[Fact]) -> Result<(), String> {
        let (no, state) = self.state(ticket).await?;
        let rules = self.town.rules.load_full();
        let mut body = serde_json::to_value(&state).expect("a state is JSON");
        let policy = rules.set(&state.judged_by).and_then(|set| state.policy(set));
        body["policy"] = json!(policy.map(|policy| policy.id.clone()));
        body["round"] = json!(state.round());
        for key in ["category", "urgency", "kind", "source", "requester", "area", "tags"] {
            body[key] = body["attributes"][key].clone();
        }
        match self.here.differs(&body, facts) {
            None => Ok(()),
            Some((fact, found)) => Err(format!("{no}: `{fact}` was expected, it is `{found}`")),
        }
    }

    pub async fn table(&mut self, name: &str, count: i64, facts: &[Fact]) -> Result<(), String> {
        let value =
            |fact: &Fact| match self.here.time(&fact.value).filter(|_| fact.key.ends_with("_ms")) {
                Some(at) => at.0.to_string(),
                None => fact.value.clone(),
            };
        let like = |fact: &Fact| match fact.how {
            How::Has => Like::Part,
            _ => Like::Whole, // the database compares texts
        };
        let wanted: Vec<(String, Like, String)> =
            facts.iter().map(|fact| (fact.key.clone(), like(fact), value(fact))).collect();
        match self.town.ground.count(name, &wanted).await? {
            found if found == count => Ok(()),
            found => Err(format!(
                "{count} rows of `{name}`{} were expected, there are {found}",
                said_facts(facts)
            )),
        }
    }

    pub fn page(&mut self, status: u16, text: Option<&str>) -> Result<(), String> {
        let page = self.town.page.take().ok_or("nobody opened a page")?;
        let says = text.is_none_or(|text| page.text.contains(text));
        if page.status == status && says {
            return Ok(());
        }
        let words: String = page
            .text
            .split('<')
            .filter_map(|part| part.split_once('>'))
            .map(|(_, text)| text)
            .collect();
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        Err(format!("the page is {}: {words}", page.status))
    }
}

/// How a clock stands, in words a story can use: the name of its state, and whether it was kept.
fn words(clock: &Clock, now: Timestamp) -> Vec<String> {
    let state = serde_json::to_value(&clock.state).expect("a state is JSON");
    let (name, met) = match &state {
        Value::Object(map) => {
            let (name, inner) = map.iter().next().expect("a state has a name");
            (name.clone(), inner.get("met").and_then(Value::as_bool))
        }
        name => (name.as_str().unwrap_or_default().to_owned(), None),
    };
    let mut words = vec![name];
    words.extend(met.map(|met| if met { "met" } else { "late" }.to_owned()));
    if clock.is_running() && now > clock.due {
        words.push("overdue".to_owned());
    }
    words
}
