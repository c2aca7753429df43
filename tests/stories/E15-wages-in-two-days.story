# Unpaid wages go by the fast policy, and two days are two days
rows: E15
by: [[policy]] select tag, precedence: policies/xining
set: xining

2026-05-07 09:10 W1 registered category=投诉/劳动 urgency=一般 tags:=["欠薪"]
  ticket policy=wages
09:12 W1 dispatched unit=xc-scj
  slip task accept start -> liaison im sms
  clock resolve running due="2026-05-11 18:00"
09:40 W1 accepted
11:00 W1 contacted
05-08 09:00 slip nudge resolve due-2wd
14:00 message staff.nudge -> handler digest
05-09 09:00 slip green resolve due-1wd -> handler section_head im sms
05-09 09:10 W1 resolved
  clock resolve met started="2026-05-07 09:12"
  ticket received="2026-05-07 09:10" seen.resolved="2026-05-09 09:10"
10:00 W1 answered contacted=yes solved=yes satisfied=yes
  ticket stage=ended
06-30 00:00 nothing
