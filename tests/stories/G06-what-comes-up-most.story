# The week's most frequent items by count, ties side by side, with growth over the week before; the street sees its own
rows: G06 G07 G04
by: [[count]] by a key of the event; duban count --period, --before, --top, --unit
set: plain
=== policies
attributes = ["item"]
[[policy]]
id = "request"
clocks = []
ends = ["received"]
[[count]]
id = "topics"
on = "received"
by = "item"
[[count]]
id = "places"
on = "received"
by = "area"
[[count]]
id = "in_the_street"
on = "received"
by = "item"
when = { street = "s1" }
===

2026-04-28 10:00 A1..A4 received item=noise area=north street=s1
10:00 B1..B2 received item=heating area=north street=s2
05-05 10:00 C1..C3 received item=noise area=north street=s1
10:00 D1..D5 received item=heating area=south street=s2
10:00 E1..E3 received item=parking area=south street=s1
  counted topics 2026-W19 2026-W18 order="heating noise parking" total=11 before=6
  counted topics 2026-W19 2026-W18 by.heating.rank=1 by.heating.count=5 by.heating.growth="150.0 %"
  counted topics 2026-W19 2026-W18 by.noise.rank=2 by.parking.rank=2 by.noise.growth="-25.0 %" by.parking.growth=—
  counted places 2026-W19 order="south north"
  counted in_the_street 2026-W19 order="noise parking" total=6
# A measure was taken against the noise at the end of April: before and after.
  counted topics 2026-05 2026-04 by.noise.before=4 by.noise.count=3
