//! The timeline as a picture: SVG text made of values, nothing else.
//!
//! Colours come from the stylesheet by class, so that light and dark are told apart there; each
//! colour also has a shape of its own, for whoever does not see it.

use std::fmt::Write as _;

use super::timeline::{Bar, Lane, Mark, Sign, Timeline};
use crate::{core::timestamp::Timestamp, web::language::Language};

/// Widths drawn: a desk and a phone.
pub(super) const WIDE: i64 = 1_100;
pub(super) const NARROW: i64 = 356;

const EDGE: i64 = 6;
const TOP: i64 = 40;
const LANE: i64 = 50;
const BAR: i64 = 14;
/// The least distance between two labels of the axis.
const LABEL: i64 = 74;

/// Instants to points.
struct Scale {
    from: Timestamp,
    ms: i64,
    width: i64,
}

impl Scale {
    fn x(&self, at: Timestamp) -> f64 {
        let share = at.since(self.from) as f64 / self.ms.max(1) as f64;
        let x = EDGE as f64 + share * (self.width - 2 * EDGE) as f64;
        x.clamp(EDGE as f64, (self.width - EDGE) as f64)
    }
}

/// Draws a timeline so wide.
pub(super) fn draw(timeline: &Timeline, l: Language, width: i64) -> String {
    let scale = Scale { from: timeline.from, ms: timeline.to.since(timeline.from), width };
    let height = TOP + LANE * timeline.lanes.len() as i64 + EDGE;
    let mut svg = String::new();
    let label = l.say("时间轴；同样的内容见下表", "Timeline; the table below says the same");
    let _ = write!(
        svg,
        "<svg class=\"timeline\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{label}\">\
         <defs><pattern id=\"still-{width}\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" \
         patternTransform=\"rotate(45)\"><rect class=\"still\" width=\"6\" height=\"6\"/>\
         <rect class=\"stroke\" width=\"2.5\" height=\"6\"/></pattern></defs>"
    );
    shade(&mut svg, timeline, &scale, height);
    axis(&mut svg, timeline, &scale, height);
    for (n, lane) in timeline.lanes.iter().enumerate() {
        draw_lane(&mut svg, lane, &scale, TOP + LANE * n as i64);
    }
    now_line(&mut svg, timeline, &scale, l, height);
    svg.push_str("</svg>");
    svg
}

fn shade(svg: &mut String, timeline: &Timeline, scale: &Scale, height: i64) {
    let (top, tall) = (TOP - 8, height - TOP + 8);
    for (from, to) in &timeline.open {
        let (x, end) = (scale.x(*from), scale.x(*to));
        let wide = (end - x).max(0.5);
        let _ = write!(
            svg,
            "<rect class=\"open\" x=\"{x:.1}\" y=\"{top}\" width=\"{wide:.1}\" height=\"{tall}\"/>"
        );
    }
}

fn axis(svg: &mut String, timeline: &Timeline, scale: &Scale, height: i64) {
    let mut last = f64::MIN;
    for (at, label) in &timeline.ticks {
        let x = scale.x(*at);
        let _ = write!(
            svg,
            "<line class=\"tick\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{}\" y2=\"{height}\"/>",
            TOP - 8
        );
        let is_room = x - last >= LABEL as f64 && x + (LABEL / 2) as f64 <= scale.width as f64;
        if is_room {
            let _ = write!(
                svg,
                "<text class=\"axis\" x=\"{:.1}\" y=\"{}\">{}</text>",
                x + 2.0,
                TOP - 14,
                escape(label)
            );
            last = x;
        }
    }
}

fn draw_lane(svg: &mut String, lane: &Lane, scale: &Scale, y: i64) {
    let _ = write!(
        svg,
        "<text class=\"name\" x=\"{EDGE}\" y=\"{}\">{}</text>",
        y + 14,
        escape(&lane.name)
    );
    if !lane.says.is_empty() {
        let _ = write!(
            svg,
            "<text class=\"says\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            scale.width - EDGE,
            y + 14,
            escape(&lane.says)
        );
    }
    let middle = y + 30;
    match &lane.bar {
        Some(bar) => draw_bar(svg, bar, scale, middle),
        None => {
            let _ = write!(
                svg,
                "<line class=\"thread\" x1=\"{EDGE}\" x2=\"{}\" y1=\"{middle}\" y2=\"{middle}\"/>",
                scale.width - EDGE
            );
        }
    }
    for mark in &lane.marks {
        draw_mark(svg, mark, scale.x(mark.at), middle as f64);
    }
}

fn draw_bar(svg: &mut String, bar: &Bar, scale: &Scale, middle: i64) {
    let top = middle - BAR / 2;
    let rect = |class: &str, from: Timestamp, to: Timestamp, fill: &str| {
        let (x, end) = (scale.x(from), scale.x(to));
        let wide = (end - x).max(2.0);
        format!(
            "<rect class=\"{class}\"{fill} x=\"{x:.1}\" y=\"{top}\" width=\"{wide:.1}\" height=\"{BAR}\" rx=\"3\"/>"
        )
    };
    svg.push_str(&rect(&format!("bar {}", bar.state), bar.from, bar.to, ""));
    if bar.to > bar.due && bar.due > bar.from {
        svg.push_str(&rect("bar over", bar.due, bar.to, ""));
    }
    let hatch = format!(" fill=\"url(#still-{})\"", scale.width);
    for (from, to) in &bar.pauses {
        svg.push_str(&rect("pause", *from, *to, &hatch));
    }
    let x = scale.x(bar.due);
    let _ = write!(
        svg,
        "<line class=\"due\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{}\" y2=\"{}\"/>",
        top - 4,
        top + BAR + 4
    );
}

/// A circle is green, a triangle yellow, a square red; what is to come is hollow.
fn draw_mark(svg: &mut String, mark: &Mark, x: f64, y: f64) {
    let sign = match mark.sign {
        Sign::Slip => "slip",
        Sign::Withdrawn => "withdrawn",
        Sign::Ahead => "ahead",
        Sign::Event => "event",
        Sign::Sent => "sent",
        Sign::Lost => "lost",
        Sign::Waiting => "ahead",
    };
    let class = format!("mark {sign} {}", mark.colour);
    let shape = match (mark.sign, mark.colour) {
        (Sign::Sent | Sign::Lost | Sign::Waiting, _) => {
            format!("<path class=\"{class}\" d=\"M{:.1} {:.1}l7 7h-14z\"/>", x, y - 4.0)
        }
        (Sign::Event, _) => {
            format!("<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\"/>")
        }
        (_, "red") => format!(
            "<rect class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\" width=\"12\" height=\"12\"/>",
            x - 6.0,
            y - 6.0
        ),
        (_, "yellow") => {
            format!("<path class=\"{class}\" d=\"M{x:.1} {:.1}l7.5 13h-15z\"/>", y - 7.5)
        }
        _ => format!("<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"6\"/>"),
    };
    let _ = write!(svg, "<g><title>{}</title>{shape}</g>", escape(&mark.says));
}

fn now_line(svg: &mut String, timeline: &Timeline, scale: &Scale, l: Language, height: i64) {
    if timeline.now < timeline.from || timeline.now > timeline.to {
        return;
    }
    let x = scale.x(timeline.now);
    let anchor = if x > (scale.width / 2) as f64 { "end" } else { "start" };
    let _ = write!(
        svg,
        "<line class=\"now\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"16\" y2=\"{height}\"/>\
         <text class=\"nowtext\" x=\"{x:.1}\" y=\"12\" text-anchor=\"{anchor}\">{}</text>",
        l.say("现在", "now")
    );
}

/// Text inside SVG.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            _ => safe.push(c),
        }
    }
    safe
}
