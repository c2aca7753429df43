# Three calls of one number that nobody took make one callback task in the next low-traffic slot; a call that got through begins anew, two make none
rows: E01 E02
by: policy missed_call: trigger, slots; kinds `triggered`, `slot_given`
set: cn

2026-05-07 09:30 C1 missed_call phone_hash=7c01
09:34 C2 missed_call phone_hash=7c01
09:36 C3 connected phone_hash=7c01
09:40 C4 missed_call phone_hash=7c01
09:45 C5 missed_call phone_hash=9e44
09:50 C6 missed_call phone_hash=7c01
  no event triggered
09:55 C7 missed_call phone_hash=7c01
  event triggered count=3
  event slot_given slot=@2026-05-07T10:30 until=@2026-05-07T11:45
# A fourth call belongs to the task that is there.
10:05 C8 missed_call phone_hash=7c01
  table journal 1 kind=triggered
14:55 slip nudge callback due-4wh -> p05 im
# Another number in the evening peak: the slot after it.
18:00 C9 missed_call phone_hash=9e44
18:10 C10 missed_call phone_hash=9e44
  event slot_given slot=@2026-05-07T19:00 until=@2026-05-07T20:30
  table journal 2 kind=triggered
05-08 09:55 slip green callback due -> p05 p04 im
14:00 slip nudge callback due-4wh -> p05 im
18:10 slip green callback due -> p05 p04 im
