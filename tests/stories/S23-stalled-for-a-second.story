# A clock the policy does not pause keeps its due; one it pauses moves by the second it stood still
rows: S23
by: [[policy]] pause_clocks
set: plain
=== policies
[pauses]
stalled = { zh = "搁置", en = "Stalled", max = "30d", approver = "deputy", evidence = "note" }
[[policy]]
id = "request"
clocks = [
  { name = "response", dur = "2h", stop = "replied" },
  { name = "resolve", dur = "2h", stop = "resolved" },
]
pauses = ["stalled"]
pause_clocks = ["resolve"]
===

2026-05-07 10:00 W1 dispatched unit=u
10:30 W1 paused kind=stalled approver=deputy evidence=note
  clock response running
  clock resolve paused
10:30:01 W1 resumed
  clock response due=12:00
  clock resolve due=12:00:01
