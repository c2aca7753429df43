# A registered request is dispatched within ten minutes, or the shift supervisor hears of it; the resident hears its number once
rows: C05
by: clock dispatch, start = "registered"
set: plain
=== policies
[[policy]]
id = "request"
clocks = [
  { name = "dispatch", dur = "10m", start = "registered", stop = "dispatched", ladder = "desk" },
  { name = "resolve",  dur = "5wd", stop = "resolved" },
]
[[ladder]]
id = "desk"
steps = [
  { at = "due",     slip = "green",  to = ["section"], via = ["im"] },
  { at = "due+20m", slip = "yellow", to = ["hotline"], via = ["im"] },
]
===

2026-03-02 10:00 W1..W2 registered
10:09 W1 dispatched unit=u
  clock dispatch met
10:10 W2: slip green dispatch due -> section im
10:25 W2 dispatched unit=u
  clock dispatch late
11:00 W1..W2 closed
06-30 00:00 nothing
