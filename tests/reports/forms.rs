//! The same report in every form, and what each form must not do.

use duban::{
    core::{
        report::{Cell, Section},
        wording::Language,
    },
    report::{csv, html, text, xlsx},
};

use crate::{
    example,
    town::{City, asked},
};

#[tokio::test]
async fn the_text_reads_well() {
    let city = City::new(example::rules()).await;
    example::city(&city).await;
    let mut report = city.ask(asked("month", "2026-05"), "2026-06-01 09:00").await;
    let shown = ["flow", "rates", "zones", "best_and_last", "left_out"];
    report.document.sections.retain(|section| shown.contains(&section.id.as_str()));
    let text = text::text(&report, Language::Zh);
    assert!(text.starts_with("月通报 2026年第5期 2026-05\n"), "{text}");
    let rows = ["全市  18/21 = 85.71 %  13/16 = 81.25 %  12/15 = 80.00 %  16/19 = 84.21 %"];
    for row in rows {
        assert!(text.contains(row), "{row} in\n{text}");
    }
    assert!(text.contains("样本不足"), "a small sample is named\n{text}");
    let english = text::text(&report, Language::En);
    assert!(english.starts_with("Monthly bulletin, No. 5 of 2026, 2026-05\n"), "{english}");
}

#[tokio::test]
async fn pages_need_nothing_from_elsewhere() {
    let city = City::new(example::rules()).await;
    example::city(&city).await;
    for (kind, period) in
        [("month", "2026-05"), ("day", "2026-05-07"), ("meeting", "2026-W20"), ("hot", "2026-05")]
    {
        let report = city.ask(asked(kind, period), "2026-06-01 09:00").await;
        for language in Language::ALL {
            let page = html::page(&report, language).expect("HTML");
            let mail = html::mail(&report, language, None).expect("HTML");
            for (form, text) in [("page", &page), ("mail", &mail)] {
                let rest = text.replace("http://www.w3.org/2000/svg", "");
                for bad in
                    ["<script", "<img", "<link", "@import", "http:", "https:", "url(", "javascript"]
                {
                    assert!(!rest.contains(bad), "{kind} {form}: {bad}");
                }
            }
            assert!(
                !mail.contains("<svg") && !mail.contains("<style"),
                "{kind}: mail programs drop both"
            );
            assert!(
                mail.len() < 100_000,
                "{kind}: Gmail cuts mails of 102 kB, this has {}",
                mail.len()
            );
        }
    }
}

/// Names of units and tickets come from outside; a spreadsheet must not run them.
#[tokio::test]
async fn a_spreadsheet_runs_nothing() {
    let city = City::new(example::rules()).await;
    let mut report = city.ask(asked("hot", "2026-05"), "2026-06-01 09:00").await;
    let evil = ["=cmd|'/c calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "-5.0 %", "plain"];
    let rows = evil.map(|text| vec![Cell::text(text), Cell::Count(1)]);
    let section = Section::new("evil", "=坏", "=bad")
        .columns(&[("a", "=a", "=a"), ("n", "n", "n")])
        .rows(rows);
    report.document.sections = vec![section];
    let csv = csv::csv(&report, Some("evil"), Language::Zh).expect("the section");
    let csv = String::from_utf8(csv).expect("UTF-8");
    let lines: Vec<&str> = csv.lines().collect();
    assert!(csv.starts_with('\u{feff}'), "Excel reads it as UTF-8");
    assert_eq!(
        lines[1..6],
        ["'=cmd|'/c calc'!A0,1", "'+1+1,1", "'-2+3,1", "'@SUM(1),1", "'\t=1,1"]
    );
    assert_eq!(lines[6..], ["-5.0 %,1", "plain,1"]);
    let book = xlsx::xlsx(&report, Language::Zh).expect("a workbook");
    assert!(book.starts_with(b"PK"), "a workbook is a zip file");
    let book = unzipped(&book);
    assert!(!book.contains("<f>"), "no cell is a formula");
    assert!(book.contains("=cmd|"), "the text is there as it is");
}

/// Everything in the workbook, as text; `python3` is in `tests/debian-packages`.
fn unzipped(book: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let file = folder.path().join("book.xlsx");
    std::fs::write(&file, book).expect("it takes files");
    let script = "import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nprint(''.join(z.read(n).decode() for n in z.namelist()))";
    let run = std::process::Command::new("python3").args(["-c", script]).arg(&file).output();
    let run = run.expect("python3 is there");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8_lossy(&run.stdout).into_owned()
}

#[tokio::test]
async fn an_unknown_section_is_none() {
    let city = City::new(example::rules()).await;
    let report = city.ask(asked("hot", "2026-05"), "2026-06-01 09:00").await;
    assert_eq!(csv::csv(&report, Some("nothing"), Language::Zh), None);
}
