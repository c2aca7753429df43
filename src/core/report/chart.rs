//! Charts as SVG: a function of the numbers alone, for pages and print.
//!
//! Every figure a picture shows stands in it as a number too, so that it can be read without
//! colours. Mail programs show no SVG: for them [`lengths`] says the same as lengths of cells.
//!
//! Tests in tests/reports keep each of them whole: `each_chart_is_drawn_as_it_was`.

mod bars;
mod draw;
mod heat;
mod trend;

pub use bars::{Length, lengths};
pub use heat::shade_of;

use crate::core::{report::document::Chart, wording::Language};

/// Width of every picture, in its own units.
const WIDTH: u32 = 720;
const INK: &str = "#1f2328";
const SOFT: &str = "#57606a";
const LINE: &str = "#d8dee4";
const BLUE: &str = "#0b5cad";
const GREEN: &str = "#1a7f37";
const AMBER: &str = "#b7791f";
const RED: &str = "#b42318";

/// The picture, with what it shows in words for whoever cannot see it.
pub fn svg(chart: &Chart, title: &str, language: Language) -> String {
    let (height, body) = match chart {
        Chart::Trend { points, lines } => trend::trend(points, lines, language),
        Chart::Heat { days, rows } => heat::heat(days, rows, language),
        Chart::Funnel { stages } => bars::funnel(stages, language),
        Chart::Zones { zones } => bars::zones(zones, language),
        Chart::Pairs { of, part, pairs } => bars::pairs(of, part, pairs, language),
        Chart::Bars { bars: list } => bars::bars(list, language),
    };
    let title = draw::escape(title);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{title}\" \
         font-family=\"'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',system-ui,sans-serif\" font-size=\"13\" fill=\"{INK}\">\
         <title>{title}</title>\n{body}</svg>"
    )
}

/// Whether a chart has anything to show.
pub fn is_empty(chart: &Chart) -> bool {
    match chart {
        Chart::Trend { lines, .. } => {
            lines.iter().all(|line| line.values.iter().flatten().count() < 2)
        }
        Chart::Funnel { stages } => stages.first().is_none_or(|first| first.count == 0),
        Chart::Heat { rows, .. } => rows.is_empty(),
        Chart::Zones { zones } => zones.iter().all(|zone| zone.units.is_empty()),
        Chart::Pairs { pairs, .. } => pairs.is_empty(),
        Chart::Bars { bars } => bars.is_empty(),
    }
}

/// The colour of a zone, or of none.
fn zone_colour(id: &str) -> &'static str {
    match id {
        "blue" => BLUE,
        "green" => GREEN,
        "yellow" => "#f2c037",
        "orange" => "#d9730d",
        "red" => RED,
        _ => "#8c959f", // too few answers, or a zone of the city's own
    }
}
