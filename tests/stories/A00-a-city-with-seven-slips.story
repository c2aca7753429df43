# A city of its own: its stages, its slips, its limits, its people, on the same binary; a hard matter is the leaders'
rows: A00
by: extends, preset, [[stage]], [slips], [zones], [reports]: policies/leling
set: leling

2026-05-07 09:10 W1 registered category=投诉/噪声 urgency=一般 grade=疑难
  ticket stages.0.stage=jiezhang
09:12 W1 dispatched unit=lc-zj
  slip task accept start -> liaison im sms
  ticket stages.-1.stage=jiaoban
  clock resolve running due="2026-05-27 18:00"
09:40 W1 accepted
  ticket stages.-1.stage=banli
15:00 W1 contacted
05-25 09:00 slip green resolve due-2wd -> section_head deputy_head im sms
  says "绿色催办单"
  ticket stages.-1.stage=duban
05-26 16:00 W1 resolved
  ticket stages.-1.stage=duizhang
05-27 10:00 W1 answered contacted=yes solved=yes satisfied=yes
  ticket stage=ended stages.-1.stage=xiaohao
06-30 00:00 nothing
