# What falls due in a silence arrives once when it ends, also when it is ended early; what fires at night breaks it
rows: S44
by: silences.toml [[silence]]; [[ladder]] night = true
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "1h", stop = "resolved", ladder = "one" }]
[[policy]]
id = "emergency"
zh = "应急"
en = "Emergency"
select = { urgency = "emergency" }
clocks = [{ name = "resolve", dur = "1h", stop = "resolved", ladder = "loud" }]
ends = ["closed"]
[[ladder]]
id = "one"
steps = [{ at = "due", slip = "yellow", to = ["deputy"], via = ["sms"] }]
[[ladder]]
id = "loud"
night = true
steps = [{ at = "due", slip = "red", to = ["principal"], via = ["sms"] }]
=== silences.toml
[[silence]]
unit = "u"
from = "2026-05-07 09:00"
to = "2026-05-07 10:00"
owner = "p02"
reason = "an exercise"
[[silence]]
unit = "u"
from = "2026-05-08 09:00"
to = "2026-05-08 10:00"
owner = "p02"
reason = "another exercise"
===

2026-05-07 08:30 W1 dispatched unit=u
08:30 W2 dispatched unit=u urgency=emergency
# The threshold is crossed at half past nine.
09:30
  W1: slip yellow resolve due
  W2: slip red resolve due -> principal sms
10:00 W1: message staff.yellow -> deputy sms
11:00 nothing
05-08 08:20 W3 dispatched unit=u
09:20 W3: slip yellow resolve due
09:40 reload
  === only silences.toml
  ===
  W3: message staff.yellow -> deputy sms
10:00 nothing
