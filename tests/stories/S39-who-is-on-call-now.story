# A step tells whoever holds the post when it fires, not when the clock began
rows: S39
by: org: [[post]] from, to; a role becomes a person at the moment of sending
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "1h", stop = "resolved", ladder = "one" }]
[[ladder]]
id = "one"
steps = [{ at = "due", slip = "yellow", to = ["agent"], via = ["sms"] }]
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
to = "2026-05-07 11:00"
[[post]]
unit = "u"
role = "agent"
person = "late"
from = "2026-05-07 11:00"
===

2026-05-07 09:59 W1 dispatched unit=u
10:30 W2 dispatched unit=u
10:59 W1: slip yellow -> early sms
11:30 W2: slip yellow -> late sms
