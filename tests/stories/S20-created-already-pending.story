# A request that is pending from its first instant begins to count when it is opened
rows: S20
by: [pauses]; a pause at the instant of the start
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
  { name = "update", dur = "3wh", stop = "replied" },
  { name = "resolve", dur = "4wh", stop = "resolved" },
]
pauses = ["waiting"]
pause_clocks = ["first_response", "update", "resolve"]
===

2026-05-07 09:00 W1 dispatched unit=u
09:00 W1 paused kind=waiting approver=deputy evidence=note
  clock resolve paused spent_ms=0
12:00 W1 resumed
  clock first_response due=14:00
  clock update due=15:00
  clock resolve due=16:00
