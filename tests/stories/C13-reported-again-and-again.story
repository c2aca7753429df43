# The second report of the same caller about the same thing is flagged; the third is yellow at once
rows: C13
by: [[trigger]] key = [phone_hash, item], window; step also_on
set: plain
=== policies
attributes = ["item"]
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "5wd", stop = "resolved", ladder = "resolve" }]
ends = ["resolved"]
[[ladder]]
id = "resolve"
steps = [
  { at = "start", slip = "task", to = ["agent"], via = ["im"] },
  { at = "due-1wd", slip = "green", to = ["section"], via = ["im"] },
  { at = "due", slip = "yellow", to = ["deputy"], via = ["im"], also_on = "reported_often" },
]
[[trigger]]
id = "again"
zh = "重复反映"
en = "Reported again"
on = ["dispatched"]
key = ["phone_hash", "item"]
count = 2
window = "90d"
add = "reported_again"
to = "this"
with = { repeat_of = "{first}", repeat_no = "{count}" }
[[trigger]]
id = "often"
zh = "多次反映"
en = "Reported often"
on = ["dispatched"]
key = ["phone_hash", "item"]
count = 3
window = "90d"
add = "reported_often"
to = "this"
===

2026-02-02 10:00 W1 dispatched unit=u phone_hash=ab12 item=heating
  slip task -> agent im
15:00 W1 resolved
03-02 10:00 W2 dispatched unit=u phone_hash=ab12 item=heating
  slip task -> agent im
  event reported_again repeat_of=W1
15:00 W2 resolved
# Somebody else, and the same caller about something else, are not the third.
03-10 10:00 W3 dispatched unit=u phone_hash=cd34 item=heating
  slip task -> agent im
10:00 W4 dispatched unit=u phone_hash=ab12 item=noise
  slip task -> agent im
15:00 W3 resolved
15:00 W4 resolved
03-20 10:00 W5 dispatched unit=u phone_hash=ab12 item=heating
  slip task -> agent im
  slip yellow resolve due -> deputy im
  event reported_often
  no slip red
15:00 W5 resolved
# Ninety days later it is a first time again.
07-20 10:00 W6 dispatched unit=u phone_hash=ab12 item=heating
  slip task -> agent im
  no event reported_again ticket=W6
15:00 W6 resolved
