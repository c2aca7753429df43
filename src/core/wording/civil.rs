//! Instants, spans and serials in the words of a language.

use jiff::tz::TimeZone;

use crate::core::{span::Span, timestamp::Timestamp};

/// A language texts are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    Zh,
    En,
}

impl Language {
    /// Both languages.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The language of this tag; Chinese for every other than `en`.
    pub fn of(tag: &str) -> Self {
        if tag == "en" || tag.starts_with("en-") { Self::En } else { Self::Zh }
    }

    /// `zh` or `en`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// The text of this language.
    pub fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec"];

/// `5月14日18:00`, `14 May 18:00`.
pub fn moment(at: Timestamp, zone: &TimeZone, language: Language) -> String {
    let local = zone.to_datetime(at.jiff());
    let day = day(at, zone, language);
    let gap = language.pick("", " ");
    format!("{day}{gap}{:02}:{:02}", local.hour(), local.minute())
}

/// `5月14日`, `14 May`.
pub fn day(at: Timestamp, zone: &TimeZone, language: Language) -> String {
    let date = zone.to_datetime(at.jiff()).date();
    match language {
        Language::Zh => format!("{}月{}日", date.month(), date.day()),
        Language::En => {
            let month = MONTHS.get((date.month() - 1) as usize).unwrap_or(&"");
            format!("{} {month}", date.day())
        }
    }
}

/// `2026年5月14日18:00`, `14 May 2026 18:00`: for what is kept.
pub fn full_moment(at: Timestamp, zone: &TimeZone, language: Language) -> String {
    let local = zone.to_datetime(at.jiff());
    let gap = language.pick("", " ");
    format!("{}{gap}{:02}:{:02}", full_day(at, zone, language), local.hour(), local.minute())
}

/// `2026年5月14日`, `14 May 2026`.
pub fn full_day(at: Timestamp, zone: &TimeZone, language: Language) -> String {
    let year = zone.to_datetime(at.jiff()).year();
    let day = day(at, zone, language);
    match language {
        Language::Zh => format!("{year}年{day}"),
        Language::En => format!("{day} {year}"),
    }
}

/// How a step stands to the due of its clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stand {
    Before,
    Due,
    /// Past the due by this much, in words.
    After(String),
}

/// Reads the step as written (`due+1wd`); a repeated step has moved on, so its own time says how late it is.
pub fn stand(
    step: &str,
    repeated: bool,
    due: Option<Timestamp>,
    step_time: Option<Timestamp>,
    language: Language,
) -> Stand {
    if let Some(span) = step.strip_prefix("due+").and_then(|text| Span::parse(text).ok())
        && !repeated
    {
        return Stand::After(span_words(span, language));
    }
    if step == "due" && !repeated {
        return Stand::Due;
    }
    if step.starts_with("due-") && !repeated {
        return Stand::Before;
    }
    match due.zip(step_time).map(|(due, time)| time.since(due)) {
        Some(ms) if ms > 0 => Stand::After(elapsed_words(ms, language)),
        Some(0) => Stand::Due,
        Some(_) | None => Stand::Before,
    }
}

/// `1个工作日`, `2 working hours`.
pub fn span_words(span: Span, language: Language) -> String {
    match span {
        Span::Elapsed(ms) => elapsed_words(ms, language),
        Span::Days(n) => counted(i64::from(n), language, "天", "day"),
        Span::WorkDays(n) => counted(i64::from(n), language, "个工作日", "working day"),
        Span::Working(ms) if ms % HOUR_MS == 0 => {
            counted(ms / HOUR_MS, language, "个工作小时", "working hour")
        }
        Span::Working(ms) => counted(ms / MINUTE_MS, language, "个工作分钟", "working minute"),
    }
}

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// The largest unit that leaves at least two of it, or divides the time evenly.
fn elapsed_words(ms: i64, language: Language) -> String {
    if ms >= 2 * DAY_MS || (ms >= DAY_MS && ms % DAY_MS == 0) {
        return counted(ms / DAY_MS, language, "天", "day");
    }
    if ms >= 2 * HOUR_MS || (ms >= HOUR_MS && ms % HOUR_MS == 0) {
        return counted(ms / HOUR_MS, language, "小时", "hour");
    }
    counted((ms / MINUTE_MS).max(1), language, "分钟", "minute")
}

fn counted(n: i64, language: Language, zh: &str, en: &str) -> String {
    match (language, n) {
        (Language::Zh, n) => format!("{n}{zh}"),
        (Language::En, 1) => format!("1 {en}"),
        (Language::En, n) => format!("{n} {en}s"),
    }
}

/// A serial as the language writes it: `黄字〔2026〕118号` is `Y-2026-118` in English, so
/// that an English SMS stays in seven bits. A serial of another form stays as it is.
pub fn serial(serial: &str, slip: &str, language: Language) -> String {
    let latin = || {
        let (_, rest) = serial.split_once('〔')?;
        let (year, number) = rest.split_once('〕')?;
        Some(format!("{}-{year}-{}", letters(slip), number.trim_end_matches('号')))
    };
    language.pick(None, latin()).unwrap_or_else(|| serial.to_owned())
}

/// Short and different for the usual kinds; another kind is its own id.
fn letters(slip: &str) -> String {
    match slip {
        "task" => "T".to_owned(),
        "preview" => "P".to_owned(),
        "leader" => "L".to_owned(),
        "green" => "G".to_owned(),
        "yellow" => "Y".to_owned(),
        "red" => "R".to_owned(),
        "redo" => "RD".to_owned(),
        other => other.to_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lateness_is_said_in_the_base_of_the_step() {
        let due = Timestamp::parse("2026-05-14T18:00:00+08:00").expect("an instant");
        #[rustfmt::skip]
        let table = [
            ("due-1wd",  false, -DAY_MS,             Stand::Before,                    Stand::Before),
            ("start",    false, -DAY_MS,             Stand::Before,                    Stand::Before),
            ("due",      false, 0,                   Stand::Due,                       Stand::Due),
            ("due+1wd",  false, DAY_MS,              Stand::After("1个工作日".into()),  Stand::After("1 working day".into())),
            ("due+9wh",  false, DAY_MS,              Stand::After("9个工作小时".into()), Stand::After("9 working hours".into())),
            ("due+30m",  false, 30 * MINUTE_MS,      Stand::After("30分钟".into()),     Stand::After("30 minutes".into())),
            ("due+24h",  false, DAY_MS,              Stand::After("1天".into()),        Stand::After("1 day".into())),
            ("due+30m",  true,  60 * MINUTE_MS,      Stand::After("1小时".into()),      Stand::After("1 hour".into())),
            ("due+5wd",  true,  15 * DAY_MS + 1,     Stand::After("15天".into()),       Stand::After("15 days".into())),
            ("due",      true,  90 * MINUTE_MS,      Stand::After("90分钟".into()),     Stand::After("90 minutes".into())),
        ];
        for (step, repeated, ms, zh, en) in table {
            let time = Some(due.plus_ms(ms));
            assert_eq!(stand(step, repeated, Some(due), time, Language::Zh), zh, "{step}");
            assert_eq!(stand(step, repeated, Some(due), time, Language::En), en, "{step}");
        }
    }

    #[test]
    fn a_moment_is_civil_time_of_the_zone() {
        let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
        let at = Timestamp::parse("2026-05-14T10:00:00Z").expect("an instant");
        assert_eq!(moment(at, &zone, Language::Zh), "5月14日18:00");
        assert_eq!(moment(at, &zone, Language::En), "14 May 18:00");
        assert_eq!(day(at, &zone, Language::Zh), "5月14日");
        assert_eq!(full_moment(at, &zone, Language::Zh), "2026年5月14日18:00");
        assert_eq!(full_moment(at, &zone, Language::En), "14 May 2026 18:00");
    }

    #[test]
    fn an_english_serial_has_no_chinese() {
        #[rustfmt::skip]
        let table = [
            ("黄字〔2026〕118号", "yellow", Language::En, "Y-2026-118"),
            ("重字〔2026〕7号",   "redo",   Language::En, "RD-2026-7"),
            ("黄字〔2026〕118号", "yellow", Language::Zh, "黄字〔2026〕118号"),
            ("SL-9",              "yellow", Language::En, "SL-9"),
        ];
        for (text, slip, language, want) in table {
            assert_eq!(serial(text, slip, language), want, "{text}");
        }
    }
}
