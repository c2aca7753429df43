//! Slips as documents: all seven kinds, in both languages, on one page, without anything personal.

use std::path::Path;

use duban::{
    core::{
        message::{Facts, Message, NoteText, Recipient},
        timestamp::Timestamp,
        wording::{Language, Names, Paper},
    },
    paper::{self, pdf},
    policies,
    store::SlipRow,
};
use jiff::tz::TimeZone;

/// The seven slips (七单) with the step that issues each, as the reference set has them.
const SEVEN: [(&str, &str, &str, &str); 7] = [
    ("task", "任字", "accept", "start"),
    ("preview", "预字", "resolve", "start"),
    ("leader", "批字", "resolve", "start"),
    ("green", "绿字", "resolve", "due-1wd"),
    ("yellow", "黄字", "resolve", "due"),
    ("red", "红字", "resolve", "due+1wd"),
    ("redo", "重字", "resolve", "start"),
];

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
}

fn shanghai() -> TimeZone {
    TimeZone::get("Asia/Shanghai").expect("a zone")
}

/// A slip of the shipped set as the store keeps it.
fn slip(kind: &str, series: &str, clock: &str, step: &str) -> SlipRow {
    let loaded = policies::load_embedded("cn", at("2026-05-07T00:00:00Z")).expect("shipped");
    let (set, org) = (loaded.set.expect("good"), loaded.org.expect("good"));
    let templates = loaded.templates.expect("texts");
    let told = |unit: &str, role: &str, cc: bool| Message {
        key: String::new(),
        ticket: "W260507-0123".to_owned(),
        slip: None,
        with: Vec::new(),
        to: Recipient::Staff {
            unit: unit.to_owned(),
            role: role.to_owned(),
            person: None,
            cc,
            away: None,
        },
        via: "print".to_owned(),
        template: format!("staff.{kind}"),
        facts: Facts::default(),
        not_before: Timestamp(0),
        expires: None,
    };
    let messages = [
        told("cx-scjg", "principal", false),
        told("cx-scjg", "deputy_head", true),
        told("cx", "county_sup", true),
    ];
    let note = NoteText {
        id: "overdue".to_owned(),
        version: "2026.1".to_owned(),
        zh: "逾期未完成的,按考核规则计入本月超时件并在通报中列明。".to_owned(),
        en: "If not completed it counts as overdue this month.".to_owned(),
    };
    let facts = Facts {
        slip: kind.to_owned(),
        unit: "cx-scjg".to_owned(),
        clock: clock.to_owned(),
        policy: "general".to_owned(),
        policy_version: "2026.1".to_owned(),
        issuer: "cx".to_owned(),
        reason: (kind == "redo").then(|| "answer_unsolved".to_owned()),
        note: ["yellow", "red"].contains(&kind).then_some(note),
        ..Facts::default()
    };
    let told: Vec<&Message> = messages.iter().collect();
    let paper = Paper::of(&templates, &Names::of(&set, &org), &org, &facts, &told);
    SlipRow {
        id: 1,
        key: format!("W260507-0123/r1/{clock}//0/3.0.0"),
        ticket_key: 1,
        ticket_no: "W260507-0123".to_owned(),
        round: if kind == "redo" { 2 } else { 1 },
        clock: clock.to_owned(),
        unit: "cx-scjg".to_owned(),
        step: step.to_owned(),
        kind: kind.to_owned(),
        serial: Some(format!("{series}〔2026〕118号")),
        issuer: "cx".to_owned(),
        due: Some(at("2026-05-14T18:00:00+08:00")),
        at: at("2026-05-15T09:00:00+08:00"),
        receipt_due: None,
        reply_due: ["yellow", "red"].contains(&kind).then(|| at("2026-05-18T18:00:00+08:00")),
        recipients: "{}".to_owned(),
        note: None,
        state: "open".to_owned(),
        reason: None,
        withdrawn: None,
        receipted: None,
        receipted_by: None,
        receipt_missed: None,
        replied: None,
        replied_by: None,
        reply_missed: None,
        reply: None,
        paper: Some(serde_json::to_string(&paper).expect("texts")),
        messages: 0,
        sent: 0,
        delivered: 0,
    }
}

fn page(slip: &SlipRow, language: Language) -> String {
    let loaded = policies::load_embedded("cn", at("2026-05-07T00:00:00Z")).expect("shipped");
    let org = loaded.org.expect("good");
    paper::html(slip, language, &shanghai(), "【西宁市数据局】", &org).expect("a page")
}

/// The text of a page, without tags and style.
fn words(html: &str) -> String {
    let body = html.split_once("</head>").expect("a head").1;
    let mut text = String::new();
    let mut in_tag = false;
    for c in body.chars() {
        match c {
            '<' => in_tag = true,
            '>' => in_tag = false,
            c if !in_tag => text.push(c),
            _ => {} // inside a tag
        }
    }
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

#[test]
fn every_kind_of_slip_prints() {
    for (kind, series, clock, step) in SEVEN {
        let slip = slip(kind, series, clock, step);
        for language in Language::ALL {
            let text = words(&page(&slip, language));
            assert!(text.contains("W260507-0123"), "{kind}: {text}");
            assert!(text.contains("118"), "{kind}: {text}");
            assert!(!text.contains('—'), "{kind}: every fact is known: {text}");
        }
    }
}

#[test]
fn a_red_slip_reads_well() {
    let red = slip("red", "红字", "resolve", "due+1wd");
    insta::assert_snapshot!(words(&page(&red, Language::Zh)), @r"
    示例市城西区
    红色督办单
    红字〔2026〕118号
    城西区市场监管局单位主要负责人：
    工单W260507-0123（一般诉求）由城西区市场监管局承办，应于2026年5月14日18:00前办结，现已超期1个工作日，尚未办结。
    请办理：主要负责人督办，并报办理结果。请于2026年5月18日18:00前按下表三项回复。
    已办事项
    下一步计划
    完成时限
    回复人、时间
    签收人、时间
    考核附注（规则版本2026.1）：逾期未完成的，按考核规则计入本月超时件并在通报中列明。
    示例市城西区2026年5月15日（印章）
    抄送：城西区市场监管局单位分管领导，示例市城西区区县督办。
    单号 W260507-0123/r1/resolve//0/3.0.0。本单由系统按规则第 due+1wd 步自动签发；如有误请申请撤回，理由会被记录。
    ");
    insta::assert_snapshot!(words(&page(&red, Language::En)), @r"
    Chengxi District
    Red supervision order
    R-2026-118
    principal, Chengxi Market Regulation Bureau:
    Case W260507-0123 (general), handled by Chengxi Market Regulation Bureau, was to be resolved by 14 May 2026 18:00; it is overdue by 1 working day and not resolved.
    Please: the head of the unit acts and reports. Reply in the three fields below by 18 May 2026 18:00.
    What was done
    What will be done
    By when
    Replied by, at
    Received by, at
    Consequence note (rule 2026.1): If not completed it counts as overdue this month.
    Chengxi District15 May 2026(seal)
    Copy: deputy head, Chengxi Market Regulation Bureau; county sup, Chengxi District.
    Key W260507-0123/r1/resolve//0/3.0.0. Issued automatically at step due+1wd. If it is wrong, ask for withdrawal; the reason is recorded.
    ");
}

#[test]
fn what_came_back_stands_in_its_fields() {
    let mut red = slip("red", "红字", "resolve", "due+1wd");
    red.receipted = Some(at("2026-05-15T09:30:00+08:00"));
    red.receipted_by = Some("p08".to_owned());
    red.replied = Some(at("2026-05-16T15:00:00+08:00"));
    red.replied_by = Some("p08".to_owned());
    red.reply =
        Some(r#"{"done":"已到场 <b>核实</b>","plan":"更换主板","by_when":"5月18日"}"#.to_owned());
    let html = page(&red, Language::Zh);
    assert!(!html.contains("<b>核实"), "what people write is escaped");
    let text = words(&html);
    for part in ["更换主板", "5月18日", "吴八 2026年5月16日15:00", "吴八 2026年5月15日09:30"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_withdrawn_slip_says_so() {
    let mut red = slip("red", "红字", "resolve", "due+1wd");
    red.withdrawn = Some(at("2026-05-16T10:00:00+08:00"));
    red.reason = Some("派错单位".to_owned());
    let text = words(&page(&red, Language::Zh));
    assert!(text.contains("本单已于2026年5月16日10:00撤回，理由：派错单位"), "{text}");
    assert!(words(&page(&red, Language::En)).contains("WITHDRAWN"));
}

#[test]
fn a_document_is_one_page() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = std::env::var_os("PATH");
    let browser =
        pdf::browser(None, path.as_deref()).expect("tests/debian-packages names chromium");
    let mut longest = slip("red", "红字", "resolve", "due+1wd");
    longest.reply = Some(
        serde_json::json!({ "done": "已".repeat(90), "plan": "拟".repeat(90), "by_when": "5月18日" })
            .to_string(),
    );
    for (name, slip) in [("plain", slip("yellow", "黄字", "resolve", "due")), ("long", longest)] {
        let file = folder.path().join(format!("{name}.pdf"));
        pdf::print(&browser, &page(&slip, Language::Zh), &file).expect("it prints");
        let bytes = std::fs::read(&file).expect("the file is there");
        assert!(bytes.starts_with(b"%PDF-"), "{name}");
        assert_eq!(pages(&bytes), 1, "{name}");
        let title = title_of(&bytes);
        let serial = slip.serial.as_deref().expect("it has one");
        assert!(title.contains(serial), "{name}: {title}");
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("it lists").flatten().collect();
    assert_eq!(left.len(), 2, "nothing is left beside the documents: {left:?}");
}

#[test]
fn a_missing_browser_is_named() {
    let error = pdf::browser(None, Some("/nowhere".as_ref())).expect_err("there is none");
    insta::assert_snapshot!(error, @"there is no browser to print with: none of chromium, chromium-browser, google-chrome, chrome, chrome-headless-shell is on PATH; install `chromium`, or print the `--html` page with any browser");
    let folder = tempfile::tempdir().expect("a scratch folder");
    let error = pdf::print(Path::new("/nowhere/chromium"), "<p>", &folder.path().join("a.pdf"));
    let error = error.expect_err("it does not start").to_string();
    assert!(error.starts_with("/nowhere/chromium does not start: "), "{error}");
}

/// How many pages a PDF of a browser has: it writes the page objects as plain text.
fn pages(pdf: &[u8]) -> usize {
    let text = String::from_utf8_lossy(pdf);
    text.matches("/Type /Page").count() - text.matches("/Type /Pages").count()
}

/// The title as a PDF keeps it: UTF-16, in hexadecimal.
fn title_of(pdf: &[u8]) -> String {
    let text = String::from_utf8_lossy(pdf);
    let hex = text.split_once("/Title <").expect("it has a title").1;
    let hex = hex.split_once('>').expect("it ends").0;
    let units: Vec<u16> = (0..hex.len() / 4)
        .filter_map(|n| u16::from_str_radix(hex.get(n * 4..n * 4 + 4)?, 16).ok())
        .collect();
    String::from_utf16_lossy(&units).trim_start_matches('\u{feff}').to_owned()
}
