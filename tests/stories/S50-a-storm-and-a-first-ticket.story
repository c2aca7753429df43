# A storm in one unit does not hold up another, and first notices leave before repetitions
rows: S50
by: [noise] throttle = { messages, within }
set: plain
=== policies
[noise]
throttle = { messages = 2, within = "1m" }
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "6h", stop = "resolved", ladder = "often" }]
[[ladder]]
id = "often"
steps = [{ at = "start", slip = "task", to = ["agent"], via = ["sms"], repeat = { every = "10m", max = 1 } }]
=== org
[[unit]]
id = "stormy"
zh = "a"
en = "a"
level = "street"
[[unit]]
id = "calm"
zh = "b"
en = "b"
level = "street"
[[person]]
id = "ann"
name = "Ann"
phone = "13900000001"
[[person]]
id = "bob"
name = "Bob"
phone = "13900000002"
[[post]]
unit = "stormy"
role = "agent"
person = "ann"
[[post]]
unit = "calm"
role = "agent"
person = "bob"
===

2026-05-07 10:00 A1..A3 dispatched unit=stormy
  A1..A2: slip task resolve start -> ann sms
  A3: slip task resolve start
10:01 A3: message staff.task -> ann sms
# Three repetitions of one unit, and two first notices: one of the same unit, one of the other.
10:10 A4 dispatched unit=stormy
10:10 B1 dispatched unit=calm
  A1: slip task resolve start -> ann sms
  A2..A3: slip task resolve start
  A4: slip task -> ann sms
  B1: slip task -> bob sms
10:11 A2..A3: message staff.task -> ann sms
10:20 A4: slip task -> ann sms
  B1: slip task -> bob sms
12:00 nothing
