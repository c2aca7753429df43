//! Texts a city has changed: each file is a `templates.toml` over that of the set `cn`.

use insta::assert_snapshot;

use super::text_complaints;

#[test]
fn no_english() {
    assert_snapshot!(text_complaints("no-english"), @r#"
    templates.toml:3:1: the text `staff.green` (en) is missing; write it in `zh` and in `en`
      |
    3 | [staff.green]
      | ^^^^^^^^^^^^^
    "#);
}

#[test]
fn empty_english() {
    assert_snapshot!(text_complaints("empty-english"), @r#"
    templates.toml:5:6: the text `staff.green` (en) is empty; write it in `zh` and in `en`
      |
    5 | en = " "
      |      ^^^
    "#);
}

#[test]
fn unknown_fact() {
    assert_snapshot!(text_complaints("unknown-fact"), @r#"
    templates.toml:4:6: `staff.extension_ok` (zh): unknown fact `new_due`; known are accept_due, ask, cat, clock, clock_id, colour, consequence_note, contact_count, copy, count, dispatch_at, due, exp, exp_day, late, link, list, lists, no, note_version, policy, policy_version, reason, recipients, reply_due, resolve_due, round, sig, slip, slip_name, state, step, step_time, title, to_role, unit, what
      |
    4 | zh = "{{ sig }}工单{{ no }}延期已批准,新时限{{ new_due }}。"
      |      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn single_braces() {
    assert_snapshot!(text_complaints("single-braces"), @r#"
    templates.toml:4:6: `staff.green` (zh): `{sig}` is printed as it stands; write `{{ sig }}`
      |
    4 | zh = "{sig}提醒函{slip}:工单{no}。"
      |      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    templates.toml:5:6: `staff.green` (en): `{no}` is printed as it stands; write `{{ no }}`
      |
    5 | en = "{{ sig }}Reminder {{ slip }}: case {no}."
      |      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn signature_inside() {
    assert_snapshot!(text_complaints("signature-inside"), @r#"
    templates.toml:4:6: `staff.green` (zh): '【' does not stand in a message; 【】 is for the signature
      |
    4 | zh = "【市热线办】{{ sig }}工单{{ no }}{{ state }}。"
      |      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn endless_text() {
    assert_snapshot!(text_complaints("endless-text"), @r#"
    templates.toml:2:12: a text is 1 to 10 SMS
      |
    2 | segments = { staff = 0, resident = 2 }
      |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn no_signature() {
    assert_snapshot!(text_complaints("no-signature"), @r#"
    templates.toml:4:6: warning: the text `staff.green` (zh) does not name `{{ sig }}`; without the signature nobody sees who writes, and gateways refuse the message
      |
    4 | zh = "工单{{ no }}{{ state }},请抓紧办理。"
      |      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    templates.toml:5:6: warning: the text `staff.green` (en) does not name `{{ no }}`; without a number nobody finds the ticket
      |
    5 | en = "{{ sig }}Reminder: a case {{ state }}."
      |      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn no_link() {
    assert_snapshot!(text_complaints("no-link"), @r#"
    templates.toml:4:6: warning: the text `resident.ask` (zh) does not name `{{ link }}`; without the link nobody can answer
      |
    4 | zh = "{{ sig }}{{ no }}已办,请评价。"
      |      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    templates.toml:5:6: warning: the text `resident.ask` (en) does not name `{{ no }}`; without the number nobody finds the ticket when the resident calls
      |
    5 | en = "{{ sig }}Your request is done. Please rate it at {{ link }} before {{ exp }}."
      |      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn too_long() {
    assert_snapshot!(text_complaints("too-long"), @r#"
    templates.toml:4:6: warning: the text `resident.closed` (zh) is 3 SMS with the longest values (168 characters, UCS-2); keep it within 134 characters (2 SMS), or set `resident` in [segments]: 【12345政务服务便民热线】感谢您一直以来对我们工作的理解、支持和评价,您反映的诉求GD20261228012345已经办理完毕并且归档保存,办理结果已由承办单位向您当面或者电话反馈;今后如有其他问题、意见或者建议,欢迎随时拨打12345,或者通过网站、小程序、公众号向我们反映,我们将竭诚为您服务,祝您身体健康、生活愉快、阖家幸福。
      |
    4 | zh = "{{ sig }}感谢您一直以来对我们工作的理解、支持和评价,您反映的诉求{{ no }}已经办理完毕并且归档保存,办理结果已由承办单位向您当面或者电话反馈;今后如有其他问题、意见或者建议,欢迎随时拨打12345,或者通过网站、小程序、公众号向我们反映,我们将竭诚为您服务,祝您身体健康、生活愉快、阖家幸福。"
      |      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^...^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn curly_quote() {
    assert_snapshot!(text_complaints("curly-quote"), @r#"
    templates.toml:5:6: warning: the text `resident.closed` (en) is 3 SMS with the longest values (160 characters, UCS-2); `’` is not in the GSM alphabet; without such characters there is room for 306; keep it within 134 characters (2 SMS), or set `resident` in [segments]: Citizen Hotline 12345: Thank you for telling us. Request GD20261228012345 is closed now and won’t be opened again, unless you call us and say that it should be.
      |
    5 | en = "{{ sig }}Thank you for telling us. Request {{ no }} is closed now and won’t be opened again, unless you call us and say that it should be."
      |      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn unseen_sign() {
    assert_snapshot!(text_complaints("unseen-sign"), @r#"
    templates.toml:4:6: `staff.green` (zh): '\u{a0}' does not stand in a message: nobody sees it
      |
    4 | zh = "{{ sig }}提醒函{{ slip }}:工单{{ no }} {{ state }}。"
      |      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    templates.toml:5:6: `staff.green` (en): '\u{a0}' does not stand in a message: nobody sees it
      |
    5 | en = "{{ sig }}Reminder: case {{ no }} {{ state }}."
      |      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}
