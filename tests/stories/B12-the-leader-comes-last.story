# A general request reaches the city leader with its last step, and every step before it stays below
rows: B12 B13
by: [roles] last_step_only; `duban check` names units without principal
set: cn
=== policies
[roles]
city_leader = { zh = "市分管领导", level = 7, last_step_only = true }
[[policy]]
id = "general"
clocks = [{ name = "resolve", dur = "5wd", ladder = "resolve_std" }]
=== org
[[post]]
unit = "cx-scjg"
role = "principal"
drop = true
===

2026-05-07 09:12 W1 dispatched unit=cx-scjg category=投诉 urgency=一般
05-11 14:00 slip nudge resolve due-2wd -> p11 digest
