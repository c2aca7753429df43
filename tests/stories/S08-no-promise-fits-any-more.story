# A change of category after which no promise fits ends the clocks and takes back the reminders that wait
rows: S08
by: event `reclassified`; a message whose reason is gone is not sent
set: plain
=== policies
default_policy = "noted"
[quiet.staff]
hours = ["21:00", "08:00"]
rest_days = true
[[policy]]
id = "request"
select = { category = ["repair"] }
clocks = [
  { name = "response", dur = "10h", stop = "replied", ladder = "one" },
  { name = "resolve", dur = "5wd", stop = "resolved", ladder = "one" },
]
[[policy]]
id = "noted"
zh = "备案"
en = "Noted"
clocks = []
ends = ["closed"]
[[ladder]]
id = "one"
steps = [{ at = "due", slip = "yellow", to = ["agent"], via = ["im"] }]
===

2026-05-07 12:00 W1 dispatched unit=u category=repair/pump
  clock response due=22:00
# The reminder waits for the morning.
22:00 slip yellow response due
  # No message yet: it is night.
23:00 W1 reclassified category=thanks
  ticket policy=noted
  no clock response state=running
  clock resolve cancelled
05-08 09:00
  dropped agent im "its reason is gone"
05-20 00:00 nothing
