# Two thresholds that pass while the engine is down are recorded in order; the higher one is sent, once
rows: S29
by: after downtime the highest due step is sent, the others are journalled as skipped
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "own", dur = "4h", stop = "accepted", ladder = "own" }]
[[ladder]]
id = "own"
steps = [
  { at = "start+75%", slip = "green", to = ["agent"], via = ["im"] },
  { at = "due", slip = "yellow", to = ["deputy"], via = ["im"] },
]
===

2026-05-07 10:00 W1 dispatched unit=u
12:00 down until 15:00
15:00
  journal skipped_catch_up slip=green at="start+75%" scheduled=13:00
  slip yellow own due scheduled=14:00 -> deputy im
15:01 W1 progress
  nothing
