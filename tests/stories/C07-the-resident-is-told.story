# The resident gets the number and the expected date once, and word of what happens to the request, in allowed hours
rows: C07
by: [tell] event kind -> text for residents; once a round, `each = true` every time
set: cn
=== policies
[tell]
dispatched = "resident.accepted"
redo = "resident.redo"
evaluated = "resident.closed"
===

2026-05-07 21:12 W1 dispatched unit=cx-scjg category=投诉/电梯 urgency=一般 phone=13800000000 name=张三
  slip task accept start
05-08 09:00
  message staff.task -> p11 im sms
  message resident.accepted -> resident sms
  says "5月13日18:00前答复"
  says not "电梯"
  says not "张三"
09:10 W1 accepted
09:20 W1 contacted
# Another dispatch to the same unit is no news.
09:30 W1 dispatched unit=cx-scjg
10:00 W1 resolved
  message resident.ask -> resident sms
10:30 W1 answered digits=4
  event redo
  slip redo resolve start round=2 -> p11 p10 im sms, cc p09 im sms
  message resident.redo -> resident sms
  says "5月12日18:00前答复"
10:40 W1 accepted
10:45 W1 contacted
10:50 W1 resolved
10:55 W1 answered solved=yes satisfied=yes via=phone
  event evaluated
  message resident.closed -> resident sms
# Heard of only when it was done: the resident is asked how it went, and not told that it has begun.
10:57 down until 11:00
10:58 W2 dispatched unit=cx-scjg category=咨询 phone=13900000000
10:59 W2 resolved
11:00
  journal duban.told event=dispatched outcome=too_late
  message resident.ask -> resident sms
  slip task accept start -> p11 im sms
11:10 W2 answered solved=yes satisfied=yes via=phone
  event evaluated
  message resident.closed -> resident sms
06-30 00:00 nothing
