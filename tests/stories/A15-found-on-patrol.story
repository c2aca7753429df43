# What the patrol sees on its screens is with the desk at once, by night too
rows: A15
by: [[policy]] select.source, [[ladder]] night with a step at start
set: plain
=== policies
[quiet.staff]
hours = ["21:00", "08:00"]
[[policy]]
id = "patrol"
select = { source = "patrol_video" }
clocks = [{ name = "accept", dur = "15m", stop = "accepted", ladder = "desk" }]
[[ladder]]
id = "desk"
night = true
steps = [
  { at = "start", slip = "task",  to = ["desk"],    via = ["im"] },
  { at = "due",   slip = "green", to = ["section"], via = ["im"] },
]
===

2026-03-02 22:10:05 P1 dispatched unit=u source=patrol_video
  slip task accept start -> desk im
22:20 P1 accepted
22:40 P1 closed
06-30 00:00 nothing
