# A category that is not surveyed gets no question, and the journal shows none
rows: S66
by: [[policy]] select; only policies with a callback clock in a message mode ask
set: plain
=== policies
[[policy]]
id = "request"
clocks = [
  { name = "resolve", dur = "5wd", stop = "resolved" },
  { name = "callback", dur = "2d", start = "resolved", stop = "answered", mode = "sms_only" },
]
ends = ["answered"]
[[policy]]
id = "not_surveyed"
zh = "不回访"
en = "Not surveyed"
select = { category = ["dead animal"] }
clocks = [{ name = "resolve", dur = "5wd", stop = "resolved" }]
ends = ["closed"]
===

2026-05-07 10:00 W1 dispatched unit=u phone=13900001111
10:00 W2 dispatched unit=u category="dead animal" phone=13900002222
11:00 W1 resolved
11:00 W2 resolved
  W1: message resident.ask -> resident sms
  W2: no journal asked
