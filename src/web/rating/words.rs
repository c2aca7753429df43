//! The words of the rating page, in both languages side by side.

use crate::web::language::Language;

/// A question with what can be ticked.
pub(super) struct Question {
    pub name: &'static str,
    pub ask: &'static str,
    /// Value in the form, words on the page; none: the grades of the policy set.
    pub choices: &'static [(&'static str, &'static str)],
}

/// Everything the page says in one language; `{hotline}` is the number the policy set names.
pub(super) struct Words {
    pub title: &'static str,
    pub heading: &'static str,
    pub intro: &'static str,
    pub ticket: &'static str,
    pub class: &'static str,
    pub until: &'static str,
    pub questions: [Question; 3],
    pub note: &'static str,
    pub note_hint: &'static str,
    pub submit: &'static str,
    pub blank: &'static str,
    pub trust: &'static str,
    pub call: &'static str,
    pub other_language: &'static str,
    pub other_tag: &'static str,
    pub other_name: &'static str,
    /// Title and text.
    pub thanks: (&'static str, &'static str),
    pub thanks_unsolved: (&'static str, &'static str),
    pub used: (&'static str, &'static str),
    pub expired: (&'static str, &'static str),
    pub unknown: (&'static str, &'static str),
    pub too_many: (&'static str, &'static str),
    pub foreign: (&'static str, &'static str),
    pub trouble: (&'static str, &'static str),
    pub nowhere: (&'static str, &'static str),
}

/// A text with the number of the hotline.
pub(super) fn with_hotline(text: &str, hotline: &str) -> String {
    text.replace("{hotline}", hotline)
}

/// The words of a language.
pub(super) fn words(language: Language) -> &'static Words {
    match language {
        Language::Zh => &ZH,
        Language::En => &EN,
    }
}

static ZH: Words = Words {
    title: "{hotline} 回访评价",
    heading: "您的诉求办得怎么样？",
    intro: "三个问题，十秒钟。至少答一题，其余可以不答。",
    ticket: "工单编号",
    class: "类别",
    until: "评价截止",
    questions: [
        Question {
            name: "contacted",
            ask: "承办单位联系您了吗？",
            choices: &[("yes", "联系了"), ("no", "没有联系")],
        },
        Question {
            name: "solved",
            ask: "问题解决了吗？",
            choices: &[("yes", "已解决"), ("partly", "部分解决"), ("no", "未解决")],
        },
        Question { name: "satisfied", ask: "您对办理满意吗？", choices: &[] },
    ],
    note: "还想说的话（可不填）",
    note_hint: "请不要写姓名、电话、证件号或银行卡号。",
    submit: "提交评价",
    blank: "请至少回答一个问题，再提交。",
    trust: "我们不会向您索要姓名、证件号、银行卡号或验证码。不评价不影响您的权益。",
    call: "有疑问请拨打",
    other_language: "English",
    other_tag: "en",
    other_name: "en",
    thanks: ("谢谢您的评价", "您的回答已经记录，不需要再做什么。"),
    thanks_unsolved: (
        "谢谢您的评价",
        "您的回答已经记录。您反映问题没有完全解决，我们会按规定继续跟进。",
    ),
    used: (
        "这个链接已经评价过了",
        "每个链接只能评价一次，以第一次提交为准。如果不是您本人提交的，或者情况有变化，请拨打 {hotline} 告诉我们。",
    ),
    expired: (
        "评价已经截止",
        "这个链接过了有效期。您仍然可以拨打 {hotline} 告诉我们办理结果。没有评价不影响您的权益。",
    ),
    unknown: (
        "没有找到这个链接",
        "请检查地址是否完整：短信里链接的最后一段是 16 个字符。打不开时请拨打 {hotline}。",
    ),
    too_many: (
        "尝试次数太多",
        "从您的网络打开了太多不存在的链接。请一分钟后再试，或者直接拨打 {hotline}。",
    ),
    foreign: (
        "没有提交成功",
        "请从短信里的链接重新打开评价页，再提交一次。仍然不行时请拨打 {hotline}。",
    ),
    trouble: (
        "暂时无法保存",
        "系统正在维护，您的回答没有记录。请过几分钟再试，或者拨打 {hotline}。",
    ),
    nowhere: ("没有这个页面", "请检查地址是否完整。需要帮助请拨打 {hotline}。"),
};

static EN: Words = Words {
    title: "{hotline} follow-up",
    heading: "How was your request handled?",
    intro: "Three questions, ten seconds. Answer at least one; you may skip the others.",
    ticket: "Request",
    class: "Class",
    until: "Open until",
    questions: [
        Question {
            name: "contacted",
            ask: "Did the department contact you?",
            choices: &[("yes", "Yes"), ("no", "No")],
        },
        Question {
            name: "solved",
            ask: "Was the problem solved?",
            choices: &[("yes", "Solved"), ("partly", "Partly"), ("no", "Not solved")],
        },
        Question { name: "satisfied", ask: "Are you satisfied?", choices: &[] },
    ],
    note: "Anything else? (optional)",
    note_hint: "Please do not write names, phone, ID or card numbers.",
    submit: "Send answers",
    blank: "Please answer at least one question, then send.",
    trust: "We never ask for your name, ID, card number or a code. Not rating has no effect on your request.",
    call: "Questions? Call",
    other_language: "中文",
    other_tag: "zh-CN",
    other_name: "zh",
    thanks: ("Thank you", "Your answers are recorded. There is nothing more to do."),
    thanks_unsolved: (
        "Thank you",
        "Your answers are recorded. You say the problem is not fully solved; we will follow it up under our rules.",
    ),
    used: (
        "This link was already used",
        "Each link takes one answer, and the first one counts. If it was not you, or things have changed, please call {hotline}.",
    ),
    expired: (
        "This link has expired",
        "The time for rating is over. You can still call {hotline} and tell us how it went. Not rating has no effect on your request.",
    ),
    unknown: (
        "We cannot find this link",
        "Please check that the address is complete: the last part of the link in the message has 16 characters. If it does not open, call {hotline}.",
    ),
    too_many: (
        "Too many attempts",
        "Too many links that do not exist were opened from your network. Try again in a minute, or call {hotline}.",
    ),
    foreign: (
        "Your answers were not sent",
        "Please open the page again from the link in the message and send once more. If it still fails, call {hotline}.",
    ),
    trouble: (
        "We cannot save this now",
        "The system is being looked after and your answers were not recorded. Try again in a few minutes, or call {hotline}.",
    ),
    nowhere: (
        "There is no such page",
        "Please check the address. If you need help, call {hotline}.",
    ),
};

#[cfg(test)]
mod tests {
    use super::*;

    /// Trust rules: every page names the hotline as the way to check; the form says what is never asked.
    #[test]
    fn every_page_names_the_hotline() {
        for words in [&ZH, &EN] {
            let told = [
                words.used,
                words.expired,
                words.unknown,
                words.too_many,
                words.foreign,
                words.trouble,
                words.nowhere,
            ];
            for (title, text) in told {
                assert!(with_hotline(text, "311").contains("311"), "{title}");
            }
            let names: Vec<&str> = words.questions.iter().map(|question| question.name).collect();
            assert_eq!(names, ["contacted", "solved", "satisfied"]);
        }
    }
}
