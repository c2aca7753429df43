# The supervising centre forwards a ticket and reports on it; for the resident it stays overdue until it is resolved
rows: D20
by: stop events of the clock: `forwarded` is none of them
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "2wd", stop = "resolved", ladder = "resolve" }]
ends = ["struck_off"]
[[policy]]
id = "follow_up"
on = "forwarded"
clocks = [{ name = "follow_up", dur = "1wd", stop = "follow_up_report", recur_until = "struck_off" }]
ends = ["struck_off"]
[[ladder]]
id = "resolve"
steps = [{ at = "due", slip = "red", to = ["principal"], via = ["im"] }]
===

2026-03-02 10:00 W1 dispatched unit=u
11:00 W1 forwarded to=upper
  clock resolve running
  clock follow_up running
03-03 10:00 W1 follow_up_report
  clock follow_up running turn=1
03-04 18:00 slip red resolve due -> principal im
03-05 09:00 W1 forwarded to=upper
  clock resolve overdue
10:00 W1 resolved
  clock resolve late
11:00 W1 struck_off
  ticket stage=ended
06-30 00:00 nothing
