# What a ticket was paused stays excluded when its urgency changes
rows: S26
by: event `reclassified`: elapsed time and pauses are kept
set: plain
=== policies
[pauses]
waiting = { zh = "等待", en = "Waiting", max = "30d", approver = "deputy", evidence = "note" }
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "24h", stop = "resolved" }]
pauses = ["waiting"]
[[policy]]
id = "urgent"
zh = "紧急"
en = "Urgent"
select = { urgency = "urgent" }
clocks = [{ name = "resolve", dur = "8h", stop = "resolved" }]
pauses = ["waiting"]
ends = ["closed"]
===

2026-05-07 10:00 W1 dispatched unit=u
  clock resolve due="2026-05-08 10:00"
11:00 W1 paused kind=waiting approver=deputy evidence=note
17:00 W1 resumed
  clock resolve due="2026-05-08 16:00"
18:00 W1 reclassified urgency=urgent
  # Eight hours from ten o'clock, and the six of the pause.
  ticket policy=urgent
  clock resolve running due="2026-05-08 00:00"
