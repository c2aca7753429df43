# The desk gets a consultation first; off duty the liaison of the department does at once; unanswered it goes to liaison and section head
rows: B04 B06 A15
by: [roles] fallback; [[post]] shift; [[ladder]] desk_answer
set: cn
=== policies
[roles]
desk = { zh = "专席", level = 1, fallback = ["liaison"] }
[[ladder]]
id = "desk_answer"
stop_on = ["replied", "resolved"]
steps = [
  { at = "start", slip = "task",  to = ["desk"], via = ["im"] },
  { at = "due",   slip = "green", to = ["liaison", "section_head"], via = ["im"] },
]
[[policy]]
id = "desk"
select = { category = "咨询", kind = "专席" }
clocks = [
  { name = "desk_accept", dur = "15m", unit_time = "work", stop = ["accepted"] },
  { name = "answer", dur = "1wh", ladder = "desk_answer" },
]
ends = ["replied"]
=== org
[[unit]]
id = "cx-scjg-desk"
zh = "市监专席"
parent = "cx-scjg"
kind = "desk"
[[person]]
id = "p90"
phone = "13800000090"
[[post]]
unit = "cx-scjg-desk"
role = "desk"
person = "p90"
shift = { days = ["workdays"], hours = [["09:00", "12:00"]] }
[[post]]
unit = "cx-scjg-desk"
role = "principal"
person = "p08"
===

# On duty.
2026-05-07 10:00 W1 dispatched unit=cx-scjg-desk category=咨询 kind=专席
  slip task answer start -> p90 im
10:05 W1 accepted
  clock desk_accept met due=10:15
11:00 slip green answer due -> p11 p10 im
11:20 W1 replied
# Nobody is at the desk in the afternoon, nor on a make-up day's afternoon.
14:30 W2 dispatched unit=cx-scjg-desk category=咨询 kind=专席
  slip task answer start -> p11 im
  journal stand_in role=desk told=p11
14:40 W2 replied
# A make-up Saturday is a working day.
05-09 09:30 W3 dispatched unit=cx-scjg-desk category=咨询 kind=专席
  slip task answer start -> p90 im
09:40 W3 replied
