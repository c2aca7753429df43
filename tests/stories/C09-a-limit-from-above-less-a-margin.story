# A message of the upper level brings its own limit; ours lies a working day before it, and moves with it
rows: C09
by: clock override = "upper_due_at", margin = "1wd"
set: plain
=== policies
[[policy]]
id = "upper"
select = { source = "upper" }
clocks = [{ name = "resolve", dur = "5wd", stop = "resolved", override = "upper_due_at", margin = "1wd", ladder = "resolve" }]
[[ladder]]
id = "resolve"
steps = [{ at = "due", slip = "green", to = ["section"], via = ["im"] }]
===

2026-03-02 10:00 U1 dispatched unit=u source=upper upper_due_at=@2026-03-09T12:00:00
  clock resolve running due="2026-03-06 18:00"
# A Friday again: the new limit is a Tuesday.
03-03 10:00 U1 progress upper_due_at=@2026-03-10T12:00:00
  clock resolve running due="2026-03-09 18:00"
03-03 11:00 U2 dispatched unit=u source=upper
  clock resolve running due="2026-03-10 18:00"
03-09 18:00 U1: slip green resolve due -> section im
03-10 10:00 U1..U2 resolved
06-30 00:00 nothing
