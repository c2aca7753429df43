# The update clock stays bound to the first message nobody has answered
rows: S06
by: clock start = [...], again = true: starts anew only while none of it is open
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "update", dur = "2h", start = ["dispatched", "resident_wrote"], stop = "replied", again = true }]
===

2026-05-07 10:00 W1 dispatched unit=u
  clock update running due=12:00
11:00 W1 resident_wrote
  clock update running turn=none due=12:00
11:30 W1 replied
  clock update met
14:00 W1 resident_wrote
  clock update running turn=1 due=16:00
15:00 W1 resident_wrote
  clock update running turn=1 due=16:00
