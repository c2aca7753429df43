# A head who was on the spot is not told the same again by message within a day; the other levels are, and the clock runs on
rows: D13
by: [noise] offline_suppresses
set: plain
=== policies
[noise]
offline_suppresses = "24h"
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "1wd", stop = "resolved", ladder = "resolve" }]
[[ladder]]
id = "resolve"
steps = [
  { at = "due",     slip = "yellow", to = ["deputy"],    via = ["im"] },
  { at = "due+1wd", slip = "red",    to = ["principal"], via = ["im"] },
  { at = "due+3wd", slip = "red",    to = ["principal"], via = ["im"] },
]
===

2026-03-02 10:00 W1 dispatched unit=u
03-03 15:00 W1 offline_action type=onsite by_role=principal
03-03 18:00 slip yellow resolve due -> deputy im
03-04 09:00
  journal duban.suppressed
  no slip red
  clock resolve overdue
03-06 09:00 slip red resolve due+3wd -> principal im
10:00 W1 resolved
10:01 W1 closed
06-30 00:00 nothing
