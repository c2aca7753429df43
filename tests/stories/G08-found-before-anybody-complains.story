# What communities found by themselves: growth over the year before, and the share of all
rows: G08 G09
by: [[count]] when, by source; growth_is_of_the_earlier_count
set: plain
=== policies
[[policy]]
id = "request"
clocks = []
ends = ["received"]
[[count]]
id = "found"
on = "received"
when = { proactive = true }
by = "unit"
[[count]]
id = "sources"
on = "received"
by = "source"
===

2025-06-10 10:00 A1..A8 received source=grid proactive:=true unit=u
10:00 B1..B12 received source=12345 unit=u
2026-06-10 10:00 C1..C17 received source=grid proactive:=true unit=u
10:00 D1..D3 received source=12345 unit=u
  counted found 2026 2025 total=17 before=8 growth="112.5 %"
  counted sources 2026 by.grid.share=8500 by.12345.share=1500
  counted found 2025 2024 growth=—
