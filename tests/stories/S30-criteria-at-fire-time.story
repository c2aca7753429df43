# Steps before and after the due fire only where their conditions hold when they are due; later ones still come
rows: S30
by: step `only_if`, `unless`: kinds that have (or have not) occurred in the round
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "4h", stop = "resolved", ladder = "four" }]
[[ladder]]
id = "four"
steps = [
  { at = "due-1h", slip = "nudge", to = ["agent"], via = ["im"], unless = ["accepted"] },
  { at = "due", slip = "green", to = ["section"], via = ["im"], only_if = ["contacted"] },
  { at = "due+1h", slip = "yellow", to = ["deputy"], via = ["im"], unless = ["contacted"] },
  { at = "due+24h", slip = "red", to = ["principal"], via = ["im"] },
]
===

2026-05-07 10:00 W1 dispatched unit=u
10:00 W2 dispatched unit=u
11:00 W1 accepted
13:00
  W1: journal suppressed slip=nudge reason~"`accepted` has occurred"
  W2: slip nudge resolve -> agent im
13:30 W2 contacted
14:00
  W1: journal suppressed slip=green reason~"`contacted` has not occurred"
  W2: slip green resolve -> section im
15:00
  W1: slip yellow resolve due+1h -> deputy im
  W2: journal suppressed slip=yellow
# A contact that was made in time and heard of late takes the slip back.
16:00 W1 contacted at=14:30
  withdrawn yellow resolve due+1h reason~"`contacted` has occurred"
05-08 14:00
  W1: slip red resolve due+24h -> principal im
  W2: slip red resolve due+24h -> principal im
