# A ladder whose middle step was taken out goes from the first to the last; nobody is skipped for ever
rows: S32
by: duban policy apply: steps that have fired stay fired, others are placed anew
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "1h", stop = "resolved", ladder = "three" }]
[[ladder]]
id = "three"
steps = [
  { at = "start", slip = "task", to = ["agent"], via = ["im"] },
  { at = "start+20m", slip = "green", to = ["deputy"], via = ["im"] },
  { at = "start+40m", slip = "red", to = ["principal"], via = ["im"] },
]
===

2026-05-07 10:00 W1 dispatched unit=u
  slip task resolve -> agent im
10:10 reload
  === policies
  [[ladder]]
  id = "three"
  steps = [
    { at = "start", slip = "task", to = ["agent"], via = ["im"] },
    { at = "start+40m", slip = "red", to = ["principal"], via = ["im"] },
  ]
  ===
10:11 apply
10:40 slip red resolve start+40m -> principal im
11:30 nothing
