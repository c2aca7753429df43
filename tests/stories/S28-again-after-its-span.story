# A step that repeats comes again after its span and not before, however often the engine looks
rows: S28
by: step `repeat = { every, max }`
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "1h", stop = "resolved", ladder = "again" }]
[[ladder]]
id = "again"
steps = [{ at = "due", slip = "red", to = ["principal"], via = ["im"], repeat = { every = "100m", max = 1 } }]
===

2026-05-07 10:00 W1 dispatched unit=u
11:00 slip red resolve due -> principal im
# Every event makes the engine look.
11:01 W1 progress
12:39 W1 progress
  nothing
12:40 slip red resolve due -> principal im
12:41 W1 progress
20:00 nothing
