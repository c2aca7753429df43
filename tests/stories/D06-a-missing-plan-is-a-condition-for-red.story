# A yellow slip waits for its receipt and its plan; a plan that does not come brings the red slip forward
rows: D06
by: [slips] receipt_due, missing_receipt, missing_reply; ladder step also_on
set: cn
=== policies
[slips.yellow]
receipt_due = "4wh"
missing_receipt = { add = "receipt_missed" }
missing_reply = { add = "reply_missed" }
[[ladder]]
id = "resolve_std"
steps = [
  { at = "due",     slip = "yellow", to = ["deputy_head"], via = ["im"], reply_due = "1wd" },
  { at = "due+3wd", slip = "red",    to = ["principal"], via = ["im", "sms"], reply_due = "1wd", also_on = "reply_missed" },
]
===

2026-05-08 09:12 W1..W3 dispatched unit=cx-scjg category=投诉/电梯 urgency=一般
  W1..W3: slip task accept start -> p11 im sms
09:30 W1..W3 accepted
10:00 W1..W3 contacted

# Due on Thursday at closing time; the receipt four working hours later, the plan one working day later.
05-14 18:00
  W1..W3: slip yellow resolve due receipt_due="2026-05-15 15:00" reply_due="2026-05-15 18:00" -> p09 im
05-14 18:30 W1 acknowledged slip=W1/r1/resolve//0/0.0.0 by=p09
05-14 18:31 W1 acknowledged slip=W1/r1/resolve//0/0.0.0 by=p09
  refused acknowledged "has its receipt already"
05-15 15:00
  W2: event receipt_missed data.slip=W2/r1/resolve//0/0.0.0
  W3: event receipt_missed

# The first of the three sends its plan in the last minute; the slip is named by its serial.
05-15 17:59 W1 replied slip=黄字〔2026〕1号 plan=更换主板 by_when=5月18日 by=p09
  table slip 1 ticket_no=W1 kind=yellow replied_by=p09 reply~更换主板
# The second is resolved meanwhile: nobody waits for its plan any more.
05-15 17:59 W2 resolved
# The third misses it: the red slip is issued now and not on Tuesday.
05-15 18:00
  W3: event reply_missed data.slip=W3/r1/resolve//0/0.0.0
  W3: slip red resolve due+3wd on=reply_missed scheduled="2026-05-15 18:00" -> p08 im sms
  says "超期1天"
  table slip 1 ticket_no=W3 kind=yellow reply_missed_ms="2026-05-15 18:00"
05-19 09:00 W1: slip red resolve due+3wd on=none -> p08 im sms
05-19 10:00 W1 resolved
05-19 10:00 W3 resolved
05-19 10:30 W1..W3 answered solved=yes
06-30 00:00 nothing
