# Taking a ticket stops the ladder; who does not confirm it when asked again gives it back, and the ladder begins anew
rows: S33
by: clock start = [...], again = true, on_due = "EVENT"
set: plain
=== policies
[[policy]]
id = "request"
clocks = [
  { name = "take", dur = "1h", start = ["dispatched", "lapsed"], stop = ["accepted", "resolved"], ladder = "three", again = true },
  { name = "confirm", dur = "30m", start = ["accepted", "confirmed"], stop = ["confirmed", "resolved"], ladder = "ask", again = true, on_due = "lapsed" },
]
[[ladder]]
id = "three"
steps = [
  { at = "start", slip = "task", to = ["agent"], via = ["im"] },
  { at = "start+10m", slip = "yellow", to = ["deputy"], via = ["im"] },
  { at = "start+20m", slip = "red", to = ["principal"], via = ["im"] },
]
[[ladder]]
id = "ask"
steps = [{ at = "due-10m", slip = "nudge", to = ["agent"], via = ["im"] }]
===

2026-05-07 10:00 W1 dispatched unit=u
  slip task take start -> agent im
10:04 W1 accepted
10:20 nothing
# Asked whether it is still in hand: confirmed once ...
10:24 slip nudge confirm -> agent im
10:25 W1 confirmed
10:45 slip nudge confirm -> agent im
# ... but not a second time.
10:55
  event lapsed
  slip task take start -> agent im
11:05 slip yellow take -> deputy im
11:06 W1 accepted
11:07 W1 resolved
15:00 nothing
