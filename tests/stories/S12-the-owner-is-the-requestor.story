# A reply is a reply, also when the handler asked in the first place
rows: S12
by: clock `stop` names the kind of event, whoever sends it
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "response", dur = "2h", stop = "replied" }]
===

2026-05-07 10:00 W1 dispatched unit=u by=op-7
11:00 W1 replied by=op-7
  clock response met
