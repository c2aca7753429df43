//! Who is told, in a city small enough to read.

use std::collections::BTreeMap;

use super::*;
use crate::core::{
    event::{Event, Kind},
    policy::{PolicySet, Role, RoleOf},
};

/// Working time is Monday to Friday, 9 to 12 and 14 to 18, in Shanghai.
fn set() -> PolicySet {
    let loaded =
        crate::policies::load_embedded("cn", at("2026-05-07 09:00")).expect("a shipped set");
    let set = loaded.set.expect("the shipped set is good");
    let mut set = std::sync::Arc::into_inner(set).expect("nobody else holds it");
    let role = |level, of, fallback: &[&str]| Role {
        zh: String::new(),
        en: String::new(),
        level,
        of,
        fallback: fallback.iter().map(|role| (*role).to_owned()).collect(),
        last_step_only: false,
    };
    let party = |key: &str| RoleOf::Party(key.to_owned());
    for (name, new) in [
        ("desk", role(1, RoleOf::Unit, &["liaison"])),
        ("area_leader", role(5, RoleOf::Area, &[])),
        ("grid_worker", role(1, party("grid"), &[])),
        ("supervisor", role(5, party("supervisor"), &[])),
        ("whistler", role(2, party("blower"), &[])),
    ] {
        set.roles.insert(name.to_owned(), new);
    }
    set
}

fn at(local: &str) -> Timestamp {
    Timestamp::parse(&format!("{}:00+08:00", local.replace(' ', "T"))).expect("a local time")
}

fn unit(id: &str, parent: Option<&str>, kind: &str) -> Unit {
    Unit {
        id: id.to_owned(),
        zh: id.to_owned(),
        en: id.to_owned(),
        parent: parent.map(str::to_owned),
        level: String::new(),
        kind: kind.to_owned(),
    }
}

fn post(unit: &str, role: &str, person: &str) -> Post {
    Post {
        unit: unit.to_owned(),
        role: role.to_owned(),
        person: person.to_owned(),
        deputy: false,
        from: None,
        to: None,
        shift: None,
    }
}

/// City, district, department with a desk, street with a community and a grid.
fn org() -> Org {
    let mut org = Org::default();
    for (id, parent, kind) in [
        ("city", None, "supervisor"),
        ("district", Some("city"), "district_center"),
        ("dept", Some("district"), ""),
        ("desk", Some("dept"), "desk"),
        ("street", Some("district"), "street"),
        ("community", Some("street"), "community"),
        ("grid", Some("community"), "grid"),
        ("lifts", Some("district"), THIRD_PARTY),
    ] {
        org.units.insert(id.to_owned(), unit(id, parent, kind));
    }
    let deputy = |post: Post| Post { deputy: true, ..post };
    let until = |post: Post, day: &str| Post { to: Some(at(day)), ..post };
    let since = |post: Post, day: &str| Post { from: Some(at(day)), ..post };
    let shift = Shift::parse("workdays 09:00-12:00").expect("a shift");
    org.posts = [
        post("city", "city_leader", "mayor"),
        post("city", "city_sup", "sup"),
        post("district", "county_sup", "county"),
        post("dept", "principal", "head"),
        post("dept", "deputy_head", "vice"),
        until(post("dept", "section_head", "old"), "2026-06-01 00:00"),
        since(post("dept", "section_head", "new"), "2026-06-01 00:00"),
        post("dept", "liaison", "liaison"),
        post("dept", "handler", "ann"),
        deputy(post("dept", "handler", "ben")),
        Post { shift: Some(shift), ..post("desk", "desk", "desk-1") },
        post("street", "principal", "secretary"),
        post("street", "deputy_head", "secretary"),
        post("community", "liaison", "community"),
        post("lifts", "liaison", "fitter"),
    ]
    .into_iter()
    .collect();
    org.areas = [
        post("城西区", "area_leader", "leader-1"),
        post("城西区/西关大街", "area_leader", "leader-2"),
        until(post("CX-07", "grid_worker", "grid-old"), "2026-06-01 00:00"),
        since(post("CX-07", "grid_worker", "grid-new"), "2026-06-01 00:00"),
    ]
    .into_iter()
    .collect();
    let people: Vec<String> =
        org.posts.iter().chain(&org.areas).map(|post| post.person.clone()).collect();
    for id in people.into_iter().chain(["karl".to_owned()]) {
        let person = Person {
            id: id.clone(),
            name: String::new(),
            contacts: Vec::new(),
            language: String::new(),
        };
        org.people.insert(id, person);
    }
    org
}

fn away(org: &mut Org, person: &str, from: &str, to: &str, deputy: Option<&str>) {
    let absence = Absence { from: at(from), to: at(to), deputy: deputy.map(str::to_owned) };
    org.absences.entry(person.to_owned()).or_default().push(absence);
}

/// `role=person`, with `^` before a role that was vacant and `~` before one somebody stands in for.
fn told(org: &Org, about: About<'_>, to: &[&str], cc: &[&str], now: &str) -> String {
    let list = |roles: &[&str]| roles.iter().map(|role| (*role).to_owned()).collect::<Vec<_>>();
    let told = org.recipients(&set(), about, &list(to), &list(cc), at(now));
    let mut words: Vec<String> = told
        .recipients
        .iter()
        .map(|one| {
            let copy = if one.cc { "cc " } else { "" };
            let away = one.away.as_ref().map(|away| format!(" for {away}")).unwrap_or_default();
            format!("{copy}{}={}{away}", one.role, one.person.as_deref().unwrap_or("?"))
        })
        .collect();
    words.extend(told.vacant.iter().map(|(role, _)| format!("^{role}")));
    words.extend(told.stand_ins.iter().map(|one| format!("~{}", one.role)));
    words.join(", ")
}

#[test]
fn a_role_becomes_whoever_stands_in_it_now() {
    let mut org = org();
    away(&mut org, "vice", "2026-05-06 00:00", "2026-05-08 00:00", Some("karl"));
    away(&mut org, "ann", "2026-05-06 00:00", "2026-05-08 00:00", None);
    away(&mut org, "head", "2026-05-06 00:00", "2026-05-08 00:00", None);
    let none = BTreeMap::new();
    let named = BTreeMap::from([
        ("grid".to_owned(), "CX-07".to_owned()),
        ("supervisor".to_owned(), "vice".to_owned()),
        ("blower".to_owned(), "community".to_owned()),
    ]);
    #[rustfmt::skip]
    let table = [
        // name                                unit        to                            cc                  now                 told
        ("the holder",                         "dept",      &["liaison"][..],             &[][..],            "2026-05-07 10:00", "liaison=liaison"),
        ("of the unit above",                  "grid",      &["liaison"],                 &[],                "2026-05-07 10:00", "liaison=community"),
        ("the desk on duty",                   "desk",      &["desk"],                    &[],                "2026-05-07 10:00", "desk=desk-1"),
        ("the desk off duty falls back",       "desk",      &["desk"],                    &[],                "2026-05-07 12:00", "liaison=liaison, ~desk"),
        ("a department without a desk",        "dept",      &["desk"],                    &[],                "2026-05-07 10:00", "liaison=liaison, ^desk"),
        ("the day before the post changes",    "dept",      &["section_head"],            &[],                "2026-05-31 23:59", "section_head=old"),
        ("the day it changes",                 "dept",      &["section_head"],            &[],                "2026-06-01 00:00", "section_head=new"),
        ("on leave, with a deputy",            "dept",      &["deputy_head"],             &[],                "2026-05-07 10:00", "deputy_head=karl for vice, ~deputy_head"),
        ("back from leave",                    "dept",      &["deputy_head"],             &[],                "2026-05-08 00:00", "deputy_head=vice"),
        ("on leave, the stand-in of the post", "dept",      &["handler"],                 &[],                "2026-05-07 10:00", "handler=ben for ann, ~handler"),
        ("on leave, nobody stands in",         "dept",      &["principal"],               &[],                "2026-05-07 10:00", "county_sup=county, ^principal"),
        ("a vacant role climbs in its unit",   "street",    &["section_head"],            &[],                "2026-05-07 10:00", "deputy_head=secretary, ^section_head"),
        ("two roles, one message",             "street",    &["deputy_head"],             &["principal"],     "2026-05-07 10:00", "principal=secretary"),
        ("the area leader in copy",            "street",    &["principal"],               &["area_leader"],   "2026-05-07 10:00", "principal=secretary, cc area_leader=leader-2"),
        ("the grid worker of that day",        "street",    &["grid_worker"],             &[],                "2026-05-31 10:00", "grid_worker=grid-old"),
        ("the next grid worker",               "street",    &["grid_worker"],             &[],                "2026-06-01 10:00", "grid_worker=grid-new"),
        ("the supervisor of the ticket",       "street",    &["supervisor"],              &[],                "2026-05-09 10:00", "supervisor=vice"),
        ("the supervisor on leave",            "street",    &["supervisor"],              &[],                "2026-05-07 10:00", "supervisor=karl for vice, ~supervisor"),
        ("nobody at all above",                "city",      &["city_leader", "blower"],   &[],                "2026-05-07 10:00", "city_leader=mayor, city_sup=sup, ^blower"),
        ("a unit nobody knows",                "moon",      &["city_sup"],                &[],                "2026-05-07 10:00", "city_sup=sup"),
        ("a path below a known unit",          "dept/north", &["liaison"],                &[],                "2026-05-07 10:00", "liaison=liaison"),
    ];
    for (name, unit, to, cc, now, want) in table {
        let parties = if unit == "street" { &named } else { &none };
        let about = About { unit, area: Some("城西区/西关大街/12号"), parties };
        assert_eq!(told(&org, about, to, cc, now), want, "{name}");
    }
}

#[test]
fn a_role_of_a_party_nobody_named_is_nobodys() {
    let (org, none) = (org(), BTreeMap::new());
    let about = About { unit: "dept", area: None, parties: &none };
    #[rustfmt::skip]
    let table = [
        ("in copy: silent",   &["principal"][..], &["supervisor", "area_leader"][..], "principal=head"),
        ("alone: an alarm",   &["supervisor"],    &[],                                "^supervisor"),
    ];
    for (name, to, cc, want) in table {
        assert_eq!(told(&org, about, to, cc, "2026-05-07 10:00"), want, "{name}");
    }
}

#[test]
fn the_message_finds_its_person_when_it_leaves() {
    let (mut org, set) = (org(), set());
    away(&mut org, "vice", "2026-05-08 00:00", "2026-05-09 00:00", Some("karl"));
    let parties = |role: &str| if role == "supervisor" { "street" } else { "dept" };
    #[rustfmt::skip]
    let table = [
        ("still there",           "deputy_head",  Some("vice"), "2026-05-07 10:00", Some("vice")),
        ("away since",            "deputy_head",  Some("vice"), "2026-05-08 10:00", Some("karl")),
        ("back, the deputy goes", "deputy_head",  Some("karl"), "2026-05-09 10:00", Some("vice")),
        ("replaced since",        "section_head", Some("old"),  "2026-06-01 10:00", Some("new")),
        ("vacant since",          "unit_duty",    Some("old"),  "2026-06-01 10:00", None),
        ("named by the ticket",   "supervisor",   Some("vice"), "2026-05-07 10:00", Some("vice")),
        ("named, and away",       "supervisor",   Some("vice"), "2026-05-08 10:00", Some("karl")),
    ];
    for (name, role, person, now, want) in table {
        let found = org.person_now(&set, parties(role), role, person, at(now));
        assert_eq!(found.map(|person| person.id.as_str()), want, "{name}");
    }
}

#[test]
fn a_contact_holds_for_its_time() {
    let contact = |from: Option<&str>, phone: &str, email: Option<&str>| Contact {
        from: from.map(at),
        to: None,
        phone: Some(phone.to_owned()),
        email: email.map(str::to_owned),
        ..Contact::default()
    };
    let person = Person {
        id: "p".to_owned(),
        name: String::new(),
        contacts: vec![
            contact(None, "1380", Some("p@example.org")),
            contact(Some("2026-06-01 00:00"), "1390", None),
        ],
        language: String::new(),
    };
    #[rustfmt::skip]
    let table = [
        ("the old phone",                Via::Sms,   "2026-05-31 23:59", Some("1380")),
        ("the new phone from day D",     Via::Sms,   "2026-06-01 00:00", Some("1390")),
        ("calls go to the phone",        Via::Voice, "2026-06-01 00:00", Some("1390")),
        ("what did not change",          Via::Email, "2026-06-02 00:00", Some("p@example.org")),
    ];
    for (name, via, now, want) in table {
        assert_eq!(person.address(via, at(now)), want, "{name}");
    }
}

#[test]
fn a_parent_is_the_sum_of_its_children() {
    let org = org();
    let ids = |units: Vec<&Unit>| units.iter().map(|unit| unit.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(org.path("grid")), ["grid", "community", "street", "district", "city"]);
    assert_eq!(ids(org.subtree("street")), ["street", "community", "grid"]);
    assert_eq!(ids(org.subtree("moon")), Vec::<String>::new());
    let counts = [("grid", 3), ("community", 2), ("dept", 5), ("moon", 1)];
    let counts = counts.map(|(unit, count)| (unit.to_owned(), count));
    let sums = org.roll_up(&BTreeMap::from(counts.clone()));
    for unit in org.units.keys() {
        let own = counts.iter().find(|(id, _)| id == unit).map_or(0, |(_, count)| *count);
        let children = org.units.values().filter(|child| child.parent.as_ref() == Some(unit));
        let below: u64 = children.filter_map(|child| sums.get(&child.id)).sum();
        assert_eq!(sums.get(unit).copied().unwrap_or(0), own + below, "{unit}");
    }
    assert_eq!((sums["city"], sums["moon"]), (10, 1));
}

#[test]
fn what_the_organisation_knows_is_attested() {
    let (org, set) = (org(), set());
    let mut event = Event::new("W1", Kind::Dispatched, at("2026-05-07 10:00"));
    event.unit = Some("dept".to_owned());
    event.data.insert("handler".to_owned(), "vice".into());
    event.data.insert(ATTESTED.to_owned(), serde_json::json!({ "by_kind": "supervisor" }));
    org.attest(&set, &mut event);
    let want = Attested { unit_kind: None, by_kind: None, handler_level: Some(3) };
    assert_eq!(Attested::of(&event), want, "what others attest is dropped");
    let mut event = Event::new("W1", Kind::SlipWithdrawn, at("2026-05-07 10:00"));
    event.unit = Some("lifts".to_owned());
    event.data.insert("by_unit".to_owned(), "city".into());
    org.attest(&set, &mut event);
    let want =
        Attested { unit_kind: Some(THIRD_PARTY), by_kind: Some("supervisor"), handler_level: None };
    assert_eq!(Attested::of(&event), want);
    let plain = Event::new("W1", Kind::Accepted, at("2026-05-07 10:00"));
    let mut event = plain.clone();
    org.attest(&set, &mut event);
    assert_eq!(event, plain, "there is nothing to say");
}
