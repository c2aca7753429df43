# While a unit is silent nobody there hears of a new ticket; when it is over its first step arrives, not its second
rows: S42
by: silences.toml [[silence]]: one gate for every message; slips keep their time
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "6h", stop = "resolved", ladder = "two" }]
[[ladder]]
id = "two"
steps = [
  { at = "start", slip = "task", to = ["agent"], via = ["sms"] },
  { at = "start+2h", slip = "yellow", to = ["deputy"], via = ["sms"] },
]
=== silences.toml
[[silence]]
unit = "u"
from = "2026-05-07 10:00"
to = "2026-05-07 11:00"
owner = "p02"
reason = "maintenance of the exchange"
===

2026-05-07 10:10 W1 dispatched unit=u
  slip task resolve start
# Resolved before the silence is over: its people never hear of this one.
10:10 W2 dispatched unit=u
  W2: slip task resolve start
  table outbox 2 state=waiting reason="silence: maintenance of the exchange (p02)" attempt=0
10:50 W2 resolved
11:00 W1: message staff.task -> agent sms
  W2: dropped agent sms "its reason is gone"
12:10 slip yellow resolve -> deputy sms
