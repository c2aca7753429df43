//! Each picture, kept whole: a change of a picture is a change somebody has looked at.

use duban::core::{
    report::{
        Chart,
        chart::{Length, lengths, svg},
    },
    wording::Language,
};
use serde_json::json;

fn chart(json: serde_json::Value) -> Chart {
    serde_json::from_value(json).expect("a chart")
}

fn said(zh: &str, en: &str) -> serde_json::Value {
    json!({ "zh": zh, "en": en })
}

/// One of each kind.
fn charts() -> Vec<(&'static str, Chart)> {
    let trend =
        chart(json!({ "chart": "trend", "points": ["2026-03", "2026-04", "2026-05"], "lines": [
        { "title": said("响应率", "response"), "values": [9_950, 9_990, 10_000] },
        { "title": said("解决率(严)", "solved"), "values": [8_120, null, 8_801] },
        { "title": said("满意率", "satisfied"), "values": [8_400, 8_650, 8_790] },
    ] }));
    let funnel = chart(json!({ "chart": "funnel", "stages": [
        { "title": said("受理", "Received"), "count": 1_100 },
        { "title": said("派发", "Dispatched"), "count": 1_080 },
        { "title": said("办结", "Resolved"), "count": 640 },
        { "title": said("已解决", "Solved"), "count": 3 },
    ] }));
    let days: Vec<_> = (1..=14)
        .map(|day| json!({ "date": format!("06-{day:02}"), "rest": day % 7 >= 6 || day % 7 == 0 }))
        .collect();
    let counts = |step: u64| {
        (0..14_u64).map(|day| (day * step) % 11 * u64::from(day % 7 < 5)).collect::<Vec<_>>()
    };
    let heat = chart(json!({ "chart": "heat", "days": days, "rows": [
        { "title": said("签收", "accept"), "counts": counts(3) },
        { "title": said("办结", "resolve"), "counts": counts(7) },
    ] }));
    let units = |count: usize| (0..count).map(|n| format!("u{n}")).collect::<Vec<_>>();
    let zones = chart(json!({ "chart": "zones", "zones": [
        { "id": "blue", "title": said("蓝", "blue"), "units": units(12) },
        { "id": "yellow", "title": said("黄", "yellow"), "units": units(1) },
        { "id": "red", "title": said("红", "red"), "units": units(0) },
        { "id": "", "title": said("不定区", "no zone"), "units": units(2) },
    ] }));
    let pairs = chart(
        json!({ "chart": "pairs", "of": said("发出", "sent"), "part": said("见效", "followed"), "pairs": [
        { "title": said("办结 due-1wd 绿色催办单", "resolve due-1wd green"), "of": 120, "part": 84 },
        { "title": said("办结 due 黄色催办单", "resolve due yellow"), "of": 36, "part": 9 },
        { "title": said("办结 due+1wd 红色督办单", "resolve due+1wd red"), "of": 27, "part": 26 },
    ] }),
    );
    let bars = chart(json!({ "chart": "bars", "bars": [
        { "title": said("投诉/电梯<b>", "lifts<b>"), "count": 57 },
        { "title": said("物业服务与小区公共设施维修养护", "property management and repairs"), "count": 31 },
        { "title": said("供水", "water"), "count": 0 },
    ] }));
    vec![
        ("trend", trend),
        ("funnel", funnel),
        ("heat", heat),
        ("zones", zones),
        ("pairs", pairs),
        ("bars", bars),
    ]
}

#[test]
fn each_chart_is_drawn_as_it_was() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reports/charts");
    let mut changed = Vec::new();
    for (name, chart) in charts() {
        let language = if name == "pairs" { Language::En } else { Language::Zh };
        let drawn = svg(&chart, name, language) + "\n";
        let file = folder.join(format!("{name}.svg"));
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        if drawn != kept {
            let new = folder.join(format!("{name}.new.svg"));
            std::fs::write(&new, &drawn).expect("the folder takes files");
            changed.push(format!("{name}: look at {}", new.display()));
        }
    }
    assert!(changed.is_empty(), "pictures that differ:\n{}", changed.join("\n"));
}

#[test]
fn a_picture_is_good_xml_and_needs_nothing_else() {
    for (name, chart) in charts() {
        for language in Language::ALL {
            let drawn = svg(&chart, "a \"title\" & <more>", language);
            let lower = drawn.replace("http://www.w3.org/2000/svg", "");
            for bad in ["<script", "href", "http:", "https:", "<b>", "NaN", "inf"] {
                assert!(!lower.contains(bad), "{name}: {bad} in {drawn}");
            }
            assert_eq!(drawn.matches('<').count(), drawn.matches('>').count(), "{name}");
        }
    }
}

#[test]
fn a_mail_has_the_same_as_lengths() {
    let all: Vec<(&str, Vec<Length>)> =
        charts().into_iter().map(|(name, chart)| (name, lengths(&chart, Language::En))).collect();
    let of = |name: &str| -> Vec<(u64, String)> {
        let (_, lengths) = all.iter().find(|(own, _)| *own == name).expect("a chart");
        lengths.iter().map(|one| (one.long, one.text.clone())).collect()
    };
    let row = |long: u64, text: &str| (long, text.to_owned());
    assert_eq!(of("funnel")[2..], [row(59, "640 = 58.2 %"), row(1, "3 = 0.3 %")]);
    assert_eq!(of("pairs")[0], row(70, "84/120 = 70.0 %"));
    assert_eq!(of("trend")[1], row(89, "88.01 %"));
    assert_eq!(of("zones")[0], row(100, "12"));
    assert_eq!(of("bars")[2], row(0, "0"));
    assert_eq!(of("heat"), []);
}
