# A request of a public holiday counts from the next opening, to the second
rows: S02
by: [calendar] holidays, outside_start; working-time clocks
set: plain
=== policies
timezone = "Europe/Berlin"
[calendar]
work_hours = [["08:00", "20:00"]]
holidays = ["2016-11-01"]
[[policy]]
id = "request"
clocks = [
  { name = "first_response", dur = "2wh", stop = "replied" },
  { name = "update", dur = "20wh", stop = "replied" },
]
===

# 13:56:21 UTC; the 21 seconds do not leak in.
2016-11-01 14:56:21 W1 dispatched unit=u
  clock first_response running due="2016-11-02 10:00"
  clock update running due="2016-11-03 16:00"
