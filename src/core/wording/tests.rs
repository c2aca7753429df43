//! Every text a person reads, whole.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::*;
use crate::core::{
    message::{Facts, Recipient},
    segments::{Segments, count},
    timestamp::Timestamp,
};

const SHIPPED: &str = include_str!("../../../policies/cn/templates.toml");
const LINK: &str = "https://t.xn.gov.cn/r/7H2K9QWM3VXA4DEB";

fn templates() -> Templates {
    Templates::parse(SHIPPED).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

fn shanghai() -> TimeZone {
    TimeZone::get("Asia/Shanghai").expect("a zone")
}

fn names() -> Names {
    let map = |rows: &[(&str, &str, &str)]| {
        rows.iter()
            .map(|(id, zh, en)| ((*id).to_owned(), [(*zh).to_owned(), (*en).to_owned()]))
            .collect()
    };
    let colours = [("green", "green"), ("yellow", "yellow"), ("red", "red")];
    Names {
        roles: map(&[
            ("principal", "主要负责人", "principal"),
            ("deputy_head", "分管领导", "deputy head"),
            ("county_sup", "区县督办", "county supervisor"),
        ]),
        slips: map(&[
            ("task", "任务通知单", "task"),
            ("green", "绿色催办单", "green"),
            ("yellow", "黄色催办单", "yellow"),
            ("red", "红色督办单", "red"),
            ("redo", "退回重办单", "redo"),
            ("leader", "市领导批示交办单", "leader"),
            ("preview", "重点工作预告单", "preview"),
            ("nudge", "到期提示", "nudge"),
            ("bulletin", "通报条目", "bulletin"),
        ]),
        policies: map(&[("general", "一般诉求", "general")]),
        units: map(&[("cx-scjg", "城西区市监局", "Market Regulation")]),
        flags: map(&[]),
        colours: colours.map(|(id, colour)| (id.to_owned(), colour.to_owned())).into(),
    }
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
}

/// A message of the slip `slip` at the step `step`; days and months have two digits, the longest there are.
fn message(template: &str, via: &str, step: &str) -> Message {
    let slip = template.rsplit('.').next().expect("an id has a last part");
    let serial = match slip {
        "nudge" | "bulletin" => None,
        "task" => Some("任字〔2026〕118号"),
        "green" => Some("绿字〔2026〕118号"),
        "red" => Some("红字〔2026〕118号"),
        "redo" => Some("重字〔2026〕118号"),
        _ => Some("黄字〔2026〕118号"),
    };
    let clock = if slip == "task" { "accept" } else { "resolve" };
    Message {
        key: format!("W261007-0123/{template}"),
        ticket: "W261007-0123".into(),
        slip: Some("W261007-0123/r1/resolve/cx-scjg/0/3.0.0".into()),
        with: Vec::new(),
        to: Recipient::Staff {
            unit: "cx-scjg".into(),
            role: "principal".into(),
            person: None,
            away: None,
            cc: false,
        },
        via: via.into(),
        template: template.into(),
        facts: Facts {
            no: "W261007-0123".into(),
            policy: "general".into(),
            policy_version: "2026.1".into(),
            round: 2,
            unit: "cx-scjg".into(),
            slip: slip.into(),
            serial: serial.map(str::to_owned),
            clock: clock.into(),
            due: Some(at(if slip == "task" {
                "2026-10-12T11:30:00+08:00"
            } else {
                "2026-10-15T18:00:00+08:00"
            })),
            accept_due: Some(at("2026-10-12T11:30:00+08:00")),
            resolve_due: Some(at("2026-10-15T18:00:00+08:00")),
            dispatched: Some(at("2026-10-12T09:12:00+08:00")),
            reply_due: matches!(slip, "yellow" | "red").then(|| at("2026-10-16T18:00:00+08:00")),
            step_time: Some(at(if step == "start" {
                "2026-10-12T09:12:00+08:00"
            } else {
                "2026-10-16T09:00:00+08:00"
            })),
            step: step.into(),
            reason: Some("answer_unsolved".into()),
            contacts: 3,
            stage: "accepted".into(),
            roles: vec!["principal".into(), "deputy_head".into(), "county_sup".into()],
            link_expires: Some(at("2026-12-17T18:00:00+08:00")),
            link: true,
            ..Facts::default()
        },
        not_before: Timestamp(0),
        expires: None,
    }
}

fn say(message: &Message, language: Language) -> Text {
    let signature = language.pick("【西宁市数据局】", "Xining 311: ");
    let link = message.template.starts_with("resident.").then_some(LINK);
    templates()
        .render(message, language, &names(), &shanghai(), link, signature)
        .expect("a shipped template gives a text")
}

#[test]
fn every_text_is_snapshotted() {
    #[rustfmt::skip]
    let table = [
        ("staff.task",      "start"),
        ("staff.nudge",     "due-2wd"),
        ("staff.green",     "due-1wd"),
        ("staff.green",     "due"),
        ("staff.yellow",    "due"),
        ("staff.yellow",    "due+2wh"),
        ("staff.red",       "due+1wd"),
        ("staff.red",       "due"),
        ("staff.redo",      "start"),
        ("staff.leader",    "start"),
        ("staff.preview",   "start"),
        ("staff.bulletin",  "due+5wd"),
        ("resident.ask",    ""),
        ("resident.accepted",    ""),
        ("resident.extended",    ""),
        ("resident.done",        ""),
        ("resident.hung",        ""),
        ("resident.eval_digits", ""),
        ("resident.eval_link",   ""),
        ("resident.eval_remind", ""),
        ("resident.redo",   ""),
        ("resident.closed", ""),
    ];
    let mut page = String::new();
    for (template, step) in table {
        for language in Language::ALL {
            let text = say(&message(template, "sms", step), language).text;
            let Segments { units, segments, .. } = count(&text);
            writeln!(page, "{template} {step} [{units}/{segments}] {text}").expect("a String");
        }
    }
    insta::assert_snapshot!(page, @r"
    staff.task start [61/1] 【西宁市数据局】新工单W261007-0123(一般诉求),请10月12日11:30前签收,10月15日18:00前办结。
    staff.task start [102/1] Xining 311: New case W261007-0123 (general). To be accepted by 12 Oct 11:30; resolved by 15 Oct 18:00.
    staff.nudge due-2wd [44/1] 【西宁市数据局】到期提示:工单W261007-0123应于10月15日18:00前办结。
    staff.nudge due-2wd [73/1] Xining 311: Reminder: case W261007-0123 must be resolved by 15 Oct 18:00.
    staff.green due-1wd [63/1] 【西宁市数据局】绿色催办单绿字〔2026〕118号:工单W261007-0123应于10月15日18:00前办结,请抓紧办理。
    staff.green due-1wd [90/1] Xining 311: GREEN reminder G-2026-118: case W261007-0123 must be resolved by 15 Oct 18:00.
    staff.green due [52/1] 【西宁市数据局】绿色催办单绿字〔2026〕118号:工单W261007-0123到期未办结,请抓紧办理。
    staff.green due [78/1] Xining 311: GREEN reminder G-2026-118: case W261007-0123 due and not resolved.
    staff.yellow due [64/1] 【西宁市数据局】黄色催办单黄字〔2026〕118号:W261007-0123到期未办结,请督促,10月16日18:00前报计划。
    staff.yellow due [104/1] Xining 311: YELLOW urge Y-2026-118: case W261007-0123 due and not resolved. Send a plan by 16 Oct 18:00.
    staff.yellow due+2wh [70/1] 【西宁市数据局】黄色催办单黄字〔2026〕118号:W261007-0123超期2个工作小时未办结,请督促,10月16日18:00前报计划。
    staff.yellow due+2wh [107/1] Xining 311: YELLOW urge Y-2026-118: case W261007-0123 overdue 2 working hours. Send a plan by 16 Oct 18:00.
    staff.red due+1wd [69/1] 【西宁市数据局】红色督办单红字〔2026〕118号:W261007-0123超期1个工作日,请主要负责人督办,10月16日18:00前复。
    staff.red due+1wd [118/1] Xining 311: RED order R-2026-118: case W261007-0123 overdue 1 working day. Unit head to act and reply by 16 Oct 18:00.
    staff.red due [67/1] 【西宁市数据局】红色督办单红字〔2026〕118号:W261007-0123到期未办结,请主要负责人督办,10月16日18:00前复。
    staff.red due [117/1] Xining 311: RED order R-2026-118: case W261007-0123 due and not resolved. Unit head to act and reply by 16 Oct 18:00.
    staff.redo start [66/1] 【西宁市数据局】退回重办单重字〔2026〕118号:工单W261007-0123第2轮,回访未解决,请10月15日18:00前办结。
    staff.redo start [104/1] Xining 311: REDO RD-2026-118: case W261007-0123, round 2, unsolved on callback. Resolve by 15 Oct 18:00.
    staff.leader start [60/1] 【西宁市数据局】领导批示交办单黄字〔2026〕118号:工单W261007-0123请10月15日18:00前办结报告。
    staff.leader start [85/1] Xining 311: Leader instruction L-2026-118: case W261007-0123, report by 15 Oct 18:00.
    staff.preview start [56/1] 【西宁市数据局】重点工作预告单黄字〔2026〕118号:一般诉求,10月15日18:00前办结,请提前安排人员。
    staff.preview start [101/1] Xining 311: Advance notice P-2026-118: general, to be resolved by 15 Oct 18:00. Please prepare staff.
    staff.bulletin due+5wd [45/1] 【西宁市数据局】通报条目:工单W261007-0123超期5个工作日未办结,列入下期通报。
    staff.bulletin due+5wd [109/1] Xining 311: Bulletin entry: case W261007-0123 overdue 5 working days. It will be listed in the next bulletin.
    resident.ask  [70/1] 【西宁市数据局】W261007-0123已办,请到 t.xn.gov.cn/r/7H2K9QWM3VXA4DEB 评价,12月17日前有效。
    resident.ask  [149/1] Xining 311: Your request W261007-0123 is reported done. Please rate it at t.xn.gov.cn/r/7H2K9QWM3VXA4DEB before 17 Dec 18:00. No personal data asked.
    resident.accepted  [59/1] 【西宁市数据局】您反映的事项已受理,编号W261007-0123,预计10月15日18:00前答复。查询拨12345。
    resident.accepted  [106/1] Xining 311: Your request W261007-0123 is registered. Expected answer by 15 Oct 18:00. Questions: call 311.
    resident.extended  [59/1] 【西宁市数据局】您的诉求W261007-0123需延长办理,预计10月15日18:00前答复,原因可拨12345了解。
    resident.extended  [104/1] Xining 311: Your request W261007-0123 needs more time. New expected date 15 Oct 18:00. Reason: call 311.
    resident.done  [48/1] 【西宁市数据局】您的诉求W261007-0123承办单位报已办理。如未与您联系,请拨12345。
    resident.done  [91/1] Xining 311: The department reports W261007-0123 as done. If nobody contacted you, call 311.
    resident.hung  [49/1] 【西宁市数据局】您的诉求W261007-0123暂不具备办理条件,已列入挂账推进,每季度反馈进展。
    resident.hung  [117/1] Xining 311: Request W261007-0123 cannot be solved now. It is on the long-term list; we report progress every quarter.
    resident.eval_digits  [56/1] 【西宁市数据局】诉求W261007-0123回访,请回复数字:1解决且满意,2解决不满意,3部分解决,4未解决。
    resident.eval_digits  [118/1] Xining 311: Request W261007-0123: reply 1 solved and satisfied, 2 solved not satisfied, 3 partly solved, 4 not solved.
    resident.eval_link  [70/1] 【西宁市数据局】W261007-0123未接通,到 t.xn.gov.cn/r/7H2K9QWM3VXA4DEB 评价,12月17日前有效。
    resident.eval_link  [145/1] Xining 311: We could not reach you about W261007-0123. Please rate at t.xn.gov.cn/r/7H2K9QWM3VXA4DEB before 17 Dec 18:00. No personal data asked.
    resident.eval_remind  [69/1] 【西宁市数据局】W261007-0123请评价 t.xn.gov.cn/r/7H2K9QWM3VXA4DEB 12月17日止,不评无影响。
    resident.eval_remind  [106/1] Xining 311: Rating for W261007-0123 ends 17 Dec 18:00. Rate at t.xn.gov.cn/r/7H2K9QWM3VXA4DEB or call 311.
    resident.redo  [53/1] 【西宁市数据局】已收到您的评价,诉求W261007-0123将重新办理,预计10月15日18:00前答复。
    resident.redo  [89/1] Xining 311: Thank you. Request W261007-0123 is reopened. Expected answer by 15 Oct 18:00.
    resident.closed  [31/1] 【西宁市数据局】感谢评价,诉求W261007-0123已归档。
    resident.closed  [54/1] Xining 311: Thank you. Request W261007-0123 is closed.
    ");
}

#[test]
fn a_usual_sms_is_one_segment() {
    let templates = templates();
    for id in templates.ids() {
        for step in ["due", "due+10wd"] {
            for language in Language::ALL {
                let text = say(&message(id, "sms", step), language).text;
                assert_eq!(count(&text).segments, 1, "{id} {step}: {text}");
            }
        }
    }
}

#[test]
fn missing_facts_never_fail() {
    let templates = templates();
    for id in templates.ids() {
        for via in ["sms", "email"] {
            for language in Language::ALL {
                let bare = Message { facts: Facts::default(), slip: None, ..message(id, via, "") };
                let text =
                    templates.render(&bare, language, &Names::default(), &shanghai(), None, "");
                let text = text.expect("nothing is required");
                assert!(!text.text.is_empty(), "{id}");
            }
        }
    }
    let unknown = message("staff.purple", "sms", "due");
    let error = templates.render(&unknown, Language::Zh, &names(), &shanghai(), None, "");
    assert_eq!(error, Err(WordingError::UnknownTemplate("staff.purple".into())));
}

#[test]
fn a_repeated_step_says_how_late_it_is_by_now() {
    let mut red = message("staff.red", "sms", "due+1wd");
    red.slip = Some("W261007-0123/r1/resolve/cx-scjg/0/3.2.0".into());
    red.facts.step_time = Some(at("2026-10-21T18:00:00+08:00"));
    assert!(say(&red, Language::Zh).text.contains("超期6天"), "{}", say(&red, Language::Zh).text);
}

#[test]
fn a_mail_to_a_unit_reads_well() {
    let mail = say(&message("staff.red", "email", "due+1wd"), Language::Zh);
    insta::assert_snapshot!(format!("{}\n\n{}", mail.subject, mail.text), @r"
    红色督办单红字〔2026〕118号:工单W261007-0123,超期1个工作日未办结

    城西区市监局主要负责人:

    工单 W261007-0123(一般诉求),10月12日09:12派至城西区市监局,办结时限 10月15日18:00。
    目前状态:超期1个工作日未办结。联系记录:3 次。
    请办理:主要负责人督办,并报办理结果。回复期限:10月16日18:00。
    已送达:主要负责人、分管领导、区县督办。
    考核附注(规则版本 2026.1):逾期未完成的,按考核规则计入本月超时件并在通报中列明;已完成但未回填的,回填后即撤销本单。

    【西宁市数据局】本邮件由系统按规则 2026.1 第 due+1wd 步自动发出;如有误请申请撤回,理由会被记录。
    ");
    let mail = say(&message("staff.red", "email", "due+1wd"), Language::En);
    insta::assert_snapshot!(format!("{}\n\n{}", mail.subject, mail.text), @r"
    [red] R-2026-118: case W261007-0123, overdue 1 working day

    To the principal, Market Regulation:

    Case W261007-0123 (general) was dispatched to Market Regulation at 12 Oct 09:12; resolution limit 15 Oct 18:00.
    State: overdue 1 working day. Contacts with the resident: 3.
    Please: the head of the unit acts and reports. Reply by 16 Oct 18:00.
    Also sent to: principal, deputy head, county supervisor.
    Consequence note (rule 2026.1): If not completed it counts as overdue this month and is listed in the bulletin. If done but not recorded, recording it withdraws this slip.

    Xining 311: Sent automatically by policy 2026.1, step due+1wd. If it is wrong, ask for withdrawal; the reason is recorded.
    ");
}

#[test]
fn a_mail_to_a_resident_reads_well() {
    for (language, want) in [(Language::Zh, "打开"), (Language::En, "Open")] {
        let html = say(&message("resident.ask", "email", ""), language).html.expect("a page");
        assert!(html.contains(&format!("href=\"{}\"", LINK.replace('/', "&#x2f;"))), "{html}");
        assert!(html.contains(want), "{html}");
    }
    let mail = say(&message("resident.ask", "email", ""), Language::Zh);
    insta::assert_snapshot!(format!("{}\n\n{}", mail.subject, mail.text), @r"
    关于您的诉求W261007-0123

    【西宁市数据局】W261007-0123已办,请到 https://t.xn.gov.cn/r/7H2K9QWM3VXA4DEB 评价,12月17日前有效。

    如有疑问请拨12345。不评价不影响您的权益。
    ");
}

#[test]
fn the_page_of_a_mail_is_coloured_and_escaped() {
    let mut red = message("staff.red", "email", "due+1wd");
    red.facts.no = "<script>".into();
    let html = say(&red, Language::Zh).html.expect("a page");
    assert!(!html.contains("<script>"), "{html}");
    insta::assert_snapshot!(html, @r#"
    <!doctype html>
    <html lang="zh">
    <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>红色督办单红字〔2026〕118号:工单&lt;script&gt;,超期1个工作日未办结</title></head>
    <body style="margin:0;padding:16px;background:#f3f4f6;color:#1f2328;font:16px/1.6 'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',system-ui,sans-serif">
    <table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:600px;margin:0 auto;background:#ffffff;color:#1f2328;border-collapse:collapse">
    <tr><td style="padding:14px 20px;background:#b42318;color:#ffffff;font-size:18px;font-weight:bold">红色督办单红字〔2026〕118号:工单&lt;script&gt;,超期1个工作日未办结</td></tr>
    <tr><td style="padding:16px 20px 4px;background:#ffffff;color:#1f2328">城西区市监局主要负责人</td></tr>
    <tr><td style="padding:8px 20px;background:#ffffff">
    <table width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse">
    <tr><th scope="row" style="padding:6px 12px 6px 0;border-bottom:1px solid #d8dee4;text-align:left;vertical-align:top;white-space:nowrap;font-weight:normal;background:#ffffff;color:#57606a">工单</th><td style="padding:6px 0;border-bottom:1px solid #d8dee4;background:#ffffff;color:#1f2328">&lt;script&gt;</td></tr>
    <tr><th scope="row" style="padding:6px 12px 6px 0;border-bottom:1px solid #d8dee4;text-align:left;vertical-align:top;white-space:nowrap;font-weight:normal;background:#ffffff;color:#57606a">类别</th><td style="padding:6px 0;border-bottom:1px solid #d8dee4;background:#ffffff;color:#1f2328">一般诉求</td></tr>
    <tr><th scope="row" style="padding:6px 12px 6px 0;border-bottom:1px solid #d8dee4;text-align:left;vertical-align:top;white-space:nowrap;font-weight:normal;background:#ffffff;color:#57606a">承办单位</th><td style="padding:6px 0;border-bottom:1px solid #d8dee4;background:#ffffff;color:#1f2328">城西区市监局</td></tr>
    <tr><th scope="row" style="padding:6px 12px 6px 0;border-bottom:1px solid #d8dee4;text-align:left;vertical-align:top;white-space:nowrap;font-weight:normal;background:#ffffff;color:#57606a">派单时间</th><td style="padding:6px 0;border-bottom:1px solid #d8dee4;background:#ffffff;color:#1f2328">10月12日09:12</td></tr>
    <tr><th scope="row" style="padding:6px 12px 6px 0;border-bottom:1px solid #d8dee4;text-align:left;vertical-align:top;white-space:nowrap;font-weight:normal;background:#ffffff;color:#57606a">时限</th><td style="padding:6px 0;border-bottom:1px solid #d8dee4;background:#ffffff;color:#1f2328">10月15日18:00 (办结)</td></tr>
    <tr><th scope="row" style="padding:6px 12px 6px 0;border-bottom:1px solid #d8dee4;text-align:left;vertical-align:top;white-space:nowrap;font-weight:normal;background:#ffffff;color:#57606a">目前状态</th><td style="padding:6px 0;border-bottom:1px solid #d8dee4;background:#ffffff;color:#1f2328">超期1个工作日未办结</td></tr>
    <tr><th scope="row" style="padding:6px 12px 6px 0;border-bottom:1px solid #d8dee4;text-align:left;vertical-align:top;white-space:nowrap;font-weight:normal;background:#ffffff;color:#57606a">联系记录</th><td style="padding:6px 0;border-bottom:1px solid #d8dee4;background:#ffffff;color:#1f2328">3</td></tr>
    <tr><th scope="row" style="padding:6px 12px 6px 0;border-bottom:1px solid #d8dee4;text-align:left;vertical-align:top;white-space:nowrap;font-weight:normal;background:#ffffff;color:#57606a">请办理</th><td style="padding:6px 0;border-bottom:1px solid #d8dee4;background:#ffffff;color:#1f2328">主要负责人督办,并报办理结果</td></tr>
    <tr><th scope="row" style="padding:6px 12px 6px 0;border-bottom:1px solid #d8dee4;text-align:left;vertical-align:top;white-space:nowrap;font-weight:normal;background:#ffffff;color:#57606a">回复期限</th><td style="padding:6px 0;border-bottom:1px solid #d8dee4;background:#ffffff;color:#1f2328">10月16日18:00</td></tr>
    <tr><th scope="row" style="padding:6px 12px 6px 0;border-bottom:1px solid #d8dee4;text-align:left;vertical-align:top;white-space:nowrap;font-weight:normal;background:#ffffff;color:#57606a">已送达</th><td style="padding:6px 0;border-bottom:1px solid #d8dee4;background:#ffffff;color:#1f2328">主要负责人、分管领导、区县督办</td></tr>
    </table>
    </td></tr>
    <tr><td style="padding:8px 20px;background:#ffffff;color:#57606a;font-size:14px">逾期未完成的,按考核规则计入本月超时件并在通报中列明;已完成但未回填的,回填后即撤销本单。</td></tr>
    <tr><td style="padding:8px 20px 16px;background:#ffffff;color:#57606a;font-size:13px">本邮件由系统按规则 2026.1 第 due+1wd 步自动发出;如有误请申请撤回,理由会被记录。</td></tr>
    </table>
    </body>
    </html>
    "#);
}

#[test]
fn a_bad_file_is_told_all_at_once() {
    let bad = SHIPPED
        .replacen("{{ state }}。\"", "{{ stat }}。\"", 1)
        .replacen("诉求{{ no }}已归档。", "诉求{{ no }}{{ link }}", 1)
        .replacen("templates/1", "templates/2", 1);
    let errors = Templates::parse(&bad).expect_err("three faults");
    let lines: Vec<String> = errors
        .iter()
        .map(|error| {
            let span = error.span.clone().expect("a place");
            let text: String = error.text.chars().take(70).collect();
            let line = bad[..span.start].rfind('\n').map_or(0, |at| at + 1);
            format!("{}| {text}", &bad[line..span.start])
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    schema = | `templates/2` is not `templates/1`
    zh = | `staff.nudge` (zh): unknown fact `stat`; known are accept_due, ask, ca
    zh = | `resident.closed` (zh): a link is joined to a fact; put a space betwee
    ");
}
