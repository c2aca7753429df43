# Unsolved, says the resident by SMS link: within the minute a redo slip, a new round, new clocks; the old round is read-only
rows: D08 E05
by: redo.triggers answer_unsolved; event that names an earlier round (`data.round`) is refused
set: cn

2026-05-07 09:12 W1 dispatched unit=cx-scjg category=投诉/电梯 urgency=一般 phone=13800000000
  slip task accept start -> liaison im sms
09:20 W1 accepted
09:30 W1 contacted
10:00 W1 resolved
  journal duban.asked outcome=sent
  message resident.ask -> resident sms
10:30 resident(W1) answers solved=no satisfied=no
  event redo reason=rating_unsatisfied
  slip redo resolve start round=2 -> p11 p10 im sms, cc p09 im sms
  says "第2轮"
  clock resolve running round=2 policy=redo
  clock accept running round=2
  ticket round=2 answers.#=1 answers.0.round=1 answers.0.solved=no
10:40 W1 accepted
11:00 W1 contacted
11:10 W1 extended round:=1 span=1wd
  refused extended "it is about round 1, and the ticket is in round 2; earlier rounds stay as they are"
11:20 W1 resolved round:=1
  refused resolved "it is about round 1"
  clock resolve running round=2
14:00 W1 resolved round:=2
  clock resolve met round=2
15:00 W1 answered solved=yes satisfied=yes
  # The first answer is kept beside the second.
  ticket stage=ended answers.#=2 answers.0.solved=no answers.1.solved=yes
06-30 00:00 nothing
