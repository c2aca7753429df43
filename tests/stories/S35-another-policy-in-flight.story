# A ticket that gets another policy hears nothing more of the old one; the new one begins at its first step
rows: S35
by: event `reclassified`: old clocks end without a verdict, new ones keep the elapsed time
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "4h", stop = "resolved", ladder = "old" }]
[[policy]]
id = "special"
zh = "专项"
en = "Special"
select = { urgency = "special" }
clocks = [{ name = "special", dur = "6h", stop = "resolved", ladder = "new" }]
ends = ["closed"]
[[ladder]]
id = "old"
steps = [
  { at = "start", slip = "task", to = ["agent"], via = ["im"] },
  { at = "start+1h", slip = "green", to = ["agent"], via = ["im"] },
]
[[ladder]]
id = "new"
steps = [
  { at = "start", slip = "yellow", to = ["deputy"], via = ["im"] },
  { at = "start+3h", slip = "red", to = ["principal"], via = ["im"] },
]
===

2026-05-07 10:00 W1 dispatched unit=u
  slip task resolve start -> agent im
10:30 W1 reclassified urgency=special
  slip yellow special start -> deputy im
# Three hours of what the ticket has run already count.
13:00 slip red special -> principal im
20:00 nothing
