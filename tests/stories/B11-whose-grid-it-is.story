# The owner of the grid is told, and the leader of the area gets a copy of the yellow slip; a new owner gets what comes next, not what was
rows: B11 B17
by: [[area]]; [roles] of = "grid", of = "area"; [slips] cc
set: cn
=== policies
[roles]
area_leader = { zh = "包片领导", level = 5, of = "area" }
grid_worker = { zh = "网格员", level = 1, of = "grid" }
[slips]
yellow = { zh = "黄色催办单", serial = "黄字", colour = "yellow", ask_receipt = true, cc = ["area_leader"] }
[[ladder]]
id = "grid"
stop_on = ["resolved"]
steps = [
  { at = "start", slip = "task",   to = ["grid_worker", "liaison"], via = ["im"] },
  { at = "due",   slip = "yellow", to = ["deputy_head"], cc = ["grid_worker"], via = ["im"] },
]
[[policy]]
id = "own"
select = { category = "投诉", urgency = "一般", kind = "own" }
clocks = [{ name = "resolve", dur = "1wd", ladder = "grid" }]
ends = ["resolved"]
=== org
[[person]]
id = "p60"
phone = "13800000060"
[[person]]
id = "p61"
phone = "13800000061"
[[person]]
id = "p62"
phone = "13800000062"
[[area]]
area = "城西区/西关大街"
role = "area_leader"
person = "p62"
[[area]]
area = "CX-07"
role = "grid_worker"
person = "p60"
to = "2026-05-08"
[[area]]
area = "CX-07"
role = "grid_worker"
person = "p61"
from = "2026-05-08"
===

2026-05-07 10:00 W1 dispatched unit=cx-xhl category=投诉 urgency=一般 kind=own area=城西区/西关大街/12号 grid=CX-07
  slip task resolve start -> p60 p18 im
05-08 18:00 slip yellow resolve due -> p17 im, cc p61 p62 im
# Another area has no leader: its slip says so.
05-11 10:00 W2 dispatched unit=cx-xhl category=投诉 urgency=一般 kind=own area=城西区/虎台
  slip task resolve start -> p18 im
05-12 18:00
  slip yellow resolve due -> p17 im, cc p03 im
  alarm area_leader told=p03
