# The same message posted twice is one ticket and one event, whichever way it came
rows: C06
by: event `id`, else ticket, kind and instant: an event counts once
set: cn

2026-05-07 09:12 W1 dispatched unit=cx-scjg category=咨询 source=12345 id=src-1
  slip task accept start -> liaison im sms
09:13 W1 dispatched unit=cx-scjg category=咨询 source=12345 id=src-1 at=09:12
  duplicate
09:20 W1 accepted
# Without an id: the same kind at the same instant.
09:21 W1 accepted at=09:20
  duplicate
  table ticket 1 no=W1
  table journal 1 kind=dispatched
  table slip 1 kind=task
09:30 W1 resolved
12:00 nothing
