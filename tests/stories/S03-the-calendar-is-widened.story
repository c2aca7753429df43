# Opening hours that begin earlier move what is still pending and leave what has ended alone
rows: S03
by: duban policy apply: clocks are placed anew, elapsed time is kept
set: plain
=== policies
timezone = "Europe/Berlin"
[calendar]
work_hours = [["08:00", "20:00"]]
holidays = ["2016-11-01"]
[[policy]]
id = "request"
clocks = [
  { name = "first_response", dur = "1wh", stop = "first_reply" },
  { name = "update", dur = "2wh", stop = "replied" },
]
===

2016-11-01 14:56:21 W1 dispatched unit=u
  clock first_response running due="2016-11-02 09:00"
15:26:36 W1 replied
  clock update met due="2016-11-02 10:00"
16:00 reload
  === policies
  [calendar]
  work_hours = [["04:00", "20:00"]]
  ===
16:01 apply
  clock first_response running due="2016-11-02 05:00"
  clock update met due="2016-11-02 10:00"
