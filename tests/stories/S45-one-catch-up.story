# Two rules at one and two minutes, an engine that first looks after three: one SMS
rows: S45
by: after downtime the highest due step is sent, the others are journalled as skipped
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "1h", stop = "resolved", ladder = "two" }]
[[ladder]]
id = "two"
steps = [
  { at = "start+1m", slip = "green", to = ["agent"], via = ["sms"] },
  { at = "start+2m", slip = "yellow", to = ["agent"], via = ["sms"] },
]
===

2026-05-07 10:00 W1 dispatched unit=u
10:00 down until 10:03
10:03 slip yellow resolve start+2m -> agent sms
12:00 nothing
