# Only the working part of a pause over a weekend is taken out
rows: S22
by: [pauses]; pause and due use the same calendar
set: plain
=== policies
timezone = "Europe/Berlin"
[pauses]
waiting = { zh = "等待", en = "Waiting", max = "30d", approver = "deputy", evidence = "note" }
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "18wh", stop = "resolved" }]
pauses = ["waiting"]
===

2026-05-07 09:00 W1 dispatched unit=u
  clock resolve due="2026-05-08 18:00"
05-08 17:00 W1 paused kind=waiting approver=deputy evidence=note
  clock resolve paused
# An hour was left on Friday, and is left on Monday.
05-11 10:00 W1 resumed
  clock resolve running due=11:00
