# A principal who goes to the spot has answered the red slip; the matter itself is still open
rows: B32
by: [slips] also_replied
set: cn

2026-05-07 09:12 W1 dispatched unit=cx-scjg category=投诉/电梯 urgency=一般
  slip task accept start -> p11 im sms
09:40 W1 accepted
15:00 W1 contacted
05-11 09:00 slip nudge resolve due-2wd
14:00 message staff.nudge -> p11 digest
05-12 09:00 slip green resolve due-1wd -> p11 p10 im sms
05-13 18:00 slip yellow resolve due -> p09 im sms, cc p10 im sms
05-14 09:00 slip red resolve due+1wd reply_due="2026-05-15 18:00" -> p08 im sms email print, cc p09 p06 im sms email print
# A handler's visit answers nothing; the principal's does.
05-14 10:00 W1 offline_action type=onsite role=handler by=p11 place=24号院
  table slip 0 kind=red replied_by=p11
05-14 11:00 W1 offline_action type=onsite role=principal by=p08 place=24号院
  table slip 1 kind=red replied_by=p08 replied_ms="2026-05-14 11:00"
  clock resolve overdue
05-14 16:00 W1 resolved
05-15 10:00 W1 answered contacted=yes solved=yes satisfied=yes
06-30 00:00 nothing
