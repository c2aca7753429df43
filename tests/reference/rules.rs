//! Policies as the model reads them: the same files, other eyes.
//!
//! What the keys mean stands in the comments of the reference set (`policies.toml`).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::worktime::{Length, WorkTime, day_of, time_of};

#[derive(Debug)]
pub struct Rules {
    pub time: WorkTime,
    pub policies: Vec<Policy>,
    pub ladders: BTreeMap<String, Ladder>,
    pub pauses: BTreeMap<String, Pause>,
}

#[derive(Debug, Deserialize)]
struct File {
    wd_step_time: String,
    calendar: Calendar,
    ladder: Vec<Ladder>,
    policy: Vec<Policy>,
    #[serde(default)]
    pauses: BTreeMap<String, Pause>,
}

#[derive(Debug, Deserialize)]
struct Calendar {
    rest: Vec<String>,
    work_hours: Vec<(String, String)>,
    #[serde(default)]
    holidays: Vec<String>,
    #[serde(default)]
    makeup: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub struct Ladder {
    id: String,
    pub stop_on: Vec<String>,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Step {
    pub at: String,
    pub slip: String,
    pub repeat: Option<Repeat>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Repeat {
    pub every: String,
    pub max: u16,
}

#[derive(Debug, Deserialize)]
pub struct Pause {
    pub max: String,
    pub approver: String,
}

#[derive(Debug, Deserialize)]
pub struct Policy {
    pub id: String,
    pub select: BTreeMap<String, toml::Value>,
    pub clocks: Vec<Clock>,
    pub returns: Option<Returns>,
    pub extension: Option<Extension>,
    #[serde(default)]
    pub pauses: Vec<String>,
    #[serde(default)]
    pub ends: Vec<String>,
    pub max_rounds: Option<u32>,
    #[serde(default)]
    pub pause_limit: PauseLimit,
}

#[derive(Debug, Default, Deserialize)]
pub struct PauseLimit {
    pub max: Option<usize>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Clock {
    pub name: String,
    pub dur: String,
    pub ladder: Option<String>,
    #[serde(default = "at_dispatch")]
    pub start: String,
    pub stop: Option<String>,
    #[serde(default)]
    pub skip: Vec<String>,
    pub roll: Option<String>,
    #[serde(default)]
    pub unit_time: String,
}

fn at_dispatch() -> String {
    "dispatched".to_owned()
}

#[derive(Debug, Deserialize)]
pub struct Returns {
    pub window: String,
    pub max: usize,
    pub hop_limit: usize,
    pub ruling: String,
}

#[derive(Debug, Deserialize)]
pub struct Extension {
    pub max: usize,
    pub each: String,
    pub total: String,
    pub before_due: String,
    pub daily_cutoff: String,
    pub approver: Vec<String>,
}

impl Rules {
    /// Reads a set; `overrides` are holiday files, as in `holidays/`.
    pub fn read(text: &str, overrides: &[&str]) -> Self {
        let file: File = toml::from_str(text).expect("the model knows what it reads");
        let named = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let rest: Vec<i64> = (0_i64..)
            .zip(named)
            .filter(|(_, name)| file.calendar.rest.iter().any(|rest| rest == name))
            .map(|(weekday, _)| weekday)
            .collect();
        let mut days: BTreeMap<i64, bool> = BTreeMap::new();
        days.extend(file.calendar.holidays.iter().map(|date| (day_of(date), true)));
        days.extend(file.calendar.makeup.iter().map(|date| (day_of(date), false)));
        for text in overrides {
            let year: serde_json::Value = serde_json::from_str(text).expect("a holiday file");
            for (key, is_rest) in [("rest", true), ("makeup", false)] {
                let dates = year[key].as_array().expect("a list of days").iter();
                let date = |day: &serde_json::Value| day["date"].as_str().map(day_of);
                days.extend(dates.filter_map(date).map(|day| (day, is_rest)));
            }
        }
        let hours = file.calendar.work_hours.iter().map(|(a, b)| (time_of(a), time_of(b)));
        let time = WorkTime::new(
            &hours.collect::<Vec<_>>(),
            &rest,
            |day| days.get(&day).copied(),
            time_of(&file.wd_step_time),
        );
        let ladders = file.ladder.into_iter().map(|ladder| (ladder.id.clone(), ladder)).collect();
        Self { time, policies: file.policy, ladders, pauses: file.pauses }
    }

    pub fn policy(&self, id: &str) -> &Policy {
        self.policies.iter().find(|policy| policy.id == id).expect("the set has this policy")
    }

    /// The policy for a ticket of this urgency.
    pub fn of_urgency(&self, urgency: &str) -> &Policy {
        let takes = |policy: &&Policy| {
            policy.select.get("urgency").and_then(toml::Value::as_str) == Some(urgency)
        };
        self.policies.iter().find(takes).expect("the set has a policy for it")
    }

    /// The steps a clock climbs.
    pub fn steps(&self, clock: &Clock) -> &[Step] {
        let ladder = clock.ladder.as_ref().map(|id| &self.ladders[id]);
        ladder.map_or(&[], |ladder| &ladder.steps)
    }

    /// Whether this event ends the clock (`stop` replaces the ladder's `stop_on`).
    pub fn stops(&self, clock: &Clock, kind: &str) -> bool {
        match (&clock.stop, &clock.ladder) {
            (Some(stop), _) => stop.split('|').any(|one| one == kind),
            (None, Some(id)) => self.ladders[id].stop_on.iter().any(|one| one == kind),
            (None, None) => false,
        }
    }
}

impl Clock {
    /// `unit_time = "work"` reads minutes as minutes of the calendar.
    pub fn length(&self) -> Length {
        match Length::read(&self.dur) {
            Length::Natural(minutes) if self.unit_time == "work" => Length::Working(minutes),
            length => length,
        }
    }
}

impl Policy {
    /// Its clocks, and the one a ruling has where returns are ruled on.
    pub fn clock(&self, name: &str) -> Option<Clock> {
        self.all_clocks().into_iter().find(|clock| clock.name == name)
    }

    pub fn all_clocks(&self) -> Vec<Clock> {
        let ruling = self.returns.as_ref().filter(|returns| returns.max > 0).map(|returns| Clock {
            name: "ruling".to_owned(),
            dur: returns.ruling.clone(),
            ladder: None,
            start: "returned|ruling_asked".to_owned(),
            stop: Some("return_refused|returned_ok|ruled".to_owned()),
            skip: Vec::new(),
            roll: None,
            unit_time: String::new(),
        });
        self.clocks.iter().cloned().chain(ruling).collect()
    }
}
