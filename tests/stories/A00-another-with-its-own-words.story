# Another city under its own words: the same step is a 提示单 here and a 催办单 there
rows: A00 E16
by: extends, preset, [[stage]], [slips], templates over templates: policies/daxing
set: daxing

2026-05-07 09:12 W1 dispatched unit=ny-csg category=投诉/环卫 urgency=一般
  slip task accept start serial=任字〔2026〕1号 -> liaison im sms
  ticket stages.-1.stage=paijian
  clock resolve running due="2026-05-14 09:12"
09:20 W2 dispatched unit=ny-csg category=投诉/物业 urgency=一般 grade=疑难
  W2: slip task accept start -> liaison im sms
  W2: ticket policy=complex
  W2: clock resolve running due="2026-05-22 09:20"
09:40 W1..W2 accepted
15:00 W1..W2 contacted
05-12 09:00 W1: slip nudge resolve due-2wd
14:00 W1: message staff.nudge -> handler digest
05-13 09:00 W1: slip green resolve due-1wd serial=提字〔2026〕1号 -> handler section_head im sms
  says "提示单"
10:00 W1..W2 resolved
  ticket stages.-1.stage=huifang
  clock resolve met
11:00 W1..W2 callback_closed
  ticket stage=ended stages.-1.stage=kaohe
06-30 00:00 nothing
