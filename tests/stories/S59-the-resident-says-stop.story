# STOP: no reminder, no question, nothing; START: what still has its reason comes again
rows: S59
by: [reply] stop, start
set: cn

2026-05-19 09:12 W1 dispatched unit=cx-scjg category=投诉 urgency=一般 phone=13800000000
  slip task accept start -> liaison im sms
09:20 W1 accepted
09:30 W1 contacted
10:00 W1 resolved
  message resident.ask -> resident sms
11:00 W1 answered digits=stop
  refused answered "asks for no more messages"
  ticket callback.opted_out=true answers.#=0
05-20 10:30 nothing
11:00 W1 answered digits=START
  refused answered "asks for messages again"
  message resident.eval_remind -> resident sms
11:10 W1 answered digits=1
  event evaluated
  ticket stage=ended
06-30 00:00 nothing
