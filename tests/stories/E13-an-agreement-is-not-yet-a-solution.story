# Agreed between the parties is not solved: only the resident's own answer makes it so
rows: E13 E23
by: answers of the resident alone make `evaluated`; `data.outcome` of the filing is a note
set: plain
=== policies
[[policy]]
id = "request"
ends = ["evaluated", "callback_closed"]
[[policy]]
id = "redo"
select = { kind = "redo" }
clocks = [{ name = "resolve", dur = "3wd", stop = "resolved" }]
ends = ["evaluated", "callback_closed"]
max_rounds = 3
triggers = ["answer_unsolved"]
===

2026-05-07 09:00 W1 dispatched unit=u
10:00 W1 resolved outcome=agreement
  ticket stage=resolved answers.#=0 ended=none
  no event evaluated
05-11 10:00 W1 callback_closed outcome=unreached
  # Nobody reached: not solved, not satisfied, simply not known.
  ticket stage=ended answers.#=0
2026-05-12 09:00 W2 dispatched unit=u
10:00 W2 resolved outcome=agreement
11:00 W2 answered solved=yes satisfied=no
  # Solved and satisfied are two answers; solved and not satisfied is a legal pair.
  event evaluated
  ticket stage=ended answers.0.solved=yes answers.0.satisfied=no
2026-05-13 09:00 W3 dispatched unit=u
10:00 W3 resolved
11:00 W3 answered satisfied=no
  # One question left open is not answered by the other.
  ticket stage=resolved answers.0.solved=none answers.0.satisfied=no
06-30 00:00 nothing
