//! The figures for machines: by unit, with the names of the rates as keys.

use serde_json::{Map, Value, json};

use super::figured::{Figured, Restated};
use crate::core::{
    ranking::{Ranking, ranking},
    rates::{
        Figures, Fraction, Metric, Placed, Rate, Rules, TERMS, Table, WHOLE, Withheld, zone_of,
        zone_word,
    },
    wording::Language,
};

/// Rates that stand before the composite; the others follow it.
const FIRST: usize = 11;

/// One object: a key for each unit, for the whole, and for what the figures go by.
pub fn figures(figured: &Figured) -> Value {
    let mut out = Map::new();
    for (unit, of_unit) in &figured.table.units {
        let standing = &figured.board.units[unit];
        let mut object = rates(of_unit, &figured.rules, zone(standing.placed, &figured.rules));
        object.insert("排名".to_owned(), json!(standing.placed.ok().map(|placed| placed.rank)));
        if let Some(group) = figured.table.groups.get(unit) {
            object.insert("组".to_owned(), json!(group));
        }
        let why = standing.placed.err().map(|why| why.word(Language::Zh));
        object.insert("不排名原因".to_owned(), json!(why));
        out.insert(unit.clone(), Value::Object(object));
    }
    let whole = figured.table.whole();
    let placed = zone_of(&whole, &figured.rules).map(|zone| Placed { zone, rank: 0 });
    let object = rates(&whole, &figured.rules, zone(placed, &figured.rules));
    out.insert(WHOLE.to_owned(), Value::Object(object));
    out.insert(TERMS.to_owned(), terms(figured));
    Value::Object(out)
}

fn rates(figures: &Figures, rules: &Rules, zone: Value) -> Map<String, Value> {
    let rate = |metric: &Metric| (metric.zh().to_owned(), rate(figures.rate(*metric)));
    let mut object: Map<String, Value> = Metric::ALL[..FIRST].iter().map(rate).collect();
    let score = figures.composite(&rules.weights);
    let score = score.map_or_else(|| "—".to_owned(), Fraction::percent);
    object.insert(format!("综合分{}", rules.weights.shown()), json!(score));
    object.insert("区".to_owned(), zone);
    object.extend(Metric::ALL[FIRST..].iter().map(rate));
    let overdue = figures.overdue().map(|overdue| {
        json!({
            "num": overdue.rate.num.to_string(), "den": overdue.rate.den,
            "mean": overdue.rate.value().map(Fraction::rounded), "median": overdue.median.rounded(),
            "max": overdue.longest,
        })
    });
    object.insert("超期分钟".to_owned(), json!(overdue));
    object.insert("有效评价".to_owned(), json!(figures.answers()));
    object.insert("行数".to_owned(), json!(figures.rows));
    object.insert("剔除".to_owned(), json!(figures.excluded));
    object
}

fn rate(rate: Rate) -> Value {
    json!({ "num": rate.num.to_string(), "den": rate.den, "pct": rate.percent() })
}

fn zone(placed: Result<Placed, Withheld>, rules: &Rules) -> Value {
    match placed {
        Ok(placed) => json!(placed.zone.map(|zone| zone_word(&rules.zones[zone].0, Language::Zh))),
        Err(why) => json!(why.word(Language::Zh)),
    }
}

/// What the figures go by and what they leave out.
fn terms(figured: &Figured) -> Value {
    let Figured { set, rules, board, .. } = figured;
    let zones: Map<String, Value> =
        rules.zones.iter().map(|(id, least)| (id.clone(), json!(least))).collect();
    let files = figured.files.iter().map(|one| {
        json!({
            "file": one.file, "period": one.period.map(|period| period.to_string()),
            "rules": one.rules, "rows": one.rows, "refused": one.refused,
        })
    });
    let files: Vec<Value> = files.collect();
    let refused: Vec<Value> = figured
        .refused
        .iter()
        .map(|one| json!({ "file": one.file, "line": one.line, "reason": one.reason }))
        .collect();
    let mut terms = json!({
        "policies": format!("{}@{}", set.id, set.version),
        "rules": rules.id,
        "min_n": rules.min_n,
        "zones": zones,
        "version": figured.restated.as_ref().map_or(1, |restated| restated.version),
        "files": files,
        "rows": figured.rows(),
        "refused": { "count": figured.refused_count(), "lines": refused },
        "unknown_columns": figured.unknown,
        "ranked": board.rated,
        "best_zone": {
            "zone": rules.zones.first().map(|(id, _)| zone_word(id, Language::Zh)),
            "num": board.best.num.to_string(), "den": board.best.den, "pct": board.best.percent(),
        },
    });
    if let Some(restated) = &figured.restated {
        terms["changes"] = changes(restated, rules);
    }
    if figured.before.is_some() {
        let of = growth(figured).into_iter().map(|(id, ranking)| (id, json!(ranking)));
        terms["growth"] = Value::Object(of.collect());
    }
    terms
}

fn changes(restated: &Restated, rules: &Rules) -> Value {
    let tickets = restated.tickets.iter().map(|one| {
        let fields: Map<String, Value> = one
            .fields
            .iter()
            .map(|(column, was, is)| ((*column).to_owned(), json!([was, is])))
            .collect();
        json!({ "ticket": one.ticket, "unit": one.unit, "change": one.how, "fields": fields })
    });
    let rates = restated.rates.iter().map(|moved| {
        json!({
            "unit": moved.unit.as_deref().unwrap_or(WHOLE), "rate": moved.metric.zh(),
            "before": rate(moved.before), "after": rate(moved.after),
        })
    });
    let standings = restated.standings.iter().map(|(unit, both)| {
        let [before, after] = both.each_ref().map(|one| {
            one.as_ref().map(|one| {
                json!({
                    "score": one.score.map(Fraction::percent), "zone": zone(one.placed, rules),
                    "rank": one.placed.ok().map(|placed| placed.rank),
                })
            })
        });
        json!({ "unit": unit, "before": before, "after": after })
    });
    json!({
        "tickets": tickets.collect::<Vec<_>>(), "rates": rates.collect::<Vec<_>>(),
        "standings": standings.collect::<Vec<_>>(),
    })
}

/// What is no ticket (praise, findings of our own), by reason: each unit's count beside the earlier one.
pub fn growth(figured: &Figured) -> Vec<(String, Ranking)> {
    let Some(before) = &figured.before else { return Vec::new() };
    let of = |table: &Table, reason: &str| {
        let counts = table.units.iter();
        counts
            .filter_map(|(unit, figures)| Some((unit.clone(), *figures.excluded.get(reason)?)))
            .collect()
    };
    let reasons = figured.rules.exclusions.iter().filter(|exclusion| exclusion.is_no_ticket());
    reasons
        .map(|exclusion| {
            let (now, then) = (of(&figured.table, &exclusion.id), of(before, &exclusion.id));
            (exclusion.id.clone(), ranking(&now, Some(&then), 0))
        })
        .collect()
}
