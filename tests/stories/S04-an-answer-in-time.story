# An answer in time meets the first response and restarts the update clock; the solution keeps its due
rows: S04
by: clock `recur_until`
set: plain
=== policies
[[policy]]
id = "request"
clocks = [
  { name = "first_response", dur = "60m", stop = "replied" },
  { name = "update", dur = "120m", stop = "replied", recur_until = "resolved" },
  { name = "solution", dur = "180m", stop = "resolved" },
]
===

2026-05-07 10:00 W1 dispatched unit=u
  clock first_response due=11:00
  clock update due=12:00
  clock solution due=13:00
10:40 W1 replied
  clock first_response met
  clock update running turn=1 due=12:40
  clock solution running due=13:00
