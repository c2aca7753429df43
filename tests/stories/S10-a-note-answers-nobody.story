# An internal note leaves a breached update clock breached; only a reply ends it, late
rows: S10
by: clock `stop`: only the named events stop it
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "update", dur = "2h", stop = "replied", ladder = "update" }]
ends = ["closed", "noted"]
[[ladder]]
id = "update"
steps = [{ at = "due", slip = "yellow", to = ["agent"], via = ["im"] }]
===

2026-05-07 10:00 W1 dispatched unit=u
12:00 slip yellow update due -> agent im
12:30 W1 progress text="called the plumber"
  clock update running overdue
13:00 W1 replied
  clock update late
