# The pack for the Thursday meeting comes the working day before when Thursday is a holiday
rows: B21
by: [[schedule]] every = "week", on = "thu", roll = "previous"
set: cn
=== policies
[[policy]]
id = "quiet"
zh = "难题"
select = { kind = "quiet" }
clocks = [{ name = "resolve", dur = "1wd", stop = "resolved" }]
ends = ["closed"]
[[schedule]]
id = "thursday"
zh = "周四例会材料"
en = "Pack for the Thursday meeting"
every = "week"
on = "thu"
at = "08:00"
roll = "previous"
list = { unit = "xn", to = ["city_sup"], via = ["email"], sections = [
  { id = "over", zh = "超期", en = "overdue", overdue = "resolve" },
  { id = "bad",  zh = "不满意", en = "unsatisfied", unsatisfied = true },
] }
===

# Thursday the 1st of October 2026 is a holiday: the pack comes on Wednesday, the last working day before.
2026-09-14 09:00 W1 dispatched unit=cx-scjg kind=quiet
09-17 08:00 ~schedule/thursday: message staff.list -> city_sup email
  says "超期"
  says "W1"
09-24 08:00 ~schedule/thursday: message staff.list -> city_sup email
09-30 08:00 ~schedule/thursday: message staff.list -> city_sup email
10-08 08:00 ~schedule/thursday: message staff.list -> city_sup email
09:00 W1 resolved
# Nothing is overdue any more: no pack.
10-30 18:00 nothing
