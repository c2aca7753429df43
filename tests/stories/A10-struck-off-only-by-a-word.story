# A ledger entry has its owner, its limits and its journal, and is struck off by an event that says so, never by itself
rows: A10
by: policy.ends = ["struck_off"]; the journal; `duban reconcile` compares numbers with the other system
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "5wd", stop = "resolved" }]
close = { requires = ["result_text"], on = ["closed"] }
ends = ["struck_off"]
===

2026-05-07 09:00 W1 dispatched unit=u by=op-1
  ticket unit=u
  clock resolve running due="2026-05-14 18:00"
10:00 W1 progress note="asked for the plan"
05-08 10:00 W1 resolved result_text="mended"
11:00 W1 closed
11:30 W1 answered solved=yes satisfied=yes
  # Done, closed, answered: still in the ledger.
  ticket stage=resolved ended=none
07-01 00:00 nothing
07-01 10:00 W1 struck_off by=sup-2 reason="checked on site"
  ticket stage=ended
08-30 00:00 nothing
