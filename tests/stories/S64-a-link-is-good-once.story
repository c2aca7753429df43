# A link that was answered says so, one nobody made is an error, and neither changes anything
rows: S64 E04
by: links: single use, stored as a hash; GET /r/{token} changes nothing
set: cn

2026-05-07 09:12 W1 dispatched unit=cx-scjg category=咨询 phone=13900001234
  slip task -> liaison im sms
09:30 W1 accepted
10:00 W1 resolved
  message resident.ask -> resident sms
10:05 resident(W1) opens
  page 200 "W1"
  no event answered
10:06 link /r/AAAAAAAAAAAAAAAA opens
  page 404
10:10 resident(W1) answers solved=yes satisfied=yes
  page 200
  event answered solved=yes
  ticket stage=ended
10:20 resident(W1) opens
  page 410
10:21 resident(W1) answers solved=no
  page 410
  ticket stage=ended round=1
05-20 09:00 nothing
