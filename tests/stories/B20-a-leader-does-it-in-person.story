# The deputy head handles the ticket: the first urge goes to the principal, not to the deputy's own staff
rows: B20
by: data.handler, attested with the level of the person's highest role; the ladder starts above it
set: cn
=== policies
[[policy]]
id = "own"
select = { category = "投诉", urgency = "一般", kind = "own" }
clocks = [{ name = "accept", dur = "2wh", ladder = "accept_std" }, { name = "resolve", dur = "5wd", ladder = "resolve_std" }]
ends = ["resolved"]
===

2026-05-07 09:12 W1 dispatched unit=cx-scjg category=投诉 urgency=一般 kind=own
  slip task accept start -> p11 im sms
09:30 W1 accepted handler=p09
  ticket handler.person=p09 handler.level=3
05-11 09:00 slip nudge resolve due-2wd
14:00 message staff.nudge -> p08 digest
05-12 09:00 slip green resolve due-1wd -> p08 im sms
05-13 10:00 W1 resolved
