# Urging by hand tells the unit, at most once in four working hours; no due and no slip moves by it
rows: C13
by: kind `urged`; [noise] manual_urge_min_gap, urge_to, urge_via
set: plain
=== policies
[noise]
manual_urge_min_gap = "4wh"
urge_to = ["agent"]
urge_via = ["im"]
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "3wd", stop = "resolved", ladder = "resolve" }]
ends = ["closed"]
[[ladder]]
id = "resolve"
steps = [{ at = "due", slip = "yellow", to = ["deputy"], via = ["im"] }]
=== texts
[staff.urged]
zh = "{{ sig }}{{ no }}有催办,时限{{ due }}。"
en = "{{ sig }}{{ no }} is urged, due {{ due }}."
===

2026-05-07 08:00 W1 urged by=p02
  refused urged "not dispatched yet"
09:00 W1 dispatched unit=u
10:00 W1 urged by=p02
  message staff.urged -> agent im
  says "W1 is urged, due 12 May 18:00"
# Two working hours later, and again just before four are over.
12:00 W1 urged by=p02
  refused urged "the unit was urged at 2026-05-07T10:00:00Z; it may be urged again from 2026-05-07T14:00:00Z on"
13:59:59 W1 urged by=p07
  refused urged "urged at"
14:00 W1 urged by=p02
  message staff.urged -> agent im
  ticket urged.count=2
17:00 W1 urged by=p02
  refused urged "from 2026-05-07T18:00:00Z on"
05-12 18:00 slip yellow resolve due -> deputy im
05-13 10:00 W1 closed
11:00 W1 urged by=p02
  refused urged "nothing to urge"
12:00 nothing
