# Fifty tickets of one minute have their clocks in that minute; how many a day it takes is measured by the storm (docs/performance.md)
rows: C12
by: engine batches; benches/storm
set: plain
=== policies
[[policy]]
id = "request"
clocks = [
  { name = "accept", dur = "2wh", stop = "accepted" },
  { name = "resolve", dur = "5wd", stop = "resolved" },
]
===

2026-03-02 10:00 W1..W50 dispatched unit=u
  W1..W50: clock accept running due=12:00
  W1..W50: clock resolve running due="2026-03-09 18:00"
  table ticket 50 policy=request
