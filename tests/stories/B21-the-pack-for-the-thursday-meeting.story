# The pack for the Thursday meeting comes the working day before when Thursday is a holiday
rows: B21 B31
by: [[schedule]] every = "week", on = "thu", roll = "previous"
set: cn
=== policies
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
[[schedule]]
id = "promotion"
zh = "推进会材料"
en = "Pack for the promotion meeting"
every = "year"
on = "10-12"
at = "09:00"
lead = "2wd"
list = { unit = "xn", to = ["city_sup"], via = ["email"], sections = [
  { id = "red", zh = "红单", en = "red orders", slips = ["red"] },
] }
===

2026-09-14 09:00 W1 dispatched unit=cx-scjg category=投诉/电梯 urgency=一般
  slip task accept start -> liaison im sms
