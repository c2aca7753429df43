# A tag of key areas picks the stricter policy, although another matches more keys
rows: B18
by: [[policy]] select tag, precedence; the choice in `duban explain`: precedence_then_keys_then_order
set: plain
=== policies
[[policy]]
id = "request"
select = { category = "complaint", urgency = "normal" }
clocks = [{ name = "resolve", dur = "5wd", stop = "resolved" }]
[[policy]]
id = "key"
select = { tag = ["key area", "key group"] }
precedence = 1
clocks = [{ name = "resolve", dur = "2wd", stop = "resolved" }]
ends = ["closed"]
===

2026-03-02 10:00 W1 dispatched unit=u category=complaint urgency=normal
  ticket policy=request
  clock resolve running due="2026-03-09 18:00"
10:00 W2 dispatched unit=u category=complaint urgency=normal tags:=["key group"]
  W2: ticket policy=key
  W2: clock resolve running due="2026-03-04 18:00"
