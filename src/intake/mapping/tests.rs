//! What the writer of a mapping reads when it is wrong, and what becomes of rows that are.

use super::{Mapping, Rows, RowsError, parse};

const GOOD: &str = r#"
ticket = "c-{id}"
missing = ["-"]
delimiter = ";"
[time]
formats = ["%Y-%m-%d %H:%M", "%Y-%m-%d"]
zone = "Asia/Shanghai"
[fields]
unit = { from = "{office}", words = { "1" = "north", "2" = "south" } }
data.phone = "{telephone}"
[[event]]
kind = "received"
at = "opened"
[[event]]
kind = { from = "{state}", words = { done = "closed" }, other = "drop" }
at = "changed"
when = { final = ["yes"] }
"#;

fn good() -> Mapping {
    parse("map.toml", GOOD).unwrap_or_else(|error| panic!("{error}"))
}

fn read(text: &str) -> String {
    let mapping = good();
    let rows = match Rows::open(&mapping, text.as_bytes(), "rows.csv") {
        Ok(rows) => rows,
        Err(RowsError::Mapping(error)) => return error.to_string(),
        Err(RowsError::Io(error)) => return error.to_string(),
    };
    let line = |taken: std::io::Result<crate::intake::files::Taken>| match taken {
        Ok(Ok((line, event))) => {
            format!("{line}: {}", serde_json::to_string(&event).expect("an event is JSON"))
        }
        Ok(Err(bad)) => format!("{bad} | {}", bad.raw),
        Err(error) => error.to_string(),
    };
    rows.map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn rows_become_events_or_are_refused() {
    insta::assert_snapshot!(read("\
id;office;telephone;opened;changed;state;final;remark
1;1;13800138000;2026-05-07 09:12;2026-05-08;done;yes;a remark
2;-;-;2026-05-07;2026-05-08;done;no;
3;2;;2026-05-07;2026-05-08;moved;yes;
4;3;13800138000;2026-05-07;;;;
5;1;13800138000;7 May;2026-05-08;done;yes;
6;1
;1;;2026-05-07;;;;
8;1;;-;;;;
"), @r#"
    2: {"ticket":"c-1","event":"received","at":"2026-05-07T01:12:00Z","unit":"north","data":{"phone":"13800138000"}}
    2: {"ticket":"c-1","event":"closed","at":"2026-05-07T16:00:00Z","unit":"north","data":{"phone":"13800138000"}}
    3: {"ticket":"c-2","event":"received","at":"2026-05-06T16:00:00Z"}
    4: {"ticket":"c-3","event":"received","at":"2026-05-06T16:00:00Z","unit":"south"}
    rows.csv:5: `3` has no word for `unit`; add it to `words` or say `other = "keep"` | {"id":"4","office":"3","opened":"2026-05-07","state":"","changed":"","final":""}
    rows.csv:6: column `opened` is `7 May`, not a time like `%Y-%m-%d %H:%M` or `%Y-%m-%d` | {"id":"5","office":"1","opened":"7 May","state":"done","changed":"2026-05-08","final":"yes"}
    6: {"ticket":"c-5","event":"closed","at":"2026-05-07T16:00:00Z","unit":"north","data":{"phone":"13800138000"}}
    rows.csv:7: the row has 2 fields, the header has 8 | {"id":"6","office":"1","opened":"","state":"","changed":"","final":""}
    rows.csv:8: column `id` of the ticket number is empty | {"id":"","office":"1","opened":"2026-05-07","state":"","changed":"","final":""}
    rows.csv:9: the row gives no event: its times are missing | {"id":"8","office":"1","opened":"-","state":"","changed":"","final":""}
    "#);
}

#[test]
fn a_row_that_never_ends_is_not_kept_in_memory() {
    let mut text = "id;office;telephone;opened;changed;state;final\n1;\"".to_owned();
    text.push_str(&"x".repeat(6 << 20));
    assert_eq!(read(&text), "a row is longer than 4194304 bytes; does a quote never close?");
}

#[test]
fn columns_that_are_not_there_are_told_at_once() {
    insta::assert_snapshot!(read("id;offices;telephone;opened;changed;status;final\n"), @r#"
    map.toml:9:17: rows.csv has no column `office`; did you mean `offices`?
      |
    9 | unit = { from = "{office}", words = { "1" = "north", "2" = "south" } }
      |                 ^^^^^^^^^^
    map.toml:15:17: rows.csv has no column `state`; its columns are id, offices, telephone, opened, changed, status, final
       |
    15 | kind = { from = "{state}", words = { done = "closed" }, other = "drop" }
       |                 ^^^^^^^^^
    "#);
}

#[test]
fn mistakes_in_a_mapping_are_told_at_once() {
    let text = r#"
mode = "row"
ticket = "c-{id"
[time]
formats = ["%Y-%?"]
zone = "Asia/Shangai"
rule = "as_writen"
[field]
unit = "{office}"
[[event]]
kind = "recieved"
at = "opened"
on = "first"
[[event]]
kind = "closed"
on = { enters = "state" }
"#;
    let error = parse("map.toml", text).expect_err("everything is wrong");
    insta::assert_snapshot!(error, @r#"
    map.toml:2:8: `row` is not a mode; did you mean `rows`?
      |
    2 | mode = "row"
      |        ^^^^^
    map.toml:3:10: `{` is never closed; write a column as `{name}`, a brace as `{{`
      |
    3 | ticket = "c-{id"
      |          ^^^^^^^
    map.toml:5:12: `%Y-%?` is not a time format: strftime formatting failed: found unrecognized specifier directive `?`; write it as for strptime, like `%Y-%m-%d %H:%M:%S`
      |
    5 | formats = ["%Y-%?"]
      |            ^^^^^^^
    map.toml:6:8: `Asia/Shangai` is not a time zone; did you mean `Asia/Shanghai`?
      |
    6 | zone = "Asia/Shangai"
      |        ^^^^^^^^^^^^^^
    map.toml:7:8: `as_writen` is not a time rule; did you mean `as_written`?
      |
    7 | rule = "as_writen"
      |        ^^^^^^^^^^^
    map.toml:8:2: unknown key `field` in the file; did you mean `fields`?
      |
    8 | [field]
      |  ^^^^^
    map.toml:11:8: warning: event kind `recieved` is not a standard kind and becomes one of this set; did you mean `received`?
       |
    11 | kind = "recieved"
       |        ^^^^^^^^^^
    map.toml:14:1: the event has no `at`: name the column of its time, here or for all
       |
    14 | [[event]]
       | ^^^^^^^^^
    map.toml:16:6: `on` is not understood; write `"first"` or one of `{ appears = "column" }`, `{ changes = "column" }`, `{ enters = "column", values = [..] }`, `{ leaves = "column", values = [..] }`
       |
    16 | on = { enters = "state" }
       |      ^^^^^^^^^^^^^^^^^^^^
    "#);
}
