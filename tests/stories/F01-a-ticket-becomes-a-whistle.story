# A street whistles three bureaus to a ticket: each has its own clocks, only the absent one's principal is told, and the ticket's own clocks go on
rows: F01 F03 B26
by: [[policy]] on; clocks per_unit, owner; KIND_all; whistle_rated
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "5wd", stop = "resolved" }]
ends = ["closed"]
[[policy]]
id = "whistle"
en = "Whistle"
select = { kind = "whistle" }
only = { excused = ["hotline"] }
clocks = [
  { name = "respond", dur = "2wh", stop = "responded", per_unit = true },
  { name = "arrive",  dur = "1wd", stop = "arrived", per_unit = true, ladder = "arrive", by_kind = { urgent = "30m" } },
  { name = "rate",    dur = "1wd", start = "arrived_all", stop = "whistle_rated_all", owner = "blower", ladder = "rate" },
]
ends = ["joint_result", "whistle_cancelled"]
[[ladder]]
id = "arrive"
steps = [
  { at = "due",     slip = "yellow", to = ["deputy"],    via = ["sms"] },
  { at = "due+2wh", slip = "red",    to = ["principal"], via = ["im"] },
]
[[ladder]]
id = "rate"
steps = [{ at = "due", slip = "green", to = ["agent"], via = ["im"] }]
===

2026-03-02 10:00 W1 dispatched unit=road
  clock resolve running due="2026-03-09 18:00"
03-03 10:00 W1 whistled blower=street units:=["road","water","park"]
  ticket unit=road overlays.#=1 overlays.0.call.places.blower=street
  clock resolve running due="2026-03-09 18:00"
  clock respond@water running due=12:00
  clock arrive@park running due="2026-03-04 18:00"
11:00 W1 responded unit=road
  clock respond@road met
11:00:01 W1 responded unit=water
12:30 clock respond@park overdue
03-04 10:00 W1 arrived unit=road
03-04 11:00 W1 arrived unit=water
  no event arrived_all
# Only the third did not come: its deputy, then its principal are told, nobody else.
03-04 18:00 slip yellow arrive due unit=park -> deputy sms
03-05 11:00 slip red arrive due+2wh unit=park -> principal im
# A unit cannot excuse itself; the hotline can.
12:00 W1 excused unit=park by_role=agent
  refused excused "`agent` may not say `excused`"
13:00 W1 excused unit=park by_role=hotline
  event arrived_all
  clock arrive@park cancelled
  clock rate running due="2026-03-06 18:00"
# The blower rates each of them; the one that is late with that is the blower.
03-06 10:00 W1 whistle_rated unit=road rating=good
03-06 18:00 slip green rate due unit=street -> agent im
03-09 10:00 W1 whistle_rated unit=water rating=poor
  event whistle_rated_all
  ticket overlays.0.call.ratings.water=poor
  clock rate late
11:00 W1 joint_result
  ticket overlays.0.ended.by=joint_result stage=dispatched
  clock resolve running
12:00 W1 closed
03-31 00:00 nothing
