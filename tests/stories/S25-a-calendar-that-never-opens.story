# A calendar without working hours is refused when it is loaded; running clocks keep theirs
rows: S25
by: `a calendar without open time is refused`; a reload is taken whole or not at all
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "4wh", stop = "resolved" }]
===

2026-05-07 10:00 W1 dispatched unit=u
  clock resolve due=14:00
11:00 reload
  === policies
  [calendar]
  work_hours = []
  ===
  rejected "the calendar is never open"
12:00 W1 progress
  clock resolve running due=14:00
