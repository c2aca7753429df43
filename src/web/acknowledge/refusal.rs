//! Why the policy does not let a unit have what it asks for, in the words of both languages.

use crate::{
    core::{
        span::Span,
        ticket::Refused,
        timestamp::Timestamp,
        wording::{Language as Tongue, span_words},
    },
    web::language::Language,
};

/// The reason, for the people of the unit; `local` writes instants.
pub(super) fn refusal(
    why: &Refused,
    language: Language,
    local: impl Fn(Timestamp) -> String,
) -> String {
    let spoken = |text: &str, tongue: Tongue| {
        Span::parse(text).map_or_else(|_| text.to_owned(), |span| span_words(span, tongue))
    };
    let [zh, en] = match why {
        Refused::NotDispatched => pair("工单尚未派出", "the case is not dispatched yet"),
        Refused::NoClock(_) => pair("办理计时已停止", "the clock of this case does not run"),
        Refused::NoExtensions => pair("此类工单不允许延期", "this class of case is never extended"),
        Refused::ExtensionsUsedUp(n) => {
            [format!("本轮 {n} 次延期已用完"), format!("all {n} extensions of this round are used")]
        }
        Refused::ExtensionTotal(total) => [
            format!("延期合计不得超过{}", spoken(total, Tongue::Zh)),
            format!("extensions may not exceed {} together", spoken(total, Tongue::En)),
        ],
        Refused::BadSpan(given) => {
            [format!("`{given}` 不是时长"), format!("`{given}` is no length of time")]
        }
        Refused::ExtensionTooLate(last) => {
            let last = local(*last);
            [format!("须在 {last} 前申请"), format!("it had to be asked before {last}")]
        }
        Refused::NoReturns => pair("此类工单不允许退单", "this class of case is never returned"),
        Refused::ReturnWithoutBasis => pair("退单须写明依据", "a return must give its basis"),
        Refused::ReturnTooLate(closed) => {
            let closed = local(*closed);
            [format!("退单时限已于 {closed} 截止"), format!("the time to return it ended {closed}")]
        }
        Refused::ReturnPending => {
            pair("上一次退单正在裁定", "the return before this one waits for its ruling")
        }
        Refused::RulingIsFinal => pair(
            "责任单位已经裁定，不再退单",
            "a ruling named the unit for good; there are no more returns",
        ),
        other => [other.to_string(), other.to_string()], // what no unit asks for by this page
    };
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}

fn pair(zh: &str, en: &str) -> [String; 2] {
    [zh.to_owned(), en.to_owned()]
}
