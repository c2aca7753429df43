# Seven days before the heating season its notice goes out; on the day it becomes a task, once, whatever was down then
rows: D02 G10
by: clock with override = "starts_at", step due-7d, on_due = "tasked"
set: plain
=== policies
[slips]
preview = { zh = "重点工作预告单", en = "Advance notice", serial = "预字", colour = "none", ask_receipt = true }
[[policy]]
id = "preview"
en = "Advance notice"
select = { kind = "preview" }
clocks = [
  { name = "preview", start = "registered", override = "starts_at", stop = ["withdrawn", "tasked"], ladder = "preview", on_due = "tasked" },
  { name = "accept",  start = "tasked", dur = "2wh", stop = "accepted", ladder = "accept" },
]
ends = ["closed", "withdrawn"]
[[ladder]]
id = "preview"
steps = [{ at = "due-7d", slip = "preview", to = ["principal"], via = ["im"] }]
[[ladder]]
id = "accept"
steps = [
  { at = "start", slip = "task",  to = ["agent"], via = ["im"] },
  { at = "due",   slip = "green", to = ["agent"], via = ["im"] },
]
=== texts
[staff.preview]
zh = "{{ sig }}重点工作预告单{{ slip }}:{{ no }}{{ due }}开始,请提前安排。"
en = "{{ sig }}Advance notice {{ slip }}: {{ no }} starts {{ due }}. Please prepare."
ask_zh = "提前安排"
ask_en = "prepare"
===

2026-10-01 10:00 P1 registered kind=preview unit=u starts_at=@2026-11-02T09:00:00
  clock preview running due="2026-11-02 09:00"
10-10 10:00 P2 registered kind=preview unit=u starts_at=@2026-11-02T09:00:00
10-26 09:00
  P1: slip preview preview due-7d -> principal im
  P2: slip preview preview due-7d -> principal im
# One of the two is called off. No reminder of the other in between, and none is overdue.
10-28 10:00 P2 withdrawn
11-01 12:00 down until 2026-11-03 09:30
11-03 09:30
  P1: event tasked
  P1: slip green accept due -> agent im
11-03 10:00 P1 accepted
11-04 10:00 P1 registered kind=preview starts_at=@2026-11-20T09:00:00
11-05 10:00 P1 closed
2027-01-31 00:00 nothing
