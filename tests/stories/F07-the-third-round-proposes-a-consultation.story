# The third round proposes a consultation once; then nothing is sent back by itself, and what becomes of it is decided
rows: F07 D08
by: redo max_rounds, last_round = "waits"; events consult_proposed, review_decided
set: plain
=== policies
[[policy]]
id = "request"
ends = ["evaluated"]
[[policy]]
id = "redo"
select = { kind = "redo" }
clocks = [{ name = "resolve", dur = "3wd", stop = "resolved" }]
ends = ["evaluated", "struck_off"]
max_rounds = 3
last_round = "waits"
triggers = ["answer_unsolved", "qa_rejected"]
===

2026-05-04 09:00 W1 dispatched unit=u
10:00 W1 resolved
11:00 W1 answered solved=no
  event redo reason=answer_unsolved
  ticket round=2
05-05 10:00 W1 resolved
11:00 W1 qa_rejected
  event redo reason=qa_rejected
  event consult_proposed reason=last_round
  ticket round=3
05-06 10:00 W1 resolved
11:00 W1 answered solved=no
  # Never endless: no fourth round, and no end that calls it settled either.
  no event evaluated
  ticket round=3 stage=resolved
05-07 10:00 W1 redo reason=qa_rejected
  refused redo "all 3 rounds are used; the matter needs a consultation"
05-11 10:00 W1 review_decided decision=redo by=panel
  ticket round=4
  clock resolve running round=4
05-12 10:00 W1 resolved
11:00 W1 answered solved=no
  ticket round=4 stage=resolved
05-13 10:00 W1 review_decided decision=stands by=panel
  event evaluated reason=review_decided
  ticket stage=ended
06-30 00:00 nothing
