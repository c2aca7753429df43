//! The organisation as tables: in, out, and what is said of bad rows.

use std::{
    fmt::Write as _,
    fs,
    process::{Command, Output},
};

use duban::{
    core::{org::Org, timestamp::Timestamp},
    policies::{self, Loaded},
    roster::{self, Changes, Sheet},
};

/// What the shipped organisation does not have.
const MORE: &str = r#"
[[unit]]
id = "cx-desk"
zh = "市监专席, 一号"
kind = "desk"
parent = "cx-scjg"
[[person]]
id = "p90"
name = "何九十"
phone = "13800000090"
[[person.contact]]
from = "2026-06-01"
to = "2026-09-01 08:30"
phone = "13900000090"
[[post]]
unit = "cx-desk"
role = ["handler", "liaison"]
person = "p90"
shift = { days = ["mon", "tue"], hours = [["08:30", "12:00"], ["20:00", "29:00"]] }
[[post]]
unit = "cx-desk"
role = "principal"
person = "p08"
from = "2026-06-01"
to = "2027-06-01 09:15"
deputy = true
[[absence]]
person = "p90"
from = "2026-05-06"
to = "2026-05-08 12:00"
deputy = "p12"
"#;

fn load_with(org: impl FnOnce(String) -> String) -> Loaded {
    let mut sources = policies::sources("cn").expect("a shipped set");
    let text = sources.files.remove("org.toml").expect("a shipped organisation");
    sources.files.insert("org.toml".to_owned(), org(text));
    policies::load(&sources, Timestamp::parse("2026-05-07T09:00:00+08:00").expect("an instant"))
}

fn city() -> (Loaded, Org) {
    let mut loaded = load_with(|text| text + MORE);
    let org = loaded.org.take();
    let complaints: Vec<String> = loaded.complaints.iter().map(ToString::to_string).collect();
    (loaded, org.unwrap_or_else(|| panic!("{}", complaints.join("\n"))))
}

#[test]
fn tables_and_toml_say_the_same() {
    let (loaded, org) = city();
    let set = loaded.set.expect("the shipped set is good");
    let zone = set.calendar.zone();
    let sheets = roster::sheets(&org, zone);
    let read = roster::read(&sheets, &set).expect("what was written reads");
    assert!(Changes::between(&org, &read).is_empty(), "{:?}", Changes::between(&org, &read));
    assert_eq!(read, org, "from tables");
    let text = roster::to_toml(&read, zone);
    let again = load_with(|_| text.clone()).org.expect("what was written is good");
    assert_eq!(again, org, "from the file");
    assert_eq!(roster::to_toml(&again, zone), text, "written again it is the same file");
}

fn sheet(file: &str, text: &str) -> Sheet {
    Sheet { file: file.to_owned(), text: text.to_owned() }
}

#[test]
fn headers_and_roles_may_be_chinese() {
    let set = city().0.set.expect("a set");
    let sheets = [
        sheet(
            "单位表.csv",
            "\u{feff}单位编号,单位名称,上级单位,类型\na,甲局,,\nb,乙街道,a,street\n",
        ),
        sheet("人员.csv", "工号,姓名,手机\n1,张三,13800000000\n"),
        sheet("岗位.csv", "单位,角色,人员,AB角\nb,单位主要负责人、承办人,1,是\n"),
        sheet("网格.csv", "网格,角色,人员\nCX-07,principal,1\n"),
    ];
    let org = roster::read(&sheets, &set).expect("good tables");
    assert_eq!(org.units["b"].parent.as_deref(), Some("a"));
    let posts: Vec<(&str, bool)> =
        org.posts.iter().map(|post| (post.role.as_str(), post.deputy)).collect();
    assert_eq!(posts, [("principal", true), ("handler", true)]);
    assert_eq!(org.areas.iter().count(), 1);
}

#[test]
fn every_bad_row_is_named() {
    let set = city().0.set.expect("a set");
    let sheets = [
        sheet("units.csv", "id,zh,parent\na,A,b\nb,B,a\nb,B,\nc,C,d\n,D,\n"),
        sheet(
            "people.csv",
            "id,name,email,phone,language,from,to\n1,x,no mail,12,fr,,\n1,x,,,,,\n2,x,a@b.cn,13800000000,,2026-02-30,\n2,x,,1380000,,2026-03-01,2026-03-01\n",
        ),
        sheet(
            "posts.csv",
            "unit,role,person,deputy,shift\na,principle,1,maybe,mon 9\nx,principal,3,,\n,,,,\na,b,c,d,e,f\n",
        ),
        sheet("absences.csv", "person,from,to,deputy\n1,2026-01-01,,1\n"),
        sheet("areas.csv", "area,role,person,boss\n"),
        sheet("other.csv", "what,is,this\n"),
    ];
    let bad = roster::read(&sheets, &set).expect_err("bad rows");
    let told: Vec<String> = bad.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    absences.csv:2: `to` is empty
    absences.csv:2: nobody stands in for themselves
    areas.csv:1: areas have no column `boss`; it has area, role, person, deputy, from, to, shift
    other.csv:1: these headers are of none of the tables units, people, posts, areas, absences; name the file after its table
    people.csv:2: `email` is not a mail address
    people.csv:2: `language` is neither `zh` nor `en`
    people.csv:2: `phone` is not a telephone number
    people.csv:3: person `1` is there twice; a contact that changes has a `from` or a `to`
    people.csv:4: `from` is not a date like 2026-06-01
    people.csv:5: it ends before it begins
    posts.csv:2: `9` is no stretch of a day; write `08:30-12:00`
    posts.csv:2: `deputy` is neither yes (是) nor no (否)
    posts.csv:2: there is no role `principle`; did you mean `principal`?
    posts.csv:3: there is no person `3`
    posts.csv:3: there is no unit `x`
    posts.csv:4: `person` is empty
    posts.csv:4: `role` is empty
    posts.csv:4: `unit` is empty
    posts.csv:5: the row has more cells than the header has columns
    units.csv:3: unit `b` stands above itself
    units.csv:4: unit `b` is there twice
    units.csv:5: there is no unit `d`
    units.csv:6: `id` is empty
    ");
}

#[test]
fn a_city_of_twenty_thousand_people_is_read() {
    let set = city().0.set.expect("a set");
    let (mut units, mut people, mut posts) = (
        "id,parent\ncity,\n".to_owned(),
        "id,name,phone\n".to_owned(),
        "unit,role,person\n".to_owned(),
    );
    for unit in 1..2_000 {
        let _ = writeln!(
            units,
            "u{unit},{}",
            if unit < 40 { "city".to_owned() } else { format!("u{}", unit / 40) }
        );
    }
    let roles = ["principal", "deputy_head", "section_head", "handler", "liaison"];
    for person in 0..20_000 {
        let _ = writeln!(people, "p{person},Name {person},138{person:08}");
        let _ =
            writeln!(posts, "u{},{},p{person}", 1 + person % 1_999, roles[person % roles.len()]);
    }
    let sheets =
        [sheet("units.csv", &units), sheet("people.csv", &people), sheet("posts.csv", &posts)];
    let org = roster::read(&sheets, &set).expect("good tables");
    assert_eq!(
        (org.units.len(), org.people.len(), org.posts.iter().count()),
        (2_000, 20_000, 20_000)
    );
    assert_eq!(org.subtree("city").len(), 2_000);
    let again = load_with(|_| roster::to_toml(&org, set.calendar.zone())).org;
    assert_eq!(again.as_ref(), Some(&org), "the file says the same");
}

fn duban(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_duban"))
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the binary runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[test]
fn the_command_line_takes_and_gives_tables() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let place = |name: &str| folder.path().join(name).display().to_string();
    let (tables, set) = (place("tables"), place("set"));
    fs::create_dir(&set).expect("a writable folder");
    for file in ["policies.toml", "templates.toml", "cases.toml", "org.toml"] {
        fs::copy(format!("policies/generic311/{file}"), format!("{set}/{file}"))
            .expect("a shipped file");
    }
    let export = duban(&["org", "export", "--policies", &set, &tables]);
    assert_eq!(export.status.code(), Some(0), "{}", text(&export.stderr));
    let people = fs::read_to_string(format!("{tables}/people.csv")).expect("a table");
    let leaver =
        people.lines().nth(1).expect("a person").split(',').next().expect("an id").to_owned();
    fs::write(
        format!("{tables}/people.csv"),
        format!("{people}p99,New One,new.one@example.org,,,,en,,\n"),
    )
    .expect("a writable file");

    let before = fs::read_to_string(format!("{set}/org.toml")).expect("a file");
    let dry = duban(&["org", "import", "--policies", &set, "--dry-run", &tables]);
    assert_eq!(text(&dry.stdout), "people: 1 come, 0 go, 0 change\n  + p99\nnothing was written\n");
    assert_eq!(fs::read_to_string(format!("{set}/org.toml")).expect("a file"), before);

    let import = || duban(&["org", "import", "--policies", &set, "--json", &tables]);
    let written: serde_json::Value = serde_json::from_slice(&import().stdout).expect("JSON");
    assert_eq!(written["changes"]["people"]["come"], serde_json::json!(["p99"]));
    let first = fs::read_to_string(format!("{set}/org.toml")).expect("a file");
    import();
    assert_eq!(
        fs::read_to_string(format!("{set}/org.toml")).expect("a file"),
        first,
        "once is as good as twice"
    );
    assert_eq!(duban(&["check", &set]).status.code(), Some(0));

    let posts = fs::read_to_string(format!("{tables}/posts.csv")).expect("a table");
    fs::write(format!("{tables}/people.csv"), people.replace(&format!("\n{leaver},"), "\nnobody,"))
        .expect("a file");
    let bad = import();
    assert_eq!(bad.status.code(), Some(65), "{posts}");
    assert!(
        text(&bad.stderr).contains(&format!("there is no person `{leaver}`")),
        "{}",
        text(&bad.stderr)
    );
    assert_eq!(
        fs::read_to_string(format!("{set}/org.toml")).expect("a file"),
        first,
        "nothing was written"
    );
}

#[test]
fn who_says_whom_a_step_would_tell() {
    let who = |args: &[&str]| {
        let all =
            ["org", "who", "--policies", "cn"].iter().chain(args).copied().collect::<Vec<_>>();
        let output = duban(&all);
        (output.status.code(), text(&output.stdout))
    };
    insta::assert_snapshot!(who(&["cx-scjg", "principal"]).1, @"p08 吴八: principal of cx-scjg");
    insta::assert_snapshot!(who(&["cx-scjg", "county_sup"]).1, @"p06 孙六: county_sup of cx");
    insta::assert_snapshot!(who(&["cx-cgj", "hotline_lead"]).1, @"p04 赵四: hotline_lead of xn");
    insta::assert_snapshot!(who(&["cx-cgj", "ent_officer"]).1, @"p07 周七: ent_officer of cx");
    assert_eq!(who(&["cx-cgj", "janitor"]).0, Some(65));
}
