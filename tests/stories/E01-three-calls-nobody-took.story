# Three calls of one number that nobody took make one callback task; a call that got through begins anew, and a fourth one makes no second task
rows: E01
by: [[policy]] trigger = { count = 3, window = "24h", reset_on = "connected", per = "phone_hash" }
set: cn

2026-05-07 09:30 C1 missed_call phone_hash=7c01
09:34 C2 missed_call phone_hash=7c01
09:36 C3 connected phone_hash=7c01
09:40 C4 missed_call phone_hash=7c01
09:45 C5 missed_call phone_hash=9e44
09:50 C6 missed_call phone_hash=7c01
  table journal 0 kind=triggered
09:55 C7 missed_call phone_hash=7c01
  table journal 1 kind=triggered
10:05 C8 missed_call phone_hash=7c01
  table journal 1 kind=triggered
