# A unit that handles tickets cannot take a slip back; the supervising centre can
rows: B28
by: [authority] slip_withdrawn; [[unit]] kind
set: cn
=== policies
[authority]
slip_withdrawn = ["supervisor"]
[[policy]]
id = "own"
select = { category = "投诉", urgency = "一般", kind = "own" }
clocks = [{ name = "accept", dur = "2wh", ladder = "accept_std" }]
ends = ["accepted"]
=== org
[[unit]]
id = "cx"
kind = "supervisor"
===

2026-05-07 09:12 W1 dispatched unit=cx-scjg category=投诉 urgency=一般 kind=own
  slip task accept start -> p11 im sms
09:20 W1 slip_withdrawn slip=W1/r1/accept//0/0.0.0 by_unit=cx-scjg reason=不是我的
  refused slip_withdrawn "a unit of kind `` may not do this; it takes one of: supervisor"
  table slip 1 state=open
09:30 W1 slip_withdrawn slip=W1/r1/accept//0/0.0.0 by_unit=cx reason=误派
  table slip 1 state=withdrawn
10:00 W1 accepted
