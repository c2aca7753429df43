# A ticket goes through 接派办督评报, and the times it dwelt in each add up to its age
rows: A00 A01
by: [[stage]] on, on_slip; `duban ticket list --stage --min-age`; dwell_times_add_up_to_the_age
set: xining
=== policies
[[stage]]
id = "gai"
drop = true
[[stage]]
id = "xuan"
drop = true
===

2026-05-07 09:10 W1 registered category=投诉/电梯 urgency=一般
  ticket stages.#=1 stages.0.stage=jie stages.0.at=09:10
09:12 W1 dispatched unit=xc-scj
  slip task accept start -> liaison im sms
  ticket stages.1.stage=pai
  table ticket 1 stage=pai
09:40 W1 accepted
  ticket stages.2.stage=ban stages.2.at=09:40
15:00 W1 contacted
  ticket stages.#=3
05-11 09:00 slip nudge resolve due-2wd
14:00 message staff.nudge -> handler digest
05-12 09:00 slip green resolve due-1wd -> handler section_head im sms
  says "提醒函"
05-13 18:00 slip yellow resolve due serial=催字〔2026〕1号 -> deputy_head im sms, cc section_head im sms
  ticket stages.3.stage=du
  table ticket 1 stage=du
18:30 W1 resolved
  ticket stages.4.stage=ping
05-14 10:00 W1 answered contacted=yes solved=yes satisfied=yes
  ticket stage=ended stages.#=6 stages.5.stage=bao
06-30 00:00 nothing
