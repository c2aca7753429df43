# The head of a unit changes on a day: what is sent after it goes to the new head
rows: B14 S39
by: [[post]] from, to; the role becomes a person when the message leaves
set: cn
=== policies
[[ladder]]
id = "heads"
stop_on = ["resolved"]
steps = [
  { at = "due",     slip = "red", to = ["principal"], via = ["sms"] },
  { at = "due+1wd", slip = "red", to = ["principal"], via = ["sms"] },
]
[[policy]]
id = "own"
select = { category = "投诉", urgency = "一般", kind = "own" }
clocks = [{ name = "resolve", dur = "1wd", ladder = "heads" }]
ends = ["resolved"]
=== org
[[post]]
unit = "cx-cgj"
role = "principal"
person = "p13"
drop = true
[[post]]
unit = "cx-cgj"
role = "principal"
person = "p13"
to = "2026-05-09"
[[person]]
id = "p99"
phone = "13800000099"
[[person.contact]]
from = "2026-05-09"
phone = "13900000099"
[[post]]
unit = "cx-cgj"
role = "principal"
person = "p99"
from = "2026-05-09"
===

2026-05-07 10:00 W1 dispatched unit=cx-cgj category=投诉 urgency=一般 kind=own
05-08 18:00 slip red resolve due -> p13 sms
05-09 09:00 slip red resolve due+1wd -> p99 sms
