# Two-level closing: after the callback the district centre owes the reply upstream; the ladder tells the centre, never the unit
rows: A08
by: clock `reply_upstream` with `start = ["evaluated", "callback_closed"]`; `ends`, `owner = "first"`
set: cn
=== org
[[post]]
unit = "cx"
role = ["district_centre", "liaison"]
person = "p06"
=== policies
[roles]
district_centre = { zh = "区中心", level = 5 }
[[ladder]]
id = "upstream"
stop_on = ["upstream_replied", "withdrawn", "merged"]
steps = [
  { at = "due", slip = "green", to = ["district_centre"], via = ["im"] },
  { at = "due+4wh", slip = "yellow", to = ["city_sup"], cc = ["district_centre"], via = ["im"] },
]
[[policy]]
id = "general"
ends = ["upstream_replied", "withdrawn", "merged", "struck_off"]
clocks = [{ name = "reply_upstream", start = ["evaluated", "callback_closed"], dur = "4wh", ladder = "upstream", owner = "first" }]
===

2026-05-07 09:00 W1 dispatched unit=cx category=投诉 urgency=一般
  slip task accept start unit=cx -> p06 im sms
09:12 W1 dispatched unit=cx-scjg
  slip task accept start -> liaison im sms
  no clock reply_upstream
09:20 W1 accepted
09:30 W1 contacted
10:00 W1 resolved
  clock resolve met
11:00 W1 answered solved=yes satisfied=yes via=phone
  event evaluated
  clock callback met
  clock reply_upstream running due="2026-05-07 17:00"
  ticket stage=resolved
17:00 slip green reply_upstream due unit=cx -> p06 im
05-08 12:00
  slip yellow reply_upstream due+4wh unit=cx -> p02 im, cc p06 im
12:30 W1 upstream_replied
  clock reply_upstream late
  ticket stage=ended
06-30 00:00 nothing
