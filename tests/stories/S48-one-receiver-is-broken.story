# A phone that is down for a while gets its message later, and nobody else gets theirs twice
rows: S48
by: [dispatch] retry_min, retry_max, attempts_max
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "4h", stop = "resolved", ladder = "one" }]
[[ladder]]
id = "one"
steps = [{ at = "start", slip = "task", to = ["agent", "deputy"], via = ["sms"] }]
===

2026-05-07 09:59 phone agent sms down
10:00 W1 dispatched unit=u
  slip task resolve start -> deputy sms
# Tried again after one minute, then after two; four attempts are made at most.
10:02 phone agent sms works
10:03 message staff.task -> agent sms
13:00 nothing
