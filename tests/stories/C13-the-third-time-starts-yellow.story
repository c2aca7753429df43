# The same caller about the same thing for the third time in 90 days: at once a yellow notice, with the number and the first ticket named
rows: C13
by: [[trigger]] count = 3, window = "90d", with; a clock that starts at `repeated`
set: plain
=== policies
[[policy]]
id = "request"
clocks = [
  { name = "resolve", dur = "5d", stop = "resolved", ladder = "work" },
  { name = "again", dur = "1d", start = "repeated", stop = "resolved", ladder = "yellow" },
]
ends = ["closed"]
[[ladder]]
id = "work"
steps = [{ at = "start", slip = "task", to = ["agent"], via = ["im"] }]
[[ladder]]
id = "yellow"
steps = [{ at = "start", slip = "yellow", to = ["deputy"], via = ["im"] }]
[[trigger]]
id = "repeat_caller"
on = ["dispatched"]
key = ["caller", "item"]
count = 3
distinct = true
window = "90d"
add = "repeated"
to = "this"
with = { repeat_no = "{count}", repeat_of = "{first}" }
[[trigger]]
id = "repeat_place"
on = ["dispatched"]
key = ["place", "item"]
count = 3
distinct = true
window = "90d"
add = "repeated"
to = "this"
with = { repeat_no = "{count}", repeat_of = "{first}" }
===

2026-03-02 10:00 W1 dispatched unit=u item=heating phone=13800000001
  slip task -> agent im
10:30 W1 resolved
10:40 W1 closed
04-01 10:00 W2 dispatched unit=u item=heating phone="+86 138-0000-0001"
  slip task -> agent im
  no event repeated
# Somebody else, and the same caller about something else.
04-02 10:00 W3 dispatched unit=u item=heating phone=13800000002
  slip task -> agent im
10:05 W4 dispatched unit=u item=water phone=13800000001
  slip task -> agent im
05-07 10:00 W5 dispatched unit=u item=heating phone=13800000001
  W5: slip task resolve start -> agent im
  W5: slip yellow again start -> deputy im
  W5: event repeated repeat_no=3 repeat_of=W1
# 91 days after the first one only two are left in the window.
06-05 10:00 W6 dispatched unit=u item=heating phone=13800000001
  W6: slip task resolve start -> agent im
  W6: slip yellow again start -> deputy im
  W6: event repeated repeat_no=3 repeat_of=W2
# A place stands for a caller who does not leave a number.
06-08 10:00 W7..W8 dispatched unit=u item=noise place=gate-7
  W7..W8: slip task resolve start -> agent im
10:10 W9 dispatched unit=u item=noise place=gate-7
  slip task resolve start -> agent im
  slip yellow again start -> deputy im
06-09 00:00 nothing
