# A lift stands still on a Sunday: natural time, somebody on site the same day; a first reply does not end the work; an evening visit is a contact
rows: E09 E11 E14 B33
by: policy `urgent`; clock `initial_reply` stop replied; `contacted`, `visit` as contact events
set: cn
=== policies
[[policy]]
id = "general"
clocks = [
  { name = "contact", stop = ["contacted", "visit", "resolved", "withdrawn", "merged"] },
  { name = "initial_reply", dur = "1wd", ladder = "contact_std", stop = "replied" },
]
===

2026-05-10 14:00 W1 dispatched unit=cx-scjg category=投诉/电梯 urgency=紧急
  slip task accept start -> liaison im sms
  clock accept running due=14:30
  clock contact running due=16:00
  clock resolve running due="2026-05-11 14:00"
14:20 W1 accepted
14:40 W1 contacted
15:10 W1 arrived place=24号院2号楼
16:30 W1 resolved
  clock resolve met
17:00 W1 answered solved=yes satisfied=yes via=phone
  event evaluated
  ticket stage=ended
# A general request: the community visits in the evening, which is a contact; the first reply stops its own clock only.
05-11 09:12 W2 dispatched unit=cx-scjg category=投诉 urgency=一般
  slip task accept start -> liaison im sms
  clock initial_reply running due="2026-05-12 18:00"
09:20 W2 accepted
16:12 slip nudge contact due-2wh -> p11 im
20:10 W2 visit by=community
  clock contact met
05-12 10:00 W2 replied
  clock initial_reply met
  clock resolve running
11:00 W2 resolved
11:30 W2 answered solved=yes satisfied=yes via=phone
  event evaluated
  ticket stage=ended contacts=1
06-30 00:00 nothing
