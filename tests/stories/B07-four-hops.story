# Hotline, district centre, desk, section: each hop has its own accept clock, and the late one is blamed
rows: B07
by: `dispatched` hop by hop; policy.carried = ["resolve"]
set: plain
=== policies
[[policy]]
id = "request"
clocks = [
  { name = "accept", dur = "1h", ladder = "accept" },
  { name = "resolve", dur = "5wd", stop = "resolved" },
]
carried = ["resolve"]
ends = ["closed"]
[[ladder]]
id = "accept"
stop_on = ["accepted"]
steps = [{ at = "due", slip = "green", to = ["agent"], via = ["im"] }]
=== org
[[unit]]
id = "centre"
zh = "区中心"
en = "centre"
level = "city"
[[person]]
id = "c1"
name = "c1"
im = "c1"
[[post]]
unit = "centre"
role = "agent"
person = "c1"
[[unit]]
id = "desk"
zh = "专席"
en = "desk"
level = "city"
[[person]]
id = "d1"
name = "d1"
im = "d1"
[[post]]
unit = "desk"
role = "agent"
person = "d1"
[[unit]]
id = "section"
zh = "科室"
en = "section"
level = "city"
[[person]]
id = "s1"
name = "s1"
im = "s1"
[[post]]
unit = "section"
role = "agent"
person = "s1"
[[unit]]
id = "officer"
zh = "执法人员"
en = "officer"
level = "city"
[[person]]
id = "o1"
name = "o1"
im = "o1"
[[post]]
unit = "officer"
role = "agent"
person = "o1"
===

2026-05-07 09:00 W1 registered
09:05 W1 dispatched unit=centre
09:20 W1 accepted unit=centre
09:30 W1 dispatched unit=desk
  clock accept running due=10:30
  clock resolve running due="2026-05-14 18:00" turn=none
10:30 slip green accept due unit=desk -> d1 im
10:40 W1 accepted unit=desk
10:45 W1 dispatched unit=section
10:50 W1 accepted unit=section
11:00 W1 dispatched unit=officer
11:30 W1 accepted unit=officer
  ticket unit=officer first_unit=centre hops.#=4 hops.1.unit=desk hops.1.accepted=10:40 hops.-1.accepted=11:30
  # The promise to the resident is one and the same through all hops.
  clock resolve running due="2026-05-14 18:00" turn=none
05-08 10:00 W1 resolved
  clock resolve met
06-30 00:00 nothing
