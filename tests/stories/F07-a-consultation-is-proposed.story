# A review in the ledger that finds no way proposes a consultation; it has its own clock until there is a plan
rows: F07
by: [[policy]] on = "consult_proposed"
set: plain
=== policies
[[policy]]
id = "hung"
select = { kind = "hung" }
clocks = [{ name = "review", dur = "22wd", stop = "reviewed", recur_until = "struck_off" }, { name = "stuck", dur = "60d", stop = "struck_off", on_due = "consult_proposed" }]
ends = ["struck_off"]
[[policy]]
id = "consult_meeting"
on = "consult_proposed"
clocks = [{ name = "consult", dur = "3wd", stop = ["consulted", "ruled"], ladder = "consult" }]
ends = ["consulted", "ruled"]
[[ladder]]
id = "consult"
steps = [
  { at = "start", slip = "task", to = ["hotline"], via = ["im"] },
  { at = "due",   slip = "red",  to = ["hotline"], via = ["im"] },
]
===

2026-03-02 10:00 W1 dispatched unit=u
11:00 W1 hung approver=principal
# By itself, when the matter hangs too long ...
05-01 11:00
  event consult_proposed
  slip task consult start -> hotline im
  clock consult running due="2026-05-06 18:00"
05-05 10:00 W1 consulted by=city result=plan
  ticket overlays.1.ended.by=consulted
# ... or when somebody proposes it.
05-06 10:00 W1 consult_proposed trigger=second_dispute
  slip task consult start -> hotline im
05-11 18:00 slip red consult due -> hotline im
05-12 10:00 W1 ruled unit=u
05-13 10:00 W1 struck_off
05-13 10:01 W1 closed
08-31 00:00 nothing
