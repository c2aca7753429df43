# What is left after a pause ends exactly at closing, not at the next opening
rows: S18
by: [pauses]; a clock gets its remaining working time back
set: plain
=== policies
[calendar]
work_hours = [["07:00", "16:00"]]
[pauses]
waiting = { zh = "等待", en = "Waiting", max = "30d", approver = "deputy", evidence = "note" }
[[policy]]
id = "request"
clocks = [
  { name = "first_response", dur = "2wh", stop = "replied" },
  { name = "resolve", dur = "4wh", stop = "resolved" },
]
pauses = ["waiting"]
pause_clocks = ["first_response", "resolve"]
===

2026-05-07 09:00 W1 dispatched unit=u
  clock first_response due=11:00
10:00 W1 paused kind=waiting approver=deputy evidence=note
  clock first_response paused
15:00 W1 resumed
  clock first_response running due=16:00
  clock resolve running due="2026-05-08 09:00"
