# A private pipe is nobody's; the meeting decides that the street takes it, and that decision is the basis of its dispatch
rows: D22
by: event `decided`; dispatched with data.basis
set: plain
=== policies
[[policy]]
id = "request"
clocks = [
  { name = "decide",  dur = "1wd", start = "registered", stop = ["decided", "dispatched"], ladder = "decide" },
  { name = "resolve", dur = "5wd", stop = "resolved" },
]
[[ladder]]
id = "decide"
steps = [{ at = "due", slip = "green", to = ["hotline"], via = ["im"] }]
===

2026-03-02 10:00 W1 registered
03-03 18:00 slip green decide due -> hotline im
03-04 10:00 W1 decided by=meeting text="the street digs and pays"
  clock decide late
10:10 W1 dispatched unit=street basis=decision
  ticket unit=street
  clock resolve running due="2026-03-11 18:00"
03-05 10:00 W1 closed
06-30 00:00 nothing
