# While somebody is on leave their steps go to the deputy they named, and the journal says for whom
rows: B22
by: [[absence]] deputy; [[post]] deputy (AB角); [roles] of = "supervisor"
set: cn
=== policies
[roles]
supervisor = { zh = "督办专员", level = 5, of = "supervisor" }
[[ladder]]
id = "simple"
stop_on = ["resolved"]
steps = [
  { at = "start", slip = "task",   to = ["handler"], cc = ["supervisor"], via = ["im"] },
  { at = "due",   slip = "yellow", to = ["deputy_head"], via = ["im"] },
]
[[policy]]
id = "own"
select = { category = "投诉", urgency = "一般", kind = "own" }
clocks = [{ name = "resolve", dur = "1wd", ladder = "simple" }]
ends = ["resolved"]
=== org
[[absence]]
person = "p11"
from = "2026-05-07"
to = "2026-05-08"
[[absence]]
person = "p09"
from = "2026-05-07"
to = "2026-05-09"
deputy = "p10"
[[absence]]
person = "p06"
from = "2026-05-07"
to = "2026-05-09"
deputy = "p07"
===

# The stand-in of the post for the handler; the named deputy for the named supervisor.
2026-05-07 10:00 W1 dispatched unit=cx-scjg category=投诉 urgency=一般 kind=own supervisor=p06
  slip task resolve start -> p12 im, cc p07 im
  journal stand_in person=p11 told=p12
  journal stand_in person=p06 told=p07
05-08 18:00 slip yellow resolve due -> p10 im
  journal stand_in person=p09 told=p10 role=deputy_head
# Back at work.
05-11 10:00 W2 dispatched unit=cx-scjg category=投诉 urgency=一般 kind=own
  slip task resolve start -> p11 im
05-12 18:00 slip yellow resolve due -> p09 im
