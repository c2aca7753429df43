# A ticket goes to a lead and two co-handlers; each accepts on a clock of its own, and only the late one is told
rows: C10
by: clock per_unit; data.units
set: plain
=== policies
[[policy]]
id = "request"
clocks = [
  { name = "accept",  dur = "2wh", stop = "accepted", per_unit = true, ladder = "accept" },
  { name = "resolve", dur = "5wd", stop = "resolved" },
]
[[ladder]]
id = "accept"
steps = [{ at = "due", slip = "green", to = ["section"], via = ["im"] }]
===

2026-03-02 10:00 W1 dispatched unit=lead units:=["lead","co1","co2"]
10:30 W1 accepted unit=lead
11:00 W1 accepted unit=co2
12:00 slip green accept due unit=co1 -> section im
  clock accept@lead met
  clock accept@co1 running
12:30 W1 accepted unit=co1
  clock accept@co1 late
  ticket unit=lead
13:00 W1 closed
06-30 00:00 nothing
