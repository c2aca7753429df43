# The grade of a matter decides who supervises it; another grade changes only the steps that have not fired
rows: D11
by: clock variants by grade; reclassified
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "2wd", stop = "resolved", ladder = "common", variants = [{ select = { grade = "hard" }, ladder = "hard" }] }]
[[ladder]]
id = "common"
steps = [
  { at = "due",     slip = "yellow", to = ["deputy"],  via = ["im"] },
  { at = "due+1wd", slip = "red",    to = ["hotline"], via = ["im"] },
]
[[ladder]]
id = "hard"
steps = [
  { at = "due",     slip = "yellow", to = ["deputy"],    via = ["im"] },
  { at = "due+1wd", slip = "red",    to = ["principal"], via = ["im"] },
]
===

2026-03-02 10:00 W1..W2 dispatched unit=u grade=common
03-04 18:00
  W1: slip yellow resolve due -> deputy im
  W2: slip yellow resolve due -> deputy im
03-04 19:00 W2 reclassified grade=hard by=centre
03-05 09:00
  W1: slip red resolve due+1wd -> hotline im
  W2: slip red resolve due+1wd -> principal im
10:00 W1..W2 closed
06-30 00:00 nothing
