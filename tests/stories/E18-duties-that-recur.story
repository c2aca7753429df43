# Residents' data are updated each quarter and everybody visited each half-year; an undone duty is urged before the last working day
rows: E18 E19
by: [[schedule]] open = { levels, due = "-1wd 18:00" }, clock with override = "due"
set: cn
=== policies
[[ladder]]
id = "duty"
stop_on = ["done"]
steps = [
  { at = "due-5wd", slip = "green",  to = ["liaison"], via = ["im"] },
  { at = "due",     slip = "yellow", to = ["principal"], via = ["im"] },
]
[[policy]]
id = "duty"
zh = "例行职责"
select = { kind = "duty" }
clocks = [{ name = "duty", dur = "90d", ladder = "duty", override = "due" }]
ends = ["done"]
in_rates = false
[[schedule]]
id = "residents"
zh = "更新居民信息"
en = "Update residents' data"
every = "quarter"
at = "09:00"
open = { units = ["cx-xhl"], due = "-1wd 18:00", says = { kind = "duty", topic = "residents" } }
[[schedule]]
id = "visits"
zh = "遍访"
en = "Visit everybody"
every = "halfyear"
at = "09:00"
open = { units = ["cx-xhl"], due = "-1wd 18:00", says = { kind = "duty", topic = "visits" } }
===

2026-06-30 09:00 nothing
# Both periods begin on the 1st of July: one ticket of each duty, due on the last working day.
07-01 09:00
  residents/2026-Q3/cx-xhl: clock duty running due="2026-09-30 18:00"
  visits/2026-H2/cx-xhl: clock duty running due="2026-12-31 18:00"
08-03 10:00 residents/2026-Q3/cx-xhl done
  clock duty met
09-30 18:00 nothing
10-01 09:00
  residents/2026-Q4/cx-xhl: clock duty running due="2026-12-31 18:00"
