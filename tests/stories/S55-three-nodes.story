# Three nodes on one database send what one would send
rows: S55
by: leases and `SKIP LOCKED`; (ticket, round, clock, unit, step, repetition) is a unique key
set: plain
nodes: 3
=== policies
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "1h", stop = "resolved", ladder = "two" }]
[[ladder]]
id = "two"
steps = [
  { at = "start", slip = "task", to = ["agent"], via = ["im"] },
  { at = "due", slip = "red", to = ["principal"], via = ["im", "sms"], repeat = { every = "1h", max = 1 } },
]
===

2026-05-07 10:00 W1..W5 dispatched unit=u
  W1..W5: slip task resolve start -> agent im
11:00 W1..W5: slip red resolve due -> principal im sms
12:00 W1..W5: slip red resolve due -> principal im sms
18:00 nothing
