# Within 30 days of closing the same caller comes with the same thing: the earlier ticket is told and goes back; a day later it is too late
rows: C13
by: [[trigger]] arm, to = "armed"; condition repeat_within_30d of redo.triggers
set: plain
=== policies
[[policy]]
id = "request"
ends = ["closed"]
[[policy]]
id = "redo"
select = { kind = "redo" }
clocks = [{ name = "resolve", dur = "3d", stop = "resolved", ladder = "redo" }]
ends = ["closed"]
max_rounds = 3
triggers = ["repeat_within_30d"]
[[ladder]]
id = "redo"
steps = [{ at = "start", slip = "redo", to = ["section"], via = ["im"] }]
[[trigger]]
id = "after_closing"
arm = ["closed"]
on = ["dispatched"]
key = ["caller", "item"]
window = "30d"
add = "repeat_within_30d"
to = "armed"
===

2026-05-04 10:00 W1 dispatched unit=u item=heating phone=13800000001
11:00 W2 dispatched unit=u item=heating phone=13800000002
12:00 W1 resolved
12:10 W1 closed
12:20 W2 resolved
12:30 W2 closed
  ticket stage=ended
06-03 12:10 W3 dispatched unit=u item=heating phone=13800000001
  W1: event repeat_within_30d by=duban
  W1: event redo reason=repeat_within_30d
  W1: slip redo resolve start round=2 -> section im
  W1: ticket round=2
06-03 12:31 W4 dispatched unit=u item=heating phone=13800000002
  # A minute more than 30 days after.
  W2: ticket round=1 stage=ended
# One repeat sends it back once.
13:00 W5 dispatched unit=u item=heating phone=13800000001
  W1: ticket round=2
14:00 W1 resolved
14:10 W1 closed
06-30 00:00 nothing
