# Messages to one person that gather leave as one letter at the end of the span, then nothing until the next
rows: S51 C11
by: [noise] gather: spans counted from midnight; one letter for each person and way
set: plain
=== policies
[noise]
gather = "2s"
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "6h", stop = "resolved", ladder = "again" }]
[[ladder]]
id = "again"
steps = [{ at = "start", slip = "task", to = ["agent"], via = ["sms"] }]
===

2026-05-07 10:00:01.1 W1 dispatched unit=u
  W1: slip task resolve start
10:00:01.7 W2 dispatched unit=u
  W2: slip task resolve start
10:00:02 message staff.together -> agent sms
  says "2 notices: W1 New case, W2 New case."
10:00:03.3 W3..W5 dispatched unit=u
  W3..W5: slip task resolve start
10:00:04 message staff.together -> agent sms
  says "3 notices"
# One alone is told as itself.
10:00:05 W6 dispatched unit=u
  W6: slip task resolve start
10:00:06 message staff.task -> agent sms
  table outbox 6 state=sent
12:00 nothing
