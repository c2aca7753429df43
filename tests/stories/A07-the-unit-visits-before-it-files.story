# Done is filed only after the resident was visited or called: refused by one policy, flagged by another
rows: A07
by: close.on = ["resolved"] refuses, close.flag_on = ["resolved"] raises the flag `incomplete`
set: plain
=== policies
[[policy]]
id = "strict"
select = { urgency = "high" }
clocks = [{ name = "resolve", dur = "5wd", stop = "resolved" }, { name = "upstream", dur = "1wd", start = "previsited", stop = "upstream_replied" }]
close = { requires = ["contact_event", "linked_units", "previsited"], on = ["resolved", "closed"] }
ends = ["closed"]
[[policy]]
id = "request"
close = { requires = ["contact_event", "previsited"], flag_on = ["resolved"] }
===

2026-05-07 09:00 W1 dispatched unit=u urgency=high
10:00 W1 contacted
11:00 W1 resolved
  refused resolved "linked_units"
  clock resolve running
11:30 W1 whistled units:="[\"v\"]"
12:00 W1 resolved
  refused resolved "not done yet; missing: previsited (an event `previsited` or `data.previsit_at`)"
13:00 W1 previsited
13:30 W1 resolved
  clock resolve met
14:00 W1 upstream_replied
  clock upstream met

2026-05-11 09:00 W2 dispatched unit=u
10:00 W2 resolved
  flag incomplete evidence.missing~previsited evidence.event=resolved
  clock resolve met
06-30 00:00 nothing
