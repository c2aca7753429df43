# A safety word proposes urgency to a person and changes nothing by itself; the person's word does
rows: F11
by: [[trigger]] select, add, to = this; step also_on; `reclassified`
set: plain
=== policies
attributes = ["word"]
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "5wd", stop = "resolved", ladder = "resolve" }]
ends = ["resolved"]
[[policy]]
id = "urgent"
zh = "紧急"
en = "Urgent"
select = { urgency = "urgent" }
clocks = [{ name = "resolve", dur = "24h", stop = "resolved", ladder = "resolve" }]
ends = ["resolved"]
[[ladder]]
id = "resolve"
steps = [
  { at = "due", slip = "yellow", to = ["deputy"], via = ["im"] },
  { at = "due+1d", slip = "nudge", to = ["hotline"], via = ["im"], also_on = "urgency_proposed", only_if = ["urgency_proposed"] },
]
[[trigger]]
id = "safety"
zh = "安全隐患"
en = "Safety"
on = ["dispatched"]
select = { word = ["load-bearing wall", "gas"] }
key = ["ticket"]
add = "urgency_proposed"
to = "this"
===

2026-05-07 10:00 W1 dispatched unit=u word="load-bearing wall"
  event urgency_proposed
  slip nudge resolve -> hotline im
  ticket policy=request
  clock resolve due="2026-05-14 18:00"
10:00 W2 dispatched unit=u word=paint
  W2: no event urgency_proposed ticket=W2
10:30 W1 reclassified urgency=urgent by=op-3
  ticket policy=urgent
  clock resolve running due="2026-05-08 10:00"
05-08 09:00 W1 resolved
05-08 09:00 W2 resolved
