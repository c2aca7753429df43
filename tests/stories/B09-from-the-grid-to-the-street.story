# What the grid cannot solve in a working day, or hands up itself, is with the street, which sees the whole history
rows: B09
by: clock on_due = "escalated"; clock start = "escalated"
set: plain
=== policies
[[policy]]
id = "grid"
select = { source = "grid" }
clocks = [
  { name = "grid",   dur = "1wd", stop = ["resolved", "escalated"], on_due = "escalated" },
  { name = "street", dur = "2wd", start = "escalated", stop = "resolved", ladder = "street" },
]
[[ladder]]
id = "street"
steps = [
  { at = "start", slip = "task",  to = ["section"], via = ["im"] },
  { at = "due",   slip = "green", to = ["section"], via = ["im"] },
]
=== org
[[unit]]
id = "street"
zh = "街道"
en = "Street"
level = "street"
[[unit]]
id = "community"
zh = "社区"
en = "Community"
parent = "street"
level = "community"
[[unit]]
id = "grid7"
zh = "网格"
en = "Grid 7"
parent = "community"
level = "grid"
[[person]]
id = "guo"
name = "Guo"
im = "guo"
[[post]]
unit = "grid7"
role = "agent"
person = "guo"
[[person]]
id = "shi"
name = "Shi"
im = "shi"
[[post]]
unit = "street"
role = ["section", "principal"]
person = "shi"
===

2026-03-02 10:00 G1 dispatched unit=grid7 source=grid
10:00 G2 dispatched unit=grid7 source=grid
10:00 G3 dispatched unit=grid7 source=grid
# By the button ...
11:00 G1 escalated by=guo
  slip task street start -> shi im
  clock grid met
12:00 G1 resolved
12:01 G1 closed
# ... or by the clock; nobody takes it off the grid.
15:00 G2 resolved
15:01 G2 closed
03-03 18:00
  G3: event escalated
  G3: slip task street start -> shi im
  G3: ticket unit=grid7
03-05 18:00 G3: slip green street due -> shi im
03-06 10:00 G3 resolved
03-06 10:01 G3 closed
06-30 00:00 nothing
