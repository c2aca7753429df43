# Three questions, each for itself: solved and not satisfied is legal, a question left open stays open, five grades count as three, and the resident's own word beats the first answer for three days
rows: E06 E07 E22 E23
by: [reply] grades, own_within, call_required; answers are kept question by question
set: cn
=== policies
[reply]
call_required = true
own_within = "72h"
grades = [
  { id = "great", zh = "非常满意", en = "Very satisfied", counts = "satisfied" },
  { id = "good", zh = "满意", en = "Satisfied", counts = "satisfied" },
  { id = "fair", zh = "基本满意", en = "Fairly satisfied", counts = "mostly" },
  { id = "bad", zh = "不满意", en = "Not satisfied", counts = "unsatisfied" },
  { id = "awful", zh = "非常不满意", en = "Not satisfied at all", counts = "unsatisfied" },
]
[[policy]]
id = "redo"
triggers = ["answer_unsolved"]
===

2026-05-19 09:12 W1..W3 dispatched unit=cx-scjg category=投诉 urgency=一般
  W1: slip task accept start -> liaison im sms
  W2: slip task accept start -> liaison im sms
  W3: slip task accept start -> liaison im sms
09:20 W1..W3 accepted
09:30 W1..W3 contacted
10:00 W1..W3 resolved
# Typed in by the desk without the record of its call: not an answer.
10:10 W1 answered solved=yes satisfied=满意
  refused answered "record of the call"
# Solved, and not satisfied at all: a legal pair; here only an unsolved matter goes back.
10:20 W1 answered solved=yes satisfied=非常不满意 call=rec-1
  event evaluated
  ticket stage=ended answers.0.solved=yes answers.0.satisfied=unsatisfied answers.0.grade=awful answers.0.contacted=none
# Only the first question: the two others are nobody's to guess.
10:30 W2 answered contacted=no call=rec-2
  ticket stage=resolved answers.0.contacted=no answers.0.solved=none answers.0.satisfied=none
10:40 W2 answered contacted=yes solved=yes call=rec-3
  # The open question is filled, the answered one stands.
  event evaluated
  ticket stage=ended answers.#=1 answers.0.contacted=no answers.0.solved=yes answers.0.satisfied=none
# Two ratings in one round: the second by the resident's own hand replaces the first, which is kept.
10:50 W3 answered solved=yes satisfied=great call=rec-4
  event evaluated
11:00 W3 answered satisfied=bad call=rec-5
  refused answered "the first one counts"
05-22 10:49 W3 answered satisfied=bad via=link
  ticket stage=ended answers.#=1 answers.0.satisfied=unsatisfied answers.0.first.satisfied=satisfied answers.0.solved=yes
10:51 W3 answered satisfied=great via=link
  refused answered "the first one counts"
06-30 00:00 nothing
