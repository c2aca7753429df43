# A promise in elapsed time begins at once, also outside of opening hours
rows: S14
by: span `4h` beside `4wh`
set: plain
=== policies
[[policy]]
id = "request"
clocks = [
  { name = "at_once", dur = "4h", stop = "resolved" },
  { name = "at_opening", dur = "4wh", stop = "resolved" },
]
===

2026-05-07 20:00 W1 dispatched unit=u
  clock at_once started=20:00 due="2026-05-08 00:00"
  clock at_opening due="2026-05-08 13:00"
