# Tickets that belong to one event get their slips; whoever is told of the event is not told of each of them
rows: C11
by: kinds `attached`, `detached`; `parent` of a ticket that comes
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "6h", stop = "resolved", ladder = "resolve" }]
ends = ["closed"]
[[ladder]]
id = "resolve"
steps = [
  { at = "start", slip = "task", to = ["agent"], via = ["im"] },
  { at = "start+1h", slip = "green", to = ["agent"], cc = ["section"], via = ["im"] },
  { at = "start+4h", slip = "red", to = ["agent"], via = ["im"] },
]
===

2026-05-07 08:50 W0 dispatched unit=u
  slip task -> agent im
# A burst main has a ticket of its own; its agent knows of it.
09:00 E1 dispatched unit=u
  slip task -> agent im
# Told its parent when it came, and told later: issued and counted, not said again.
09:10 W1 dispatched unit=u parent=E1
  W1: slip task
  W1: dropped agent im "agent is told of E1, to which it belongs"
09:20 W2 dispatched unit=u
  W2: slip task -> agent im
09:25 W2 attached parent=E1
  ticket links.parent=E1
09:25 W0 attached parent=E1
# The section head has not heard of the event yet.
09:50 W0: slip green -> cc section im
  W0: dropped agent im "agent is told of E1"
10:00 E1: slip green -> agent im, cc section im
10:10 W1: slip green
10:20 W2: slip green
  W2: dropped section im "section is told of E1"
# What is red is said of each.
12:50 W0: slip red -> agent im
13:00 E1: slip red -> agent im
13:10 W1: slip red -> agent im
13:15 W2 detached
13:20 W2: slip red -> agent im
13:25 W2 detached
  refused detached "belongs to no other"
# The event is over; what still belongs to it speaks for itself.
13:30 E1 resolved
14:00 W3 dispatched unit=u parent=E1
  W3: slip task -> agent im
14:30 W0..W3 closed
15:30 nothing
