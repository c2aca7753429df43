# Not satisfied at level 1: a redo slip, and the county supervises; not satisfied again: the city does
rows: D12
by: redo.raise_level, attribute `level`, clock variants
set: plain
=== policies
[[policy]]
id = "request"
ends = ["evaluated"]
[[policy]]
id = "redo"
select = { kind = "redo" }
clocks = [{ name = "resolve", dur = "3wd", ladder = "county", stop = "resolved", variants = [{ select = { level = "3" }, ladder = "city" }] }]
ends = ["evaluated"]
max_rounds = 4
triggers = ["rating_unsatisfied", "qa_rejected"]
raise_level = ["rating_unsatisfied"]
[[ladder]]
id = "county"
steps = [{ at = "start", slip = "redo", to = ["section"], via = ["im"] }]
[[ladder]]
id = "city"
steps = [{ at = "start", slip = "redo", to = ["principal"], via = ["im"] }]
===

2026-05-04 09:00 W1 dispatched unit=u
10:00 W1 resolved
11:00 W1 answered solved=yes satisfied=no
  event redo reason=rating_unsatisfied
  slip redo resolve start -> section im
  ticket round=2 attributes.more.level=2
05-05 10:00 W1 resolved
11:00 W1 qa_rejected
  # A failed check sends it back and raises nothing.
  slip redo resolve start -> section im
  ticket round=3 attributes.more.level=2
05-06 10:00 W1 resolved
11:00 W1 answered solved=no satisfied=no
  slip redo resolve start -> principal im
  event consult_proposed
  ticket round=4 attributes.more.level=3
05-07 10:00 W1 resolved
11:00 W1 answered solved=yes satisfied=yes
  ticket stage=ended
06-30 00:00 nothing
