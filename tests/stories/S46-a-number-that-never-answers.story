# What a carrier refuses for good is not tried again; the other way of the step and the next step are used
rows: S46
by: [dispatch]: a permanent failure gives up at once; step `via` with several ways
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "1h", stop = "resolved", ladder = "two" }]
[[ladder]]
id = "two"
steps = [
  { at = "start", slip = "task", to = ["agent"], via = ["sms", "email"] },
  { at = "due", slip = "yellow", to = ["deputy"], via = ["sms"] },
]
===

2026-05-07 09:59 phone agent sms refuses
10:00 W1 dispatched unit=u
  slip task resolve start -> agent email
  undelivered agent sms "HTTP 400: refused"
  table outbox 1 state=gave_up attempt=1
11:00 slip yellow resolve due -> deputy sms
18:00 nothing
