# An answer owes the next word in four hours; a message of the resident owes an answer in two
rows: S13
by: clock start = [...], again = true; each stops the other's cause
set: plain
=== policies
[[policy]]
id = "request"
clocks = [
  { name = "response", dur = "2h", start = ["dispatched", "resident_wrote"], stop = "replied", again = true },
  { name = "keep_in_loop", dur = "4h", start = "replied", stop = ["resident_wrote", "replied", "resolved"], again = true },
]
===

2026-05-07 10:00 W1 dispatched unit=u
  clock response due=12:00
  no clock keep_in_loop
11:00 W1 replied
  clock response met
  clock keep_in_loop running due=15:00
14:00 W1 replied
  clock keep_in_loop running due=18:00
15:00 W1 resident_wrote
  clock keep_in_loop met
  clock response running due=17:00
