# In the night the clocks go back there is one hand-over, at one o'clock by the first of the two clocks
rows: S40
by: org: [[post]] from, to in local time; a time that comes twice means the earlier instant
set: plain
=== policies
timezone = "America/New_York"
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "1h", stop = "resolved", ladder = "often" }]
[[ladder]]
id = "often"
steps = [{ at = "start", slip = "task", to = ["agent"], via = ["sms"], repeat = { every = "30m", max = 5 } }]
=== org
[[unit]]
id = "u"
zh = "u"
en = "u"
level = "city"
[[person]]
id = "early"
name = "Early"
phone = "13900000001"
[[person]]
id = "late"
name = "Late"
phone = "13900000002"
[[post]]
unit = "u"
role = "agent"
person = "early"
to = "2026-11-01 01:00"
[[post]]
unit = "u"
role = "agent"
person = "late"
from = "2026-11-01 01:00"
===

# 00:15 and 00:45 in summer time, 01:15 and 01:45 in summer time, 01:15 and 01:45 in winter time.
2026-11-01 00:15 W1 dispatched unit=u
  slip task -> early sms
00:45 slip task -> early sms
01:15 slip task -> late sms
01:45 slip task -> late sms
01:15-05:00 slip task -> late sms
01:45-05:00 slip task -> late sms
03:00 nothing
