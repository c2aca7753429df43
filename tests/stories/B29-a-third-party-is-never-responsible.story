# A lift company is told of the work and never becomes responsible
rows: B29
by: [[unit]] kind = "third_party"; [roles] of = "third_party"
set: cn
=== policies
[roles]
contractor = { zh = "外部执行方", level = 1, of = "third_party" }
[[ladder]]
id = "simple"
stop_on = ["resolved"]
steps = [{ at = "start", slip = "task", to = ["handler"], cc = ["contractor"], via = ["im"] }]
[[policy]]
id = "own"
select = { category = "投诉", urgency = "一般", kind = "own" }
clocks = [{ name = "resolve", dur = "1wd", ladder = "simple" }]
ends = ["resolved"]
=== org
[[unit]]
id = "lifts"
zh = "某电梯维保公司"
kind = "third_party"
[[person]]
id = "p80"
phone = "13800000080"
[[post]]
unit = "lifts"
role = "contractor"
person = "p80"
===

2026-05-07 09:12 W1 dispatched unit=lifts category=投诉 urgency=一般 kind=own
  refused dispatched "third party"
09:20 W1 dispatched unit=cx-scjg third_party=lifts phone=13811112222
  slip task resolve start -> p11 im, cc p80 im
  says not "13811112222"
  ticket unit=cx-scjg first_unit=cx-scjg
# Without one nobody is missed.
10:00 W2 dispatched unit=cx-scjg category=投诉 urgency=一般 kind=own
  slip task resolve start -> p11 im
