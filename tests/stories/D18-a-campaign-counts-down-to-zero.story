# What a clean-up campaign has to clear is frozen at its start; what comes later is not on the list
rows: D18
by: [[schedule]] baseline = campaign, every = "day", once = the campaign's first day
set: cn
=== policies
[[campaign]]
id = "zero"
zh = "清零行动"
from = "2026-05-12"
to = "2026-08-20"
tag = "清零"
[[schedule]]
id = "zero-list"
zh = "清零行动台账"
en = "Clean-up campaign"
every = "day"
once = "2026-05-12"
at = "00:00"
baseline = "zero"
===

2026-05-11 09:00 W1..W2 dispatched unit=cx-scjg category=投诉/电梯 urgency=一般
  W1..W2: slip task accept start -> liaison im sms
09:10 W1..W2 accepted
09:20 W1..W2 contacted
05-12 00:00
  table journal 1 kind=schedule_done body~"W1" body~"W2"
09:00 W3 dispatched unit=cx-scjg category=投诉/电梯 urgency=一般
  W3: slip task accept start -> liaison im sms
  table journal 0 kind=schedule_done body~"W3"
09:10 W1 resolved
09:20 W1 answered solved=yes satisfied=yes
  # One of the two on the list has ended, so one is left.
  table ticket 1 no=W1 open=0
  table ticket 1 no=W2 open=1
