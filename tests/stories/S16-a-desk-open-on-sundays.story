# A desk that opens on Sundays counts from Sunday; under hours of another day the same ticket counts from that day
rows: S16
by: [calendar] rest, work_hours; duban policy apply
set: plain
=== policies
[calendar]
rest = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
work_hours = [["09:00", "17:00"]]
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "1wh", stop = "resolved" }]
===

2007-01-01 08:00 W1 dispatched unit=u
  clock resolve due="2007-01-07 10:00"
08:30 reload
  === policies
  [calendar]
  rest = ["Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
  ===
08:31 apply
  clock resolve running due="2007-01-01 10:00"
