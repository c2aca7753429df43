# Praise starts no clock and is no request: 63 in one month, 400 in another
rows: E17
by: [[policy]] select category, clocks = [], in_rates = false: policies/xining
set: xining

2026-04-15 10:00 W1..W63 registered category=表扬
  W1..W63: ticket policy=praise stage=ended
  no clock dispatch
  table ticket 63 policy=praise
2026-05-15 10:00 W101..W500 registered category=表扬
  table ticket 463 policy=praise
06-30 00:00 nothing
