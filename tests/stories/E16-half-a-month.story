# A canal takes half a month: fifteen days on the wall clock, and a due on a day of rest rolls to the next opening
rows: E16
by: clocks dur = "15d", roll; preset beijing_2021_draft has it too: policies/xining
set: xining

2026-05-08 09:12 W1 dispatched unit=xc-zjj category=投诉/水务 urgency=一般 tags:=["项目"]
  slip task accept start -> liaison im sms
  ticket policy=complex
  clock resolve running due="2026-05-25 09:00"
09:40 W1 accepted
15:00 W1 contacted
05-20 09:00 W1 resolved
  clock resolve met
05-20 15:00 W1 answered contacted=yes solved=yes satisfied=yes
06-30 00:00 nothing
