# City, district, street, community and grid: each level finds its people above, and the hops are kept
rows: B15 B16
by: unit tree of four levels; [[ladder]] grid; reassigned
set: cn
=== policies
[[ladder]]
id = "grid"
stop_on = ["resolved", "reassigned"]
steps = [
  { at = "start", slip = "task",   to = ["handler"], via = ["im"] },
  { at = "due",   slip = "yellow", to = ["principal"], cc = ["section_head"], via = ["im"] },
]
[[policy]]
id = "grid"
select = { source = "grid", kind = "own" }
clocks = [{ name = "grid", dur = "1wd", ladder = "grid" }]
ends = ["resolved"]
=== org
[[unit]]
id = "cx-xhl-1"
zh = "兴海路社区"
parent = "cx-xhl"
kind = "community"
[[unit]]
id = "cx-xhl-1-07"
zh = "第七网格"
parent = "cx-xhl-1"
kind = "grid"
[[person]]
id = "p97"
phone = "13800000097"
[[post]]
unit = "cx-xhl-1-07"
role = "handler"
person = "p97"
===

2026-05-07 10:00 W1 dispatched unit=cx-xhl-1-07 source=grid kind=own
  slip task grid start -> p97 im
05-08 18:00 slip yellow grid due -> p16 im, cc p17 im
18:30 W1 reassigned unit=cx-xhl
  ticket unit=cx-xhl first_unit=cx-xhl-1-07 hops.#=2
  clock grid late
05-31 00:00 nothing
