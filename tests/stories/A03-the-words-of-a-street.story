# A street has its own words for the same loop, and a clock each for handling (承办) and answering (回复)
rows: A00 A03
by: [[stage]]; clocks handle and reply; deadline_clock, pause_clocks: policies/yiyuan
set: yiyuan

2026-05-07 09:00 W1 received category=投诉/环卫 urgency=一般
  ticket stages.-1.stage=intake
09:05 W1 registered
  ticket stages.-1.stage=sorting
09:12 W1 dispatched unit=yy-cg
  slip task accept start -> liaison im sms
  ticket stages.-1.stage=assignment
  clock handle running due="2026-05-12 18:00"
  no clock reply
09:40 W1 accepted
  ticket stages.-1.stage=handling
15:00 W1 contacted
05-08 10:00 W1 handled
  clock handle met
  clock reply running due="2026-05-09 18:00"
  ticket stages.-1.stage=reporting
16:00 W1 resolved
  clock reply met
17:00 W1 answered contacted=yes solved=yes satisfied=yes
  ticket stage=ended stages.#=6 stages.-1.stage=callback
06-30 00:00 nothing
