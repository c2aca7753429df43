# A monthly topic and the eighteen items of a list are tickets with an owner and a due of their own, followed until struck off
rows: G03 G05
by: [[policy]] select kind; clock override = "due_at"
set: plain
=== policies
attributes = ["list"]
[[ladder]]
id = "listed"
stop_on = ["struck_off"]
steps = [{ at = "due", slip = "yellow", to = ["principal"], via = ["im"] }]
[[policy]]
id = "topic"
select = { kind = "topic" }
clocks = [{ name = "measures", dur = "20wd", ladder = "listed", override = "due_at" }]
ends = ["struck_off"]
in_rates = false
[[policy]]
id = "list"
select = { kind = "list_item" }
clocks = [{ name = "done", dur = "200wd", ladder = "listed", override = "due_at" }]
ends = ["struck_off"]
in_rates = false
===

2026-03-02 10:00 W1 dispatched unit=u kind=topic title=parking due_at=@2026-03-31T18:00
  ticket policy=topic
  clock measures running due="2026-03-31 18:00"
10:00 W101..W118 dispatched unit=u kind=list_item list=2026 due_at=@2026-12-31T18:00
  table ticket 18 policy=list
  W118: clock done running due="2026-12-31 18:00"
  W118: ticket attributes.more.list=2026
03-20 10:00 W101 struck_off
  W101: ticket stage=ended
  W101: clock done met
03-31 18:00 W1: slip yellow measures due -> principal im
