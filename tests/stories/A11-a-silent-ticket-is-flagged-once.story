# Five working days without anything the resident can see raise a flag and one reminder, not one per look
rows: A11
by: [[flag]] when = { silent = "5wd" }, tell
set: plain
=== policies
[[flag]]
id = "silent"
zh = "多日未答复"
en = "nothing for the resident to see in days"
when = { silent = "5wd" }
tell = ["agent"]
via = ["im"]
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "60wd", stop = "resolved" }]
ends = ["resolved"]
===

2026-05-07 09:00 W1 dispatched unit=u
05-08 10:00 W1 progress
  # Work inside the unit is nothing the resident sees.
05-14 17:59 nothing
05-14 18:00 flag silent evidence.silent_since="2026-05-07T09:00:00+00:00" evidence.longer_than=5wd
  message staff.flag -> agent im
  says "nothing for the resident to see in days"
05-20 00:00 nothing
  ticket flags.#=1
# A visible event arms it again.
05-21 10:00 W1 contacted
05-28 18:00 flag silent
  message staff.flag -> agent im
  ticket flags.#=2
06-01 10:00 W1 replied text="the part is ordered"
06-02 10:00 W1 resolved
08-01 00:00 nothing
