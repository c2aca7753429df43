# A request that is not resolved climbs from the green to the red slip, and stops climbing when it is
rows: D03 D05 D06 D07
by: [[ladder]] resolve_std; a step fires once per (ticket, round, clock, unit, step)
set: cn

2026-05-07 09:12 W1 dispatched unit=cx-scjg category=投诉/电梯 urgency=一般
  # The task notice is issued at dispatch, and starts the clocks.
  slip task accept start serial=任字〔2026〕1号 -> liaison im sms
  says "11:12前签收"
  clock accept running due=11:12
  clock resolve running started=09:12 due="2026-05-13 18:00"
09:40 W1 accepted
  # Its receipt stops the accept clock only.
  clock accept met
  clock contact running
  clock resolve running
15:00 W1 contacted
05-11 09:00 slip nudge resolve due-2wd
14:00 message staff.nudge -> p11 digest
05-12 09:00 slip green resolve due-1wd -> p11 p10 im sms
05-13 18:00 slip yellow resolve due reply_due="2026-05-14 18:00" -> p09 im sms, cc p10 im sms
  says "5月14日18:00前报计划"
05-14 09:00
  slip red resolve due+1wd serial=红字〔2026〕1号 -> p08 im sms email print, cc p09 p06 im sms email print
  clock resolve overdue
05-14 17:00 W1 resolved
  clock resolve late
  table slip 1 kind=red state=open
05-15 10:00 W1 answered contacted=yes solved=yes satisfied=yes
  ticket stage=ended
06-30 00:00 nothing
