# Two campaigns overlap: the strictest clock holds and says so; a day after the end there is nothing of them
rows: E20 F12
by: [[campaign]] from, to, select, clocks, tag; the_strictest_of_several_campaigns_holds
set: plain
=== policies
[[policy]]
id = "request"
clocks = [
  { name = "contact", dur = "1wd", stop = "contacted" },
  { name = "resolve", dur = "5wd", stop = "resolved" },
]
[[campaign]]
id = "fire"
zh = "森林防火"
en = "Forest fires"
from = "2026-03-05"
to = "2026-06-13"
clocks = { resolve = "3wd" }
[[campaign]]
id = "food"
zh = "食品安全"
en = "Safe food"
from = "2026-04-01"
to = "2026-05-01"
select = { category = "food" }
clocks = { resolve = "2wd", contact = "4wh" }
tag = "safe food"
===

2026-03-04 17:59 W1 dispatched unit=u category=food
  clock resolve running due="2026-03-11 18:00" campaign=none
2026-03-05 09:00 W2 dispatched unit=u category=food
  W2: clock resolve running due="2026-03-10 18:00" campaign=fire
2026-04-07 10:00 W3 dispatched unit=u category=food
  W3: clock resolve running due="2026-04-09 18:00" campaign=food
  W3: clock contact running due=14:00 campaign=food
  W3: ticket attributes.tags="safe food"
10:00 W4 dispatched unit=u category=noise
  W4: clock resolve running due="2026-04-10 18:00" campaign=fire
  W4: clock contact running due="2026-04-08 18:00" campaign=none
2026-06-15 10:00 W5 dispatched unit=u category=food
  W5: clock resolve running due="2026-06-22 18:00" campaign=none
