# After a standstill two red orders go to the principal in one message, and each document is about its own clock
rows: B10 D01
by: [noise] merge_same_person_within, the document of a slip
set: cn

2026-05-07 09:12 W1 dispatched unit=cx-scjg category=投诉/电梯 urgency=一般
  slip task accept start -> liaison im sms
09:13 down until 2026-05-12 10:00
05-12 10:00
  slip red accept due+9wh -> p08 im sms email, cc p09 p06 im sms email
  slip red contact due+11wh
  slip green resolve due-1wd -> p11 p10 im sms
  table slip 1 clock=accept kind=red paper~"签收"
  table slip 1 clock=contact kind=red paper~"联系诉求人"
