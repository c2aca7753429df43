//! The commands that work on the store, as an operator runs them: exit codes, words, JSON.

use std::{
    process::{Command, Output},
    sync::Arc,
};

use arc_swap::ArcSwap;
use duban::{
    core::{
        event::{Event, Kind},
        timestamp::Timestamp,
    },
    engine::Engine,
    intake::canon::canonical,
    rules::{enforce, examine_configured},
    secret::Key,
    store::{Outcome, Settled, Store},
    wall::Wall,
};
use serde_json::{Value, json};

const CONFIG: &str = "[store]\nurl = 'sqlite:town.db'\n";

/// A store with a few tickets, made through the library, and the folder the commands run in.
struct Town {
    folder: tempfile::TempDir,
    store: Store,
    engine: Engine,
    key: Key,
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a good instant")
}

fn event(no: &str, kind: Kind, at: Timestamp) -> Event {
    let mut event = Event::new(no, kind, at);
    event.unit = Some("cx-scjg".to_owned());
    event.by = Some("op-17".to_owned());
    event
}

impl Town {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let file = folder.path().join("duban.toml");
        std::fs::write(&file, CONFIG).expect("the scratch folder takes files");
        let now = Wall::Host.now();
        let env = [("STATE_DIRECTORY".to_owned(), folder.path().display().to_string())];
        let config = duban::config::Config::load(None, env.into_iter()).expect("the defaults");
        let in_force =
            enforce(examine_configured(&config, None, now)).expect("the shipped set is good");
        let url = format!("sqlite:{}", folder.path().join("town.db").display());
        let store = Store::open(&url).await.expect("a fresh store opens");
        store.migrate().await.expect("a fresh store migrates");
        let rules = in_force.settle(&store, now).await.expect("the set is kept");
        let key = Key::open(&folder.path().join("contacts.key")).expect("a fresh key");
        let engine =
            Engine::new(store.clone(), Arc::new(ArcSwap::from_pointee(rules)), key.clone(), 100);
        Self { folder, store, engine, key }
    }

    /// Tells of events one after the other, each as it occurs; the engine looks whenever something is due.
    async fn tell(&self, events: &[Event]) {
        for event in events {
            let now = event.at;
            while let Some(due) =
                self.store.next_look().await.expect("the store answers").filter(|due| *due < now)
            {
                self.engine.run_until_idle(due).await.expect("the engine looks");
            }
            let entry = canonical(event.clone(), &self.key, now).expect("a good event");
            self.store.append(&[entry], now).await.expect("the event is kept");
            self.engine.run_until_idle(now).await.expect("the engine looks");
        }
    }

    /// Sends everything that waits, as a dispatch would.
    async fn send(&self, now: Timestamp) {
        let far = now.plus_ms(400 * 86_400_000);
        let offers = self.store.claim(1_000, 60_000, far).await.expect("messages are claimed");
        let sent = |offer: duban::store::Offer| Settled {
            id: offer.id,
            attempt: offer.attempt,
            outcome: Outcome::Sent {
                channel: "mailbox".into(),
                provider: "kept in the mailbox".into(),
            },
            proof: duban::store::Proof::default(),
        };
        let settled: Vec<Settled> = offers.into_iter().map(sent).collect();
        self.store.settle(&settled, now).await.expect("outcomes are kept");
    }

    /// Writes into the file of the store behind its back.
    fn tamper(&self, sql: &str) {
        let file = rusqlite::Connection::open(self.folder.path().join("town.db"));
        let written =
            file.expect("the file opens").execute(sql, []).expect("the statement is good");
        assert!(written > 0, "{sql}");
    }

    fn run(&self, args: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_duban"))
            .args(args)
            .env("DUBAN_CONFIG", "duban.toml")
            .env("STATE_DIRECTORY", self.folder.path())
            .current_dir(self.folder.path())
            .output();
        told(output.expect("the binary runs"))
    }

    /// A command that succeeds, and the JSON it prints.
    fn json(&self, args: &[&str]) -> Value {
        let (code, out, err) = self.run(args);
        assert_eq!((code, err.as_str()), (0, ""), "{args:?}");
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{args:?} prints {out}: {error}"))
    }
}

fn told(output: Output) -> (i32, String, String) {
    let text = |bytes| String::from_utf8(bytes).expect("commands print UTF-8");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

/// A ticket that was dispatched on a Thursday morning, accepted late, and solved the next day.
async fn small_story(town: &Town) {
    let no = "W260507-0123";
    let mut received = event(no, Kind::Received, at("2026-05-07T09:10:00+08:00"));
    received.unit = None;
    received.category = Some("投诉/电梯".to_owned());
    received.urgency = Some("一般".to_owned());
    received.data.insert("phone".to_owned(), "13800138000".into());
    let mut answered = event(no, Kind::Answered, at("2026-05-08T11:00:00+08:00"));
    (answered.unit, answered.by) = (None, None);
    for (question, answer) in [("contacted", "yes"), ("solved", "yes"), ("satisfied", "yes")] {
        answered.data.insert(question.to_owned(), answer.into());
    }
    town.tell(&[
        received,
        event(no, Kind::Dispatched, at("2026-05-07T09:12:00+08:00")),
        event(no, Kind::Accepted, at("2026-05-07T15:00:00+08:00")),
        event(no, Kind::Contacted, at("2026-05-07T15:10:00+08:00")),
        event(no, Kind::Resolved, at("2026-05-08T10:00:00+08:00")),
        answered,
    ])
    .await;
    town.send(at("2026-05-08T11:00:05+08:00")).await;
}

/// A ticket dispatched ten minutes ago, so that its clocks run.
async fn running_ticket(town: &Town) {
    let now = Wall::Host.now();
    let began = now.plus_ms(-600_000);
    town.tell(&[event("W2", Kind::Received, began), event("W2", Kind::Dispatched, began)]).await;
    town.engine.run_until_idle(now).await.expect("the engine looks");
    town.send(now).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_reads_well() {
    let town = Town::new().await;
    small_story(&town).await;
    let (code, text, err) = town.run(&["explain", "W260507-0123"]);
    assert_eq!((code, err.as_str()), (0, ""));
    // The words are pinned, not the content of the shipped set.
    let hash =
        text.split_once(" hash ").and_then(|(_, rest)| rest.get(..12)).expect("the set is named");
    let text = text.replace(hash, "0123456789ab");
    insta::assert_snapshot!(text, @r#"
    Ticket W260507-0123: ended, round 1
    Unit cx-scjg
    Resident clock: since 2026-05-07 09:10:00, 1d01h50m (it never pauses)
    Policy general (general), frozen to set cn version 2026.1 hash 0123456789ab
      because category is one of 求助, 投诉, 举报, 建议 and urgency is one of 一般

    Clocks
      accept, round 1: late
          started 2026-05-07 09:12:00 + 2wh = 2h00m of working time -> due 2026-05-07 11:12:00
          stopped by `accepted` at 2026-05-07 15:00:00, used 3h48m
      contact, round 1: met
          started 2026-05-07 09:12:00 + 24h = 1d00h00m of elapsed time -> due 2026-05-08 09:12:00
          stopped by `contacted` at 2026-05-07 15:10:00, used 5h58m
      resolve, round 1: met
          started 2026-05-07 09:12:00 + 5wd = 1d17h48m of working time -> due 2026-05-13 18:00:00
          stopped by `resolved` at 2026-05-08 10:00:00, used 7h48m
      callback, round 1: met
          started 2026-05-08 10:00:00 + 2wd = 20h00m of working time -> due 2026-05-11 18:00:00
          stopped by `evaluated` at 2026-05-08 11:00:00, used 1h00m

    Journal (occurred, arrived)
        1  2026-05-07 09:10:00  received by=op-17 category=投诉/电梯 urgency=一般 reach=["sms"]
        2  2026-05-07 09:12:00  dispatched unit=cx-scjg by=op-17
        3  2026-05-07 09:12:00  judged by policy general of cn 2026.1 from here on
        4  2026-05-07 09:12:00  slip task 任字〔2026〕1号: accept start (stood at 2026-05-07 09:12:00, due 2026-05-07 11:12:00) to liaison
        5  2026-05-07 10:12:00  slip nudge: accept start+50% (stood at 2026-05-07 10:12:00, due 2026-05-07 11:12:00) to liaison
        6  2026-05-07 11:12:00  slip green 绿字〔2026〕1号: accept due (stood at 2026-05-07 11:12:00, due 2026-05-07 11:12:00) to liaison, section_head
        7  2026-05-07 15:00:00  accepted unit=cx-scjg by=op-17
        8  2026-05-07 15:10:00  contacted unit=cx-scjg by=op-17
        9  2026-05-08 10:00:00  resolved unit=cx-scjg by=op-17
       10  2026-05-08 10:00:00  the resident of round 1 was asked, link good until 2026-05-11 10:00:00
       11  2026-05-08 11:00:00  answered contacted="yes" solved="yes" satisfied="yes"
       12  2026-05-08 11:00:00  evaluated by=duban reason="answered"

    Messages
      staff.task to liaison of cx-scjg (p11) by im: sent 2026-05-08 11:00:05, mailbox, try 1 kept in the mailbox
      staff.task to liaison of cx-scjg (p11) by sms: sent 2026-05-08 11:00:05, mailbox, try 1 kept in the mailbox
      staff.nudge to liaison of cx-scjg (p11) by im: sent 2026-05-08 11:00:05, mailbox, try 1 kept in the mailbox
      staff.green to liaison of cx-scjg (p11) by im: sent 2026-05-08 11:00:05, mailbox, try 1 kept in the mailbox
      staff.green to liaison of cx-scjg (p11) by sms: sent 2026-05-08 11:00:05, mailbox, try 1 kept in the mailbox
      staff.green to section_head of cx-scjg (p10) by im: sent 2026-05-08 11:00:05, mailbox, try 1 kept in the mailbox
      staff.green to section_head of cx-scjg (p10) by sms: sent 2026-05-08 11:00:05, mailbox, try 1 kept in the mailbox
      resident.ask to the resident by sms: sent 2026-05-08 11:00:05, mailbox, try 1 kept in the mailbox

    Next: nothing until something happens
    "#);
    let (_, text, _) = town.run(&["ticket", "show", "W260507-0123"]);
    insta::assert_snapshot!(text, @r"
    ticket  W260507-0123
    stage   ended
    round   1
    unit    cx-scjg
    policy  general
    next    nothing until something happens

    CLOCK     ROUND  STATE  STARTED                    DUE
    accept    1      late   2026-05-07T09:12:00+08:00  2026-05-07T11:12:00+08:00
    contact   1      met    2026-05-07T09:12:00+08:00  2026-05-08T09:12:00+08:00
    resolve   1      met    2026-05-07T09:12:00+08:00  2026-05-13T18:00:00+08:00
    callback  1      met    2026-05-08T10:00:00+08:00  2026-05-11T18:00:00+08:00
    ");
    let (_, text, _) = town.run(&["ticket", "list"]);
    insta::assert_snapshot!(text, @r"
    TICKET        STAGE  SINCE                UNIT     POLICY   NEXT LOOK
    W260507-0123  ended  2026-05-08 11:00:00  cx-scjg  general
    ");
    let (_, text, _) = town.run(&["slip", "list", "--state", "open"]);
    insta::assert_snapshot!(text, @r"
    AT                   TICKET        SLIP   SERIAL           CLOCK   STEP       UNIT     SENT    DELIVERED  STATE
    2026-05-07 11:12:00  W260507-0123  green  绿字〔2026〕1号  accept  due        cx-scjg  4 of 4  0          open
    2026-05-07 10:12:00  W260507-0123  nudge                   accept  start+50%  cx-scjg  1 of 1  0          open
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn json_has_the_same_shape_as_the_api() {
    let town = Town::new().await;
    small_story(&town).await;
    let keys = |value: &Value| {
        value
            .as_object()
            .expect("an object")
            .keys()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let explained = town.json(&["explain", "W260507-0123", "--json"]);
    let shown = town.json(&["ticket", "show", "W260507-0123", "--json"]);
    let tickets = town.json(&["ticket", "list", "--json", "--unit", "cx-scjg", "--stage", "ended"]);
    let open = town.json(&["ticket", "list", "--json", "--open"]);
    let slips = town.json(&["slip", "list", "--json", "--ticket", "W260507-0123", "--limit", "1"]);
    let more = town.json(&["slip", "list", "--json", "--after", &slips["next"].to_string()]);
    #[rustfmt::skip]
    let table = [
        ("explain", keys(&explained), "ticket stage open round unit first_unit policy policy_set resident stages basis legal_basis clocks answers rechecks eval_outcome eval_channel evaluations rounds solved_first_time hops returns extensions late_requests pauses labels flags slips messages journal next next_look"),
        ("show",    keys(&shown),     "ticket stage open round unit first_unit policy policy_set resident stages basis legal_basis clocks answers rechecks eval_outcome eval_channel evaluations rounds solved_first_time hops returns extensions late_requests pauses labels flags next next_look"),
        ("list",    keys(&tickets["tickets"][0]), "ticket stage stage_name since open unit policy next_look lines heard_of"),
        ("slips",   keys(&slips["slips"][0]), "id key ticket round clock unit step kind serial at due reply_due recipients state reason withdrawn issuer note receipt_due receipted receipted_by receipt_missed replied replied_by reply_missed reply messages sent delivered"),
    ];
    for (name, got, want) in table {
        assert_eq!(got, want, "{name}");
    }
    assert_eq!(open, json!({ "tickets": [], "next": null }));
    assert_eq!(more["slips"].as_array().map(Vec::len), Some(2), "the page after the first");
    assert_eq!(tickets["tickets"][0]["heard_of"], "2026-05-07T09:10:00+08:00");
}

#[tokio::test(flavor = "multi_thread")]
async fn exit_codes_are_those_of_the_contract() {
    let town = Town::new().await;
    small_story(&town).await;
    std::fs::write(town.folder.path().join("bad.toml"), "[stoer]\n").expect("a file");
    std::fs::write(town.folder.path().join("away.toml"), "[store]\nurl = 'sqlite:away.db'\n")
        .expect("a file");
    let down = "[store]\nurl = 'postgres://duban@127.0.0.1:9/duban'\n";
    std::fs::write(town.folder.path().join("down.toml"), down).expect("a file");
    let no = "W260507-0123";
    #[rustfmt::skip]
    let table: [(&[&str], i32, &str); 20] = [
        (&["explain", "W9"],                                   1,  "duban: no ticket `W9` is known in sqlite:town.db; `duban ticket list` shows those that are"),
        (&["ticket", "show", "W9"],                            1,  "duban: no ticket `W9` is known in"),
        (&["slip", "list", "--ticket", "W9"],                  1,  "duban: no ticket `W9` is known in"),
        (&["slip", "withdraw", "W9/r1", "--reason", "wrong"],  1,  "duban: there is no slip `W9/r1`; `duban slip list --json` shows the keys"),
        (&["token", "revoke", "7"],                            1,  "duban: there is no token 7 that still works"),
        (&["slip", "withdraw", "W9/r1"],                       2,  "--reason"),
        (&["ticket", "event", no, "accepted", "--at", "noon"], 2,  "write an instant with its offset"),
        (&["ticket", "event", no, "accepted", "--data", "[]"], 2,  "not a JSON object"),
        (&["ticket", "list", "--stage", "asleep"],             2,  "received, dispatched, accepted, resolved, ended"),
        (&["ticket", "list", "--limit", "0"],                  2,  "1..=10000"),
        (&["token", "create", "x"],                            2,  "--scope"),
        (&["token", "create", "x", "--scope", "all"],          2,  "ingest, read"),
        (&["ticket", "event", no, "duban.slip"],               65, "duban: refused: event kinds that begin with `duban.` are duban's own records"),
        (&["ticket", "event", no, "closed", "--at", "2099-01-01T00:00:00Z"], 65, "more than 5 minutes after now"),
        (&["explain", no, "--config", "away.toml"],            69, "duban: there is no store at"),
        (&["audit", "--config", "down.toml"],                  69, "duban: cannot open the PostgreSQL store"),
        (&["migrate", "--config", "down.toml"],                69, "duban: cannot open the PostgreSQL store"),
        (&["audit", "--config", "bad.toml"],                   78, "did you mean `store`"),
        (&["explain", no, "--config", "none.toml"],            78, "duban: cannot read none.toml"),
        (&["ticket", "event", no, "acepted", "--json"],        0,  "duban: `acepted` is no kind of event that moves a clock; did you mean `accepted`?"),
    ];
    for (args, code, words) in table {
        let (got, _, err) = town.run(args);
        assert_eq!(got, code, "{args:?}: {err}");
        assert!(err.contains(words), "{args:?}: {err}");
    }
    assert!(
        !town.folder.path().join("away.db").exists(),
        "looking at the wrong place makes nothing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_told_by_hand_is_an_event_like_any_other() {
    let town = Town::new().await;
    let (code, out, err) = town.run(&["ticket", "event", "W1", "received", "--category", "投诉"]);
    assert_eq!(
        (code, out.as_str(), err.as_str()),
        (0, "accepted: line 1 of W1, a new ticket\n", "")
    );
    let (_, _, err) = town.run(&["explain", "W1"]);
    assert!(err.contains("1 lines of the journal wait for the engine"), "{err}");
    let told = [
        "ticket",
        "event",
        "W1",
        "dispatched",
        "--unit",
        "cx-scjg",
        "--at",
        "2026-05-07T09:12:00+08:00",
        "--json",
    ];
    assert_eq!(town.json(&told), json!({ "ticket": "W1", "result": "accepted", "seq": 2 }));
    assert_eq!(town.json(&told), json!({ "ticket": "W1", "result": "duplicate" }));
    let with_phone = [
        "ticket",
        "event",
        "W1",
        "progress",
        "--data",
        r#"{"phone":"13800138000","step":"on site"}"#,
    ];
    assert_eq!(town.run(&with_phone).0, 0);
    let row = town.store.ticket("W1").await.expect("the store answers").expect("it is there");
    let journal = town.store.journal(row.key).await.expect("the store answers");
    let body = &journal.last().expect("three lines").body;
    assert!(body.contains("on site") && !body.contains("13800138000"), "{body}");
    assert!(
        town.store.contact(row.key).await.expect("the store answers").is_some(),
        "sealed apart"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_is_withdrawn_by_an_event() {
    let town = Town::new().await;
    running_ticket(&town).await;
    let slips = town.json(&["slip", "list", "--ticket", "W2", "--json"]);
    let key = slips["slips"][0]["key"].as_str().expect("a ticket that is dispatched has a slip");
    let args = ["slip", "withdraw", key, "--reason", "sent in error", "--by", "li4"];
    let (code, out, _) = town.run(&args);
    assert_eq!(
        (code, out.ends_with("the engine takes the slip back at its next look\n")),
        (0, true),
        "{out}"
    );
    town.engine.run_until_idle(Wall::Host.now()).await.expect("the engine looks");
    let slips = town.json(&["slip", "list", "--state", "withdrawn", "--json"]);
    assert_eq!(
        (&slips["slips"][0]["key"], &slips["slips"][0]["reason"]),
        (&json!(key), &json!("sent in error"))
    );
    let (code, _, err) = town.run(&args);
    assert_eq!(code, 1);
    assert!(err.contains("was withdrawn at") && err.contains("already: sent in error"), "{err}");
    assert_eq!(town.json(&["audit", "--json"])["findings"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_shown_once_and_works_until_revoked() {
    let town = Town::new().await;
    let (code, out, err) =
        town.run(&["token", "create", "热线平台", "--scope", "read", "--scope", "ingest"]);
    let token = out.trim_end();
    assert_eq!((code, token.len()), (0, 32), "{out}");
    assert!(
        err.contains("token 1 may ingest and read; it is shown only now") && !err.contains(token),
        "{err}"
    );
    let hash = duban::secret::token_hash(token);
    let kept =
        town.store.api_token(&hash).await.expect("the store answers").expect("the token works");
    assert_eq!(kept.scopes, ["ingest", "read"]);
    let made = town.json(&["token", "create", "board", "--scope", "read", "--json"]);
    assert_eq!((&made["id"], made["token"].as_str().map(str::len)), (&json!(2), Some(32)));
    let (_, listed, _) = town.run(&["token", "list"]);
    assert!(listed.contains("热线平台") && !listed.contains(token), "{listed}");
    assert_eq!(
        town.run(&["token", "revoke", "1"]),
        (0, "token 1 is revoked\n".into(), String::new())
    );
    assert_eq!(town.store.api_token(&hash).await.expect("the store answers"), None);
    let listed = town.json(&["token", "list", "--json"]);
    assert!(listed["tokens"][0]["revoked"].is_string() && listed["tokens"][1]["revoked"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn migrate_says_what_it_did() {
    let town = Town::new().await;
    std::fs::write(town.folder.path().join("new.toml"), "[store]\nurl = 'sqlite:new.db'\n")
        .expect("a file");
    let (code, out, _) = town.run(&["migrate", "--config", "new.toml"]);
    assert_eq!((code, out.contains("new.db: applied migrations 1")), (0, true), "{out}");
    assert_eq!(
        town.json(&["migrate", "--json"]),
        json!({ "store": "sqlite:town.db", "applied": [] })
    );
}

/// The store of a town, copied and damaged, and what `duban audit` says about it.
fn damaged(town: &Town, sql: &str) -> (i32, Value) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    for file in ["duban.toml", "town.db"] {
        std::fs::copy(town.folder.path().join(file), folder.path().join(file)).expect("a copy");
    }
    let file = rusqlite::Connection::open(folder.path().join("town.db")).expect("the file opens");
    if !sql.is_empty() {
        assert!(file.execute(sql, []).expect("the statement is good") > 0, "{sql}");
    }
    drop(file);
    let output = Command::new(env!("CARGO_BIN_EXE_duban"))
        .args(["audit", "--json"])
        .env("DUBAN_CONFIG", "duban.toml")
        .env("STATE_DIRECTORY", folder.path())
        .current_dir(folder.path())
        .output();
    let (code, out, err) = told(output.expect("the binary runs"));
    (
        code,
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{sql}: {error} in {out}{err}")),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_damage_is_found() {
    let town = Town::new().await;
    small_story(&town).await;
    running_ticket(&town).await;
    town.store.close().await;
    let (code, clean) = damaged(&town, "");
    assert_eq!(
        (code, &clean["ok"], &clean["findings"]),
        (0, &json!(true), &json!([])),
        "untouched"
    );
    assert_eq!(clean["tickets"], 2);
    let one = "ticket_key = (SELECT key FROM ticket WHERE no = 'W260507-0123')";
    let story = "W260507-0123";
    #[rustfmt::skip]
    let table = [
        ("a byte of a line",     format!("UPDATE journal SET body = replace(body, 'op-17', 'op-18') WHERE seq = 2 AND {one}"), story, "chain", "entry 2 does not match its hash"),
        ("a line taken out",     format!("DELETE FROM journal WHERE seq = 3 AND {one}"),                       story, "chain", "entry 4 stands where entry 3 should"),
        ("the end cut",          format!("DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal WHERE {one}) AND {one}"), story, "chain", "the end was cut"),
        ("a line unreadable",    format!("UPDATE journal SET body = '[]' WHERE seq = 2 AND {one}"),            story, "line", "line 2 of its journal"),
        ("bytes that are no text", format!("UPDATE journal SET body = CAST(X'FF' AS TEXT) WHERE seq = 2 AND {one}"), story, "rows", "cannot be read"),
        ("another state",        "UPDATE ticket SET state = json_set(state, '$.contacts', 7) WHERE no = 'W2'".into(),   "W2", "replay", "they differ at `contacts`"),
        ("a broken state",       "UPDATE ticket SET state = '{' WHERE no = 'W2'".into(),                       "W2", "state", "its state cannot be read"),
        ("no state",             "UPDATE ticket SET state = NULL WHERE no = 'W2'".into(),                      "W2", "state", "its state is gone"),
        ("an unknown set",       "UPDATE ticket SET state = json_set(state, '$.judged_by', 'x') WHERE no = 'W2'".into(), "W2", "no_set", "not kept in this store"),
        ("another unit",         "UPDATE ticket SET unit = 'cx-cgj' WHERE no = 'W2'".into(),                   "W2", "column", "`unit` says `cx-cgj`, its journal says `cx-scjg`"),
        ("ended by hand",        "UPDATE ticket SET open = 0 WHERE no = 'W2'".into(),                          "W2", "column", "`open` says `false`, its journal says `true`"),
        ("put to sleep",         "UPDATE ticket SET next_look_ms = NULL WHERE no = 'W2'".into(),               "W2", "asleep", "it rests until something happens"),
        ("sleeps a bit longer",  "UPDATE ticket SET next_look_ms = next_look_ms + 1 WHERE no = 'W2'".into(),   "W2", "asleep", "its next step stands at"),
        ("nobody looked",        "UPDATE ticket SET next_look_ms = 1 WHERE no = 'W2'".into(),                  "W2", "overlooked", "nobody looked"),
        ("parked with news",     "UPDATE ticket SET applied_seq = applied_seq - 1 WHERE no = 'W2'".into(),     "W2", "resting", "1 new lines wait"),
        ("a step unfired",       "UPDATE ticket SET state = json_set(state, '$.clocks[0].fired', json('[]'), '$.clocks[1].fired', json('[]')) WHERE no = 'W2'".into(), "W2", "owed", "is overdue and was not issued"),
        ("a slip taken away",    format!("DELETE FROM slip WHERE {one}"),                                      story, "slip_missing", "not among the slips"),
        ("a slip made up",       "INSERT INTO slip (key, ticket_key, ticket_no, round, clock, unit, step, kind, at_ms, recipients, state) SELECT 'x', ticket_key, ticket_no, round, clock, unit, step, kind, at_ms, recipients, state FROM slip LIMIT 1".into(), story, "slip_unknown", "slip `x`"),
        ("a slip withdrawn by hand", format!("UPDATE slip SET state = 'withdrawn' WHERE {one}"),               story, "slip_state", "is withdrawn, its journal says open"),
        ("a reply made up",      format!("UPDATE slip SET replied_ms = 1 WHERE {one}"),                          story, "unheard", "the receipt or the reply of slip"),
        ("messages taken away",  format!("DELETE FROM outbox WHERE slip IS NOT NULL AND {one}"),               story, "silent", "neither a message about it nor an alarm"),
        ("a message forgotten",  format!("UPDATE outbox SET state = 'waiting', offer_at_ms = 0 WHERE {one}"),  story, "stuck", "nobody sends it"),
        ("a ticket deleted",     "DELETE FROM ticket WHERE no = 'W2'".into(),                                  "ticket with key 2", "orphans", "belong to a ticket that is gone"),
        ("a set rewritten",      "UPDATE policy_set SET files = replace(files, '一般诉求', '一般')".into(),        "policy set", "policy_set", "their hash is"),
        ("a set broken",         "UPDATE policy_set SET files = '{}'".into(),                                  "policy set", "policy_set", "does not load any more"),
    ];
    for (name, sql, about, fault, words) in table {
        let (code, found) = damaged(&town, &sql);
        assert_eq!((code, &found["ok"]), (1, &json!(false)), "{name}");
        let text = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
        let findings = found["findings"].as_array().expect("a list");
        let named = findings.iter().any(|one| {
            text(one, "about").starts_with(about)
                && text(one, "fault") == fault
                && text(one, "text").contains(words)
        });
        assert!(named, "{name}: {findings:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_are_counted_beyond_those_printed() {
    let town = Town::new().await;
    small_story(&town).await;
    running_ticket(&town).await;
    town.tamper("UPDATE ticket SET unit = 'nobody'");
    let (code, out, _) = town.run(&["audit", "--limit", "1"]);
    assert_eq!(code, 1);
    insta::assert_snapshot!(out.lines().take(2).collect::<Vec<_>>().join("\n"), @r"
    W260507-0123: its column `unit` says `nobody`, its journal says `cx-scjg`
    and 1 more
    ");
    assert!(out.trim_end().ends_with("2 findings"), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_reconciled_with_another_system() {
    let town = Town::new().await;
    small_story(&town).await;
    #[rustfmt::skip]
    let table: [(&str, &str, &[&str], i32, Value); 5] = [
        ("the same",     "W260507-0123\n",              &[],         0, json!({ "there": 1, "here": 1, "missing_here": [], "missing_there": [] })),
        ("one more",     "no,name\nW260507-0123,a\nX1,b\n", &[],     1, json!({ "there": 2, "here": 1, "missing_here": ["X1"], "missing_there": [] })),
        ("another",      "X1\n",                        &[],         1, json!({ "there": 1, "here": 1, "missing_here": ["X1"], "missing_there": ["W260507-0123"] })),
        ("open ones",    "X1\n",                        &["--open"], 1, json!({ "there": 1, "here": 0, "missing_here": ["X1"], "missing_there": [] })),
        ("known, ended", "W260507-0123\n",              &["--open"], 0, json!({ "there": 1, "here": 0, "missing_here": [], "missing_there": [] })),
    ];
    for (name, text, more, want, shape) in table {
        std::fs::write(town.folder.path().join("theirs.csv"), text).expect("a file");
        let (code, out, err) = town.run(&[&["reconcile", "theirs.csv", "--json"], more].concat());
        assert_eq!((code, err.as_str()), (want, ""), "{name}");
        assert_eq!(serde_json::from_str::<Value>(&out).expect("JSON"), shape, "{name}");
    }
    std::fs::write(town.folder.path().join("theirs.csv"), "X1\n").expect("a file");
    let (_, out, _) = town.run(&["reconcile", "theirs.csv"]);
    insta::assert_snapshot!(out, @r"
    1 tickets there, 1 here
    1 not known here:
      X1
    1 only here:
      W260507-0123
    ");
}

#[test]
fn every_command_shows_an_example() {
    let table: [&[&str]; 12] = [
        &["reconcile"],
        &["explain"],
        &["ticket", "show"],
        &["ticket", "list"],
        &["ticket", "event"],
        &["slip", "list"],
        &["slip", "withdraw"],
        &["audit"],
        &["migrate"],
        &["token", "create"],
        &["token", "list"],
        &["token", "revoke"],
    ];
    for args in table {
        let help = Command::new(env!("CARGO_BIN_EXE_duban")).args(args).arg("--help").output();
        let (code, out, _) = told(help.expect("the binary runs"));
        assert_eq!(code, 0, "{args:?}");
        let example = format!("`duban {}", args.join(" "));
        assert!(out.contains("Example") && out.contains(&example), "{args:?}: {out}");
        assert!(out.contains("--config <FILE>") && out.contains("DUBAN_CONFIG"), "{args:?}: {out}");
    }
}
