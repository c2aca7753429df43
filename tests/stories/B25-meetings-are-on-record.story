# Meetings about tickets, and decisions of meetings, stand in the journals they touch and can be counted; they stop no clock
rows: B25 B31
by: events of kinds a policy names (dispatch_meeting, promotion_meeting)
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "5wd", stop = "resolved" }]
[[policy]]
id = "on_record"
on = ["dispatch_meeting", "promotion_meeting"]
clocks = [{ name = "decision", override = "decision_due", stop = "decision_done", ladder = "decision" }]
ends = ["decision_done"]
[[ladder]]
id = "decision"
steps = [{ at = "due", slip = "green", to = ["section"], via = ["im"] }]
===

2026-03-02 10:00 W1..W3 dispatched unit=u
03-03 10:00 W1..W3 dispatch_meeting id=meeting-1 chair=deputy-mayor topic=heating
  W2: clock resolve running
  table journal 3 kind=dispatch_meeting
03-04 10:00 W1 promotion_meeting chair=mayor decision="weekly report" decision_due=@2026-03-05T18:00:00
  table journal 1 kind=promotion_meeting
  clock decision running due="2026-03-05 18:00"
03-05 18:00 W1: slip green decision due -> section im
03-06 10:00 W1 decision_done
10:30 W1..W3 closed
06-30 00:00 nothing
