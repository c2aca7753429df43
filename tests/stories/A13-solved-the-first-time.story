# A ticket that came back is not solved the first time: rounds, reopening and repeats are counted
rows: A13
by: rounds of the fold, `repeated`; redo.triggers repeat_within_30d
set: plain
=== policies
[[policy]]
id = "request"
ends = ["evaluated"]
[[policy]]
id = "redo"
select = { kind = "redo" }
clocks = [{ name = "resolve", dur = "3wd", stop = "resolved" }]
ends = ["evaluated"]
max_rounds = 3
triggers = ["answer_unsolved", "repeat_within_30d"]
===

2026-05-07 09:00 W1 dispatched unit=u
09:30 W1 visit note="looked at on site"
  ticket contacts=1
10:00 W1 resolved
11:00 W1 answered solved=yes satisfied=yes
  event evaluated
  ticket stage=ended rounds.#=1
# The same matter comes again: the ticket is open again, in its second round.
05-20 09:00 W1 repeat_within_30d
  event redo reason=repeat_within_30d
  ticket round=2 rounds.-1.reason=repeat_within_30d stage=dispatched
  clock resolve@ running round=2
05-21 10:00 W1 resolved
  clock resolve met round=2
05-21 11:00 W1 answered solved=yes
  ticket stage=ended rounds.#=2 answers.#=2
# Another ticket stays with one round.
05-22 09:00 W2 dispatched unit=u
10:00 W2 resolved
11:00 W2 answered solved=yes
  ticket stage=ended rounds.#=1
06-30 00:00 nothing
