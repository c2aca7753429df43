# A receiver that says nothing is cut off and tried again; the others do not wait for it
rows: S54
by: [dispatch] send_timeout
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "4h", stop = "resolved", ladder = "one" }]
[[ladder]]
id = "one"
steps = [{ at = "start", slip = "task", to = ["agent", "deputy"], via = ["sms"] }]
===

2026-05-07 09:59 phone agent sms hangs
10:00 W1 dispatched unit=u
  slip task resolve start -> deputy sms
  table outbox 1 state=waiting attempt=1 reason="no answer in time"
10:00:30 phone agent sms works
10:01 message staff.task -> agent sms
13:00 nothing
