# A general request reaches the city leader with its last step; a unit without a head is climbed past with an alarm
rows: B12 B13
by: [roles] last_step_only; [check] principal; `duban check` names the step and every unit without a principal
set: cn
=== policies
[roles]
city_leader = { zh = "市分管领导", level = 7, last_step_only = true }
[[policy]]
id = "own"
select = { category = "投诉", urgency = "一般", kind = "own" }
clocks = [{ name = "resolve", dur = "5wd", ladder = "resolve_std" }]
ends = ["resolved"]
=== org
[[post]]
unit = "cx-scjg"
role = "principal"
drop = true
===

2026-05-07 09:12 W1 dispatched unit=cx-scjg category=投诉 urgency=一般 kind=own
05-11 09:00 slip nudge resolve due-2wd
14:00 message staff.nudge -> p11 digest
05-12 09:00 slip green resolve due-1wd -> p11 p10 im sms
05-13 18:00 slip yellow resolve due -> p09 im sms, cc p10 im sms
05-14 09:00
  slip red resolve due+1wd -> p07 im sms email print, cc p09 p06 im sms email print
  alarm principal told=p07
05-18 09:00
  slip red resolve due+3wd -> p07 im email print, cc p06 p02 im email print
  alarm principal told=p07
05-20 09:00 slip bulletin resolve due+5wd -> p02 email, cc p01 email
10:00 W1 resolved
