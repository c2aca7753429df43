# A second look two weeks after the closing finds it unsolved: a new round opens, the first answer stays
rows: E08
by: redo.triggers recheck_unsolved; overlay policy `on = "evaluated"`, `outlives = true`
set: cn
=== policies
[[ladder]]
id = "recheck_desk"
stop_on = ["rechecked"]
steps = [
  { at = "due-1wd", slip = "nudge", to = ["callback_desk"], via = ["im"] },
  { at = "due", slip = "green", to = ["callback_desk", "hotline_lead"], via = ["im"] },
]
[[policy]]
id = "recheck"
zh = "回头看"
on = "evaluated"
outlives = true
clocks = [{ name = "recheck", start = "evaluated", dur = "10wd", ladder = "recheck_desk" }]
ends = ["rechecked"]
[[policy]]
id = "redo"
triggers = ["answer_unsolved", "recheck_unsolved"]
===

2026-05-07 09:12 W1 dispatched unit=cx-scjg category=投诉 urgency=一般
  slip task accept start -> liaison im sms
09:20 W1 accepted
09:30 W1 contacted
10:00 W1 resolved
11:00 W1 answered solved=yes satisfied=yes via=phone
  event evaluated
  clock recheck running
  ticket stage=ended
05-19 09:00 slip nudge recheck due-1wd -> p05 im
05-20 10:00 W1 rechecked solved=no via=phone
  event redo reason=recheck_unsolved
  slip redo resolve start round=2 -> p11 p10 im sms, cc p09 im sms
  ticket stage=dispatched round=2 answers.0.round=1 answers.0.solved=yes rechecks.0.solved=no
