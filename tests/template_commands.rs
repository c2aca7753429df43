//! `duban template` as the writer of a city's texts runs it, and what the lengths are made of.

mod common;

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Output},
};

use duban::{
    core::{
        segments::{Encoding, count},
        timestamp::Timestamp,
        wording::{Language, Specimens, Values},
    },
    policies,
};
use serde_json::Value;

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

fn answer(args: &[&str]) -> Value {
    let output = duban(args);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// A city over `external` with one unit of this name and these texts.
fn city(unit: &str, texts: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let write = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).expect("a writable folder");
    };
    write(
        "policies.toml",
        "schema = \"sla-policy-set/1\"\nextends = \"external\"\nid = \"city\"\nversion = \"1\"\n",
    );
    let people = fs::read_to_string("policies/external/org.toml").expect("a shipped set");
    write("org.toml", &people.replace("示例市", unit));
    write("templates.toml", &format!("schema = \"templates/1\"\n{texts}"));
    folder
}

fn place(folder: &tempfile::TempDir) -> String {
    Path::new(folder.path()).display().to_string()
}

#[test]
fn the_published_lengths_are_counted() {
    let read = |name: &str| {
        let path = common::shared().join("domain").join(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let templates: toml::Table = read("templates.toml").parse().expect("TOML");
    let sample: BTreeMap<&str, &str> = templates["sample"]
        .as_table()
        .expect("a table")
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().expect("a text")))
        .collect();
    let fill = |id: &str, language: &str| {
        let (group, name) = id.split_once('.').expect("a group and a name");
        let text = templates[group][name][language].as_str().expect("a text").to_owned();
        sample.iter().fold(text, |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    };
    let lengths: Value = serde_json::from_str(&read("template-lengths.json")).expect("JSON");
    let lengths = lengths.as_array().expect("a list");
    for one in lengths {
        let id = one["id"].as_str().expect("an id");
        for (language, encoding, units) in
            [("zh", Encoding::Ucs2, "zh_units"), ("en", Encoding::Gsm7, "en_chars")]
        {
            let filled = fill(id, language);
            assert_eq!(one[format!("{language}_filled")], *filled, "{id} {language}");
            let counted = count(&filled);
            assert_eq!(counted.encoding, encoding, "{id} {language}");
            assert_eq!(one[units], counted.units, "{id} {language}");
            assert_eq!(one[format!("{language}_segments")], counted.segments, "{id} {language}");
        }
    }
    assert_eq!(lengths.len(), 26);
}

#[test]
fn shipped_texts_say_everything_and_keep_their_lengths() {
    let now = Timestamp::parse("2026-05-07T09:00:00+08:00").expect("an instant");
    for name in policies::shipped() {
        let loaded = policies::load_embedded(name, now).expect("a shipped set");
        let (set, org) = (loaded.set.expect("it loads"), loaded.org.expect("it has people"));
        let templates = loaded.templates.expect("it has texts");
        let specimens = Specimens::of(&templates, &set, &org);
        for (id, language) in templates.ids().flat_map(|id| Language::ALL.map(|one| (id, one))) {
            for via in ["sms", "email"] {
                let said = specimens.text(id, via, language, Values::Usual).expect("a text");
                let whole = said.subject + &said.text;
                assert!(!whole.contains('—'), "{name} {id}: {whole}");
                assert!(via == "email" || count(&whole).segments == 1, "{name} {id}: {whole}");
            }
            let (longest, text) = specimens.longest(id, language).expect("a text");
            assert!(longest.segments <= templates.limit(id), "{name} {id}: {text}");
        }
    }
}

#[test]
fn a_text_is_shown_as_it_will_be_read() {
    let output = duban(&["template", "show", "staff.yellow", "--language", "en"]);
    insta::assert_snapshot!(text(&output.stdout), @r#"
    staff.yellow (en)
    variables: no, reply_due, sig, slip, state
    length: 110 characters, GSM-7, 1 SMS (at most 3)

    Hotline 12345: YELLOW urge Y-2026-118: case W260507-0123 overdue 2 working hours. Send a plan by 17 May 18:00.

    as a mail: [Yellow urging slip] Y-2026-118: case W260507-0123, overdue 2 working hours

        To the deputy head, Chengxi District:

        Case W260507-0123 (general) was dispatched to Chengxi District at 11 May 10:00; resolution limit 14 May 18:00.
        State: overdue 2 working hours. Contacts with the resident: 3.
        Please: see to it and send a plan. Reply by 17 May 18:00.
        Also sent to: deputy head, liaison.
        Consequence note (rule 2026.1): If not completed it counts as overdue this month and is listed in the bulletin. If done but not recorded, recording it withdraws this slip.

        Hotline 12345: Sent automatically by policy 2026.1, step due+2wh. If it is wrong, ask for withdrawal; the reason is recorded.
    "#);
}

#[test]
fn the_list_is_a_table() {
    let output = duban(&["template", "list", "--policies", "external"]);
    insta::assert_snapshot!(text(&output.stdout), @r#"
    TEXT           ZH          EN           AT MOST
    resident.ask   90 (2 SMS)  174 (2 SMS)  2 SMS
    staff.sign_in  49 (1 SMS)  121 (1 SMS)  3 SMS
    staff.yellow   63 (1 SMS)  109 (1 SMS)  3 SMS
    sysadmin.down  46 (1 SMS)  168 (2 SMS)  3 SMS
    sysadmin.up    19 (1 SMS)  48 (1 SMS)   3 SMS
    "#);
}

#[test]
fn a_text_that_is_not_there_is_1() {
    let output = duban(&["template", "show", "staff.yelow"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        text(&output.stderr),
        "duban: there is no text `staff.yelow`; did you mean `staff.yellow`?\n"
    );
}

#[test]
fn a_longer_unit_makes_the_longest_text_longer() {
    let texts = "segments = { staff = 1 }\n[staff.yellow]\nzh = \"{{ sig }}请{{ unit }}办理{{ no }}。\"\n\
                 en = \"{{ sig }}Case {{ no }}.\"\n";
    let units = ["示例市", "示例市高新技术产业开发区市场监督管理和综合行政执法局第二分局"];
    let [short, long] = units.map(|unit| {
        let folder = city(unit, texts);
        let shown = answer(&[
            "template",
            "show",
            "staff.yellow",
            "--policies",
            &place(&folder),
            "--worst",
            "--json",
        ]);
        let said = shown["texts"][0]["text"].as_str().expect("a text").to_owned();
        assert!(said.contains(unit), "{said}");
        (said, shown["texts"][0]["length"]["characters"].as_u64().expect("a count"))
    });
    assert_eq!(long.1 - short.1, 27, "{long:?} {short:?}");
    let folder = city(&units[1].repeat(2), texts);
    let output = duban(&["check", &place(&folder)]);
    assert_eq!(output.status.code(), Some(0), "a warning does not fail the check");
    let warning = format!(
        "{}/templates.toml:4:6: warning: the text `staff.yellow` (zh) is 2 SMS",
        place(&folder)
    );
    assert!(text(&output.stderr).contains(&warning), "{}", text(&output.stderr));
    let output = duban(&["check", &place(&city(units[1], texts))]);
    assert!(!text(&output.stderr).contains("SMS"), "{}", text(&output.stderr));
}

#[test]
fn the_longest_text_counts_both_branches() {
    let long = "it was not said when, so please look into the work list today and tell us by phone";
    // A due beside the condition is known, whatever the condition asks for.
    for (condition, printed) in [
        ("due", "reply_due"),
        ("reply_due", "due"),
        ("resolve_due", "due"),
        ("resolve_due or due", "no"),
        ("link", "due"),
        ("reason", "due"),
    ] {
        let texts = format!(
            "[staff.yellow]\nzh = \"{{{{ sig }}}}{{{{ no }}}}。\"\n\
             en = \"{{{{ sig }}}}{{{{ no }}}} {{{{ {printed} }}}} {{% if {condition} %}}soon{{% else %}}{long}{{% endif %}}\"\n"
        );
        let folder = city("示例市", &texts);
        let place = place(&folder);
        let shown = answer(&[
            "template",
            "show",
            "staff.yellow",
            "--policies",
            &place,
            "--worst",
            "--json",
        ]);
        let said = shown["texts"][1]["text"].as_str().expect("a text");
        assert!(said.contains(long), "{condition}: {said}");
    }
}

#[test]
fn the_variables_of_each_language_are_named() {
    let shown = answer(&["template", "show", "resident.ask", "--json"]);
    assert_eq!(shown["texts"][0]["variables"], serde_json::json!(["exp_day", "link", "no", "sig"]));
    assert_eq!(shown["texts"][1]["variables"], serde_json::json!(["exp", "link", "no", "sig"]));
}

#[test]
fn what_the_sysadmin_is_told_can_be_worded_anew() {
    let output = duban(&["template", "show", "sysadmin.up", "--language", "en"]);
    insta::assert_snapshot!(text(&output.stdout), @r"
    sysadmin.up (en)
    variables: channel, minutes
    length: 48 characters, GSM-7, 1 SMS (at most 3)

    Channel sms works again, after about 12 minutes.

    as a mail: channel sms works again

        Channel sms works again, after about 12 minutes.
    ");
    let own = |keys: &str| {
        format!(
            "[sysadmin.down]\nsubject_zh = '{{{{ channel }}}}断'\nsubject_en = 'Down: {{{{ channel }}}}'\nzh = '断'\n{keys}"
        )
    };
    let folder = city("市", &own("en = 'Call {{ channel }}.'"));
    let shown =
        answer(&["template", "show", "sysadmin.down", "--policies", &place(&folder), "--json"]);
    let texts: Vec<_> = shown["texts"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (&one["mail"]["subject"], &one["text"]))
        .collect();
    assert_eq!(
        texts,
        [(&"sms断".into(), &"断".into()), (&"Down: sms".into(), &"Call sms.".into())]
    );
    #[rustfmt::skip]
    let table = [
        (own("en = '{{ no }}'"),                                  "`sysadmin.down` (en): unknown fact `no`; known are channel, minutes"),
        (own(""),                                                 "missing field `en`"),
        (own("en = 'x'").replace("down]", "gone]"),               "nobody says `sysadmin.gone`; known are `sysadmin.down`, `sysadmin.up`"),
        (own("en = 'x'").replace("'Down: ", "'【Down】"),          "'【' does not stand in a message"),
    ];
    for (texts, want) in table {
        let folder = city("市", &texts);
        let output = duban(&["check", &place(&folder)]);
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(output.status.code() != Some(0) && said.contains(want), "{texts}: {said}");
        assert!(said.contains("templates.toml:"), "with its place: {said}");
    }
}
