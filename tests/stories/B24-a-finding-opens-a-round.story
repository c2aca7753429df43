# An inspector finds that a ticket was only reported done: it goes back, with its own clocks and slip
rows: B24
by: redo.triggers = [{ on = "finding", data = { severity = [...] }, reason = "finding" }]
set: cn

2026-05-07 09:12 W1 dispatched unit=cx-scjg category=投诉/电梯 urgency=一般
  slip task accept start -> liaison im sms
09:20 W1 accepted
09:30 W1 contacted
10:00 W1 resolved
10:30 W1 answered solved=yes satisfied=yes
  ticket stage=ended
05-11 10:00 W1 finding severity=轻微
  # A small matter is noted and changes nothing.
  ticket stage=ended round=1
05-11 11:00 W1 finding severity=虚假办结 by=insp-3
  event redo reason=finding
  slip redo resolve start -> p11 p10 im sms, cc p09 im sms
  says "督导发现问题"
  clock resolve running round=2
11:10 W1 accepted
11:20 W1 contacted
14:00 W1 resolved
14:30 W1 callback_closed outcome=unreached
  ticket stage=ended round=2
06-30 00:00 nothing
