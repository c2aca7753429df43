# Half an hour of working time given ten minutes before closing ends twenty minutes after opening
rows: S01
by: clock span `30m` with unit_time = "work"
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "first_response", dur = "30m", unit_time = "work", stop = "replied" }]
===

2017-04-26 17:50 W1 dispatched unit=u
  clock first_response running due="2017-04-27 09:20"
04-27 09:20 W1 replied
  clock first_response met
