//! `[zones]` and `[reports]`: what a city calls its zones and reports, and where zones end.

use std::collections::BTreeMap;

use super::section::Section;

/// The reports a city may name.
const REPORTS: [(&str, ()); 4] = [("day", ()), ("week", ()), ("month", ()), ("year", ())];

/// Reads `[zones]`: the least score of each in percent, the best first; the last takes all.
pub fn zones(section: &Section<'_>) -> Vec<(String, u32)> {
    let mut zones: Vec<(String, u32)> = Vec::new();
    for item in section.entries() {
        let Some(least) = item.count() else { continue };
        if least > 100 {
            item.complain(format!("zone `{}` begins above 100 percent", item.key()));
        }
        zones.push((item.key().to_owned(), least));
    }
    zones.sort_by(|(_, one), (_, other)| other.cmp(one));
    if zones.windows(2).any(|pair| pair[0].1 == pair[1].1) {
        section.complain("two zones begin at the same score");
    }
    if zones.last().is_some_and(|(_, least)| *least > 0) {
        section.complain("scores below the last zone have no zone; let one begin at 0");
    }
    zones
}

/// Reads `[reports]`: the names of reports by kind.
pub fn reports(section: &Section<'_>) -> BTreeMap<String, (String, String)> {
    let mut reports = BTreeMap::new();
    for item in section.entries() {
        item.known_key(
            "report",
            "the reports duban writes",
            REPORTS.iter().map(|(kind, ())| *kind),
        );
        let Some(names) = item.section(format!("report `{}`", item.key())) else { continue };
        let zh = names.get("zh").and_then(|item| item.filled());
        let en = names.get("en").and_then(|item| item.filled());
        let (zh, en) = (zh.or(en).unwrap_or(item.key()), en.unwrap_or(item.key()));
        names.finish();
        reports.insert(item.key().to_owned(), (zh.to_owned(), en.to_owned()));
    }
    reports
}
