# Somebody who is deputy and next head gets one message of one step, and one of two steps that fall together
rows: S37 B10
by: org: each person once, at the highest of their roles; the highest due step of a ladder
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "1h", stop = "resolved", ladder = "two" }]
[[ladder]]
id = "two"
steps = [
  { at = "due", slip = "yellow", to = ["deputy"], cc = ["principal"], via = ["sms"] },
  { at = "due+1m", slip = "red", to = ["principal"], cc = ["deputy"], via = ["sms"] },
]
=== org
[[unit]]
id = "u"
zh = "u"
en = "u"
level = "city"
[[person]]
id = "ann"
name = "Ann"
phone = "13900000001"
[[post]]
unit = "u"
role = ["deputy", "principal"]
person = "ann"
===

2026-05-07 10:00 W1 dispatched unit=u
11:00 slip yellow resolve due -> principal sms
11:01 slip red resolve due+1m -> principal sms
# Both in one cycle:
12:00 W2 dispatched unit=u
12:30 down until 13:30
13:30 W2: slip red resolve due+1m -> ann sms
