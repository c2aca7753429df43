# An engine that was down tells each person once what has fallen due meanwhile
rows: S53
by: the highest due step of a ladder; [noise] gather
set: plain
=== policies
[noise]
gather = "5s"
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "1h", stop = "resolved", ladder = "three" }]
[[ladder]]
id = "three"
steps = [
  { at = "start", slip = "task", to = ["agent"], via = ["sms"] },
  { at = "start+30m", slip = "green", to = ["agent"], via = ["sms"] },
  { at = "due", slip = "yellow", to = ["agent"], via = ["sms"] },
]
===

2026-05-07 10:00 down until 13:00:01
10:01 W1..W5 dispatched unit=u
13:00:01
  W1..W5: slip yellow resolve due
13:00:05 message staff.together -> agent sms
  says "5 notices"
13:00:06 W6 dispatched unit=u
  W6: slip task resolve start
13:00:10 message staff.task -> agent sms
13:20 nothing
