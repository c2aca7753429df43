//! What recurs beside tickets, on a real store and in virtual time.

use std::{collections::BTreeMap, sync::Arc};

use arc_swap::ArcSwap;
use duban::{
    core::{
        agenda::{Agenda, DONE, PREFIX, began},
        book::Book,
        event::{Event, Kind},
        fact::{Fact, Line},
        list::{Section, What, filled},
        org::Org,
        policy::{PolicySet, Selector},
        record::Record,
        ticket::Ticket,
        timestamp::Timestamp,
    },
    engine::Engine,
    policies::{self, Sources},
    rules::Rules,
    schedule::Scheduler,
    secret::Key,
    simulate::{Pace, replay},
    store::{NewEntry, Store},
};
use serde_json::{Value, json};

/// The reference set with some schedules.
const SCHEDULES: &str = r#"
schema = "sla-policy-set/1"
id = "mine"
version = "1"
extends = "cn"

[[schedule]]
id = "today"
zh = "今日清单"
en = "Today"
every = "workday"
at = "08:30"
list = { to = ["principal"], via = ["email", "im"], sections = [
  { id = "sign",  zh = "今日应签收", en = "to accept today",  due_today = "accept" },
  { id = "clear", zh = "今日应办结", en = "to resolve today", due_today = "resolve" },
  { id = "sup",   zh = "在督",       en = "under supervision", slips = ["yellow", "red"] },
] }

[[schedule]]
id = "check"
every = "month"
on = "1wd"
at = "10:00"
sample = { permille = 100, at_least = 2, seed = "公开种子" }

[[schedule]]
id = "residents"
every = "quarter"
at = "09:00"
open = { levels = ["department"], due = "-1wd 18:00", says = { kind = "duty", category = "更新居民信息" } }

[[season]]
id = "school"
zh = "开学季"
from = "09-01"
lead = "7d"
units = ["cx-scjg"]
"#;

fn set_with(text: &str) -> (Arc<PolicySet>, Org, duban::core::wording::Templates) {
    let files = BTreeMap::from([("policies.toml".to_owned(), text.to_owned())]);
    let base = policies::sources("cn").map(Box::new);
    let sources = Sources { label: "mine".to_owned(), files, base };
    let loaded = policies::load(&sources, at("2026-05-01 00:00"));
    let errors: Vec<String> =
        loaded.complaints.iter().filter(|c| c.is_error()).map(ToString::to_string).collect();
    let set = loaded.set.unwrap_or_else(|| panic!("{}", errors.join("\n")));
    (set, loaded.org.unwrap_or_default(), loaded.templates.expect("the reference texts"))
}

fn at(local: &str) -> Timestamp {
    Timestamp::parse(&format!("{}:00+08:00", local.replace(' ', "T"))).expect("a time")
}

fn event(no: &str, kind: &str, when: &str) -> Event {
    let mut event = Event::new(no, Kind::of(kind), at(when));
    event.category = Some("投诉/电梯".to_owned());
    event.urgency = Some("一般".to_owned());
    event.unit = Some("cx-scjg".to_owned());
    event
}

/// A city with its store and everything that looks at it.
struct City {
    store: Store,
    engine: Engine,
    scheduler: Scheduler,
}

impl City {
    async fn new(folder: &tempfile::TempDir) -> Self {
        let (set, org, templates) = set_with(SCHEDULES);
        let url = format!("sqlite:{}", folder.path().join("city.db").display());
        let store = Store::open(&url).await.expect("a fresh store opens");
        store.migrate().await.expect("a fresh store migrates");
        let key = Key::open(&folder.path().join("key")).expect("a fresh key");
        let rules = Arc::new(ArcSwap::from_pointee(Rules::new(set, org, templates)));
        let engine = Engine::new(store.clone(), Arc::clone(&rules), key, 100);
        Self { scheduler: Scheduler::new(store.clone(), rules), store, engine }
    }

    async fn tell(&self, events: &[Event]) {
        for event in events {
            let entry = NewEntry {
                ticket: event.ticket.clone(),
                at: event.at,
                kind: event.kind.name().to_owned(),
                dedupe: Some(event.dedupe_key()),
                body: Fact::Event(event.clone()).body(),
                contact: None,
            };
            self.store.append(&[entry], event.at).await.expect("the event is kept");
            self.engine.run_until_idle(event.at).await.expect("the engine looks");
        }
    }

    /// Lets the time pass: whatever falls due is looked at, and what schedules ask for is done.
    async fn run(&self, from: &str, until: &str) -> usize {
        self.scheduler.begin(at(from)).await.expect("the schedules begin");
        let mut closed = 0;
        let mut now = at(from);
        loop {
            self.engine.run_until_idle(now).await.expect("the engine looks");
            closed += self.scheduler.run_once(now).await.expect("what has come is done");
            self.engine.run_until_idle(now).await.expect("the engine looks");
            match self.store.next_look().await.expect("the store answers") {
                Some(next) if next <= at(until) => now = next.max(now),
                _ => return closed,
            }
        }
    }

    /// Messages of a schedule as `period who way`.
    async fn messages(&self, schedule: &str) -> Vec<String> {
        let no = format!("{PREFIX}{schedule}");
        let row = self.store.ticket(&no).await.expect("it reads").expect("the agenda is there");
        let messages = self.store.messages(row.key).await.expect("they read");
        let short = |key: &str| key.strip_prefix(&format!("{no}/")).unwrap_or(key).to_owned();
        messages.iter().map(|one| short(&one.message.key)).collect()
    }

    /// What a period was closed with.
    async fn found(&self, schedule: &str, period: &str) -> Value {
        let no = format!("{PREFIX}{schedule}");
        let row = self.store.ticket(&no).await.expect("it reads").expect("the agenda is there");
        let journal = self.store.journal(row.key).await.expect("it reads");
        let done = journal.iter().filter(|line| line.kind == DONE).find_map(|line| {
            let body: Value = serde_json::from_str(&line.body).expect("an event");
            (body["data"]["period"] == period).then(|| body["data"]["found"].clone())
        });
        done.unwrap_or_else(|| panic!("{schedule} has closed {period}"))
    }
}

#[tokio::test]
async fn a_list_is_sent_once_and_never_empty() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let city = City::new(&folder).await;
    // 8 May 2026 is a Friday, the 9th a make-up Saturday, the 10th a Sunday.
    city.run("2026-05-08 00:00", "2026-05-08 12:00").await;
    assert_eq!(city.messages("today").await, [""; 0], "nobody gets an empty list");
    city.tell(&[event("W1", "dispatched", "2026-05-08 16:30")]).await;
    city.run("2026-05-08 17:00", "2026-05-11 12:00").await;
    let list = city.found("today", "2026-05-09").await;
    assert_eq!(list["cx-scjg"][0]["rows"][0]["ticket"], "W1", "{list}");
    assert_eq!(
        city.messages("today").await,
        [
            "2026-05-09/cx-scjg/p08/email",
            "2026-05-09/cx-scjg/p08/im",
            "2026-05-11/cx-scjg/p08/email",
            "2026-05-11/cx-scjg/p08/im",
        ],
        "each working day once, the make-up Saturday too"
    );
    city.run("2026-05-11 12:00", "2026-05-11 13:00").await;
    assert_eq!(city.messages("today").await.len(), 4, "done is done");
}

#[tokio::test]
async fn two_nodes_close_a_period_once() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let city = City::new(&folder).await;
    city.tell(&[event("W1", "dispatched", "2026-05-08 16:30")]).await;
    city.scheduler.begin(at("2026-05-08 17:00")).await.expect("the schedules begin");
    city.engine.run_until_idle(at("2026-05-09 08:30")).await.expect("the engine looks");
    let now = at("2026-05-09 08:30");
    let (one, other) = tokio::join!(city.scheduler.run_once(now), city.scheduler.run_once(now));
    let closed = one.expect("it runs") + other.expect("it runs");
    assert_eq!(closed, 1);
    assert_eq!(city.messages("today").await.len(), 2);
}

#[tokio::test]
async fn a_sample_can_be_drawn_again() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let city = City::new(&folder).await;
    for n in 0..30 {
        let no = format!("W{n:02}");
        let mut answered = event(&no, "answered", "2026-05-12 10:00");
        answered.data.insert("solved".to_owned(), json!("yes"));
        city.tell(&[
            event(&no, "dispatched", "2026-05-11 09:00"),
            event(&no, "resolved", "2026-05-12 09:00"),
            answered,
        ])
        .await;
    }
    city.run("2026-05-12 12:00", "2026-06-01 12:00").await;
    let found = city.found("check", "2026-06").await;
    let drawn: Vec<&str> =
        found["drawn"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert_eq!(drawn.len(), 3, "a tenth of thirty: {found}");
    let (set, ..) = set_with(SCHEDULES);
    let schedule = set.schedules.iter().find(|one| one.id == "check").expect("it is there");
    let duban::core::agenda::Does::Sample(sampling) = &schedule.does else { panic!("a sample") };
    let again = city.scheduler.draw(schedule, sampling, at("2026-06-01 10:00")).await;
    assert_eq!(again.expect("it draws"), drawn);
    for no in drawn {
        let row = city.store.ticket(no).await.expect("it reads").expect("it is there");
        let journal = city.store.journal(row.key).await.expect("it reads");
        assert_eq!(journal.iter().filter(|line| line.kind == "sampled").count(), 1, "{no}");
    }
}

#[tokio::test]
async fn a_duty_is_a_ticket_of_its_unit_and_a_season_an_advance_notice() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let city = City::new(&folder).await;
    city.run("2026-06-20 00:00", "2026-08-26 00:00").await;
    let duty = city.store.ticket("residents/2026-Q3/cx-cgj").await.expect("it reads");
    assert_eq!(duty.expect("the duty is told").unit, "cx-cgj");
    let season = city.store.ticket("school/2026/cx-scjg").await.expect("it reads").expect("told");
    let journal = city.store.journal(season.key).await.expect("it reads");
    assert!(journal[0].body.contains("2026-09-01"), "{}", journal[0].body);
    assert_eq!(journal[0].at, at("2026-08-25 09:00"), "a week ahead");
}

fn agenda_of(id: &str, from: &str) -> (Arc<PolicySet>, Agenda) {
    let (set, ..) = set_with(SCHEDULES);
    let schedule = set.schedules.iter().find(|one| one.id == id).expect("it is there").clone();
    let Book::Agenda(mut agenda) = Book::new(&format!("{PREFIX}{id}"), &set) else {
        panic!("the number is of an agenda")
    };
    let event = began(&schedule, &set, at(from));
    agenda.take_in(&[Line { seq: 1, at: event.at, fact: Fact::Event(event) }]);
    (set, agenda)
}

#[test]
fn a_period_is_noted_once() {
    let (set, mut agenda) = agenda_of("today", "2026-05-08 00:00");
    let org = Org::default();
    let mut periods = Vec::new();
    let mut now = at("2026-05-08 00:00");
    while now < at("2026-06-01 00:00") {
        let advance = agenda.advance(&set, &org, now);
        periods.extend(advance.lines.into_iter().filter_map(|(_, fact)| match fact {
            Fact::Record(Record::Occurred { period, .. }) => Some(period),
            _ => None, // only periods are counted
        }));
        now = now.plus_ms(7 * 60_000);
    }
    let mut once = periods.clone();
    once.dedup();
    assert_eq!((once.len(), periods.len()), (17, 17), "{periods:?}");
}

#[test]
fn after_a_standstill_lists_come_once_and_duties_all() {
    let org = set_with(SCHEDULES).1;
    let (set, mut lists) = agenda_of("today", "2026-05-08 00:00");
    lists.advance(&set, &org, at("2026-06-01 00:00"));
    assert_eq!(lists.open.len(), 1, "{:?}", lists.open);
    assert!(lists.open.contains_key("2026-05-29"));
    let (set, mut duties) = agenda_of("residents", "2026-01-01 00:00");
    let told = duties.advance(&set, &org, at("2026-12-31 00:00")).told;
    let of_department = told.iter().filter(|event| event.unit.as_deref() == Some("cx-scjg"));
    assert_eq!(of_department.count(), 4, "one a quarter");
}

fn ticket(events: Vec<Event>, until: &str) -> (Arc<PolicySet>, Ticket) {
    let (set, ..) = set_with(SCHEDULES);
    let told =
        replay(&set, &Org::default(), Ticket::new("W1", &set), events, Pace::Live, at(until));
    (set, told.ticket)
}

#[test]
fn a_section_asks_one_thing() {
    let asks = |what: What| Section {
        id: String::new(),
        zh: String::new(),
        en: String::new(),
        what,
        select: Selector::default(),
    };
    let (set, left_alone) =
        ticket(vec![event("W1", "dispatched", "2026-05-07 09:12")], "2026-05-14 12:00");
    let mut bad = event("W1", "answered", "2026-05-08 10:00");
    bad.data.insert("solved".to_owned(), json!("no"));
    let (_, again) = ticket(
        vec![
            event("W1", "dispatched", "2026-05-07 09:12"),
            event("W1", "resolved", "2026-05-07 15:00"),
            bad,
        ],
        "2026-05-08 12:00",
    );
    let now = at("2026-05-14 12:00");
    #[rustfmt::skip]
    let table = [
        ("its accept clock is due",       What::DueToday("accept".into()),        true,  true),
        ("it has no such clock",          What::DueToday("arrive".into()),        false, false),
        ("its resolve clock is over",     What::Overdue(Some("resolve".into())),  true,  true),
        ("some clock is over",            What::Overdue(None),                    true,  true),
        ("a yellow slip stands",          What::Slips(vec!["yellow".into()]),     true,  false),
        ("no bulletin stands",            What::Slips(vec!["bulletin".into()]),   false, false),
        ("it is in its second round",     What::Rounds(2),                        false, true),
        ("the last answer was a bad one", What::Unsatisfied,                      false, true),
        ("nothing lies beside it",        What::Beside("hung".into()),            false, false),
        ("it has not ended today",        What::EndedToday,                       false, false),
    ];
    for (name, what, first, second) in table {
        let section = asks(what);
        let holds = |ticket: &Ticket| section.row(&set, ticket, now).is_some();
        assert_eq!((holds(&left_alone), holds(&again)), (first, second), "{name}");
    }
}

#[test]
fn a_list_is_in_the_order_of_dues() {
    let (set, _) = ticket(Vec::new(), "2026-05-14 12:00");
    let section = Section {
        id: "over".to_owned(),
        zh: "超期".to_owned(),
        en: "overdue".to_owned(),
        what: What::Overdue(None),
        select: Selector::default(),
    };
    let mut rows = Vec::new();
    for (no, when) in
        [("W3", "2026-05-06 10:00"), ("W1", "2026-05-07 09:12"), ("W2", "2026-05-06 09:00")]
    {
        let (_, one) = ticket(vec![event(no, "dispatched", when)], "2026-05-14 12:00");
        let one = Ticket { no: no.to_owned(), ..one };
        rows.extend(section.row(&set, &one, at("2026-05-14 12:00")));
    }
    let mut by_section = BTreeMap::from([(0, rows)]);
    let lists = filled(&[section], &mut by_section).expect("there are some");
    let order: Vec<&str> = lists[0].rows.iter().map(|row| row.ticket.as_str()).collect();
    assert_eq!((lists[0].count, order), (3, vec!["W2", "W3", "W1"]));
}
