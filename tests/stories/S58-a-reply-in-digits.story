# A short reply answers the question; one nobody understands answers nothing, however often it comes
rows: S58
by: [reply] digits; the first answer of a round counts
set: plain
=== policies
[[policy]]
id = "request"
clocks = [
  { name = "resolve", dur = "5wd", stop = "resolved" },
  { name = "callback", dur = "3d", start = "resolved", stop = "evaluated", mode = "sms_only" },
]
ends = ["evaluated"]
===

2026-05-07 10:00 W1 dispatched unit=u phone=13900001111
11:00 W1 resolved
  message resident.ask -> resident sms
11:10 W1 answered digits=9
  refused answered
  ticket stage=resolved answers.#=0
11:11 W1 answered digits=c
  refused answered
11:12 W1 answered digits=ok
  refused answered
11:20 W1 answered digits=1
  ticket stage=ended answers.-1.solved=yes
11:30 W1 answered digits=4
  # The resident's own later word replaces the first within its time, and opens nothing in this set.
  ticket round=1
05-20 00:00 nothing
