# A matter that cannot be solved now is hung with approval, reviewed, and put back by its expiry with exactly the working time that remained
rows: F04
by: [[policy]] select.kind = "hung": admit, recur_until, on_due = "reactivate", close, enforce
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "5wd", stop = "resolved", ladder = "resolve" }]
ends = ["closed", "struck_off"]
[[policy]]
id = "hung"
select = { kind = "hung" }
enforce = true
stands_still = ["resolve"]
admit = { approver = ["principal", "hotline"], reasons = ["legacy", "funds"], plan_required = true, resident_notice = true }
clocks = [
  { name = "review", dur = "22wd", stop = "reviewed", recur_until = "struck_off", ladder = "review" },
  { name = "expiry", dur = "60d", stop = "struck_off", on_due = "reactivate" },
]
extension = { max = 1, each = "30d", total = "30d", approver = ["hotline"] }
close = { requires = ["proof", "resident_callback", "city_sup_approved"], attachments_min = 1 }
ends = ["struck_off"]
[[ladder]]
id = "resolve"
steps = [
  { at = "due",     slip = "yellow", to = ["deputy"],    via = ["im"] },
  { at = "due+1wd", slip = "red",    to = ["principal"], via = ["im"] },
]
[[ladder]]
id = "review"
steps = [{ at = "due", slip = "green", to = ["agent"], via = ["im"] }]
=== texts
[resident.hung]
zh = "{{ sig }}您的诉求{{ no }}暂不具备办理条件,已列入挂账推进。"
en = "{{ sig }}Request {{ no }} cannot be solved now. It is on the long-term list."
===

2026-03-02 10:00 W1 dispatched unit=u phone=13900001111
  clock resolve running due="2026-03-09 18:00"
2026-03-02 10:00 W2 dispatched unit=u
2026-03-02 10:00 W3 dispatched unit=u
03-04 09:00 W1 hung
  refused hung "lacks: approver, reason, plan"
  clock resolve running
10:00 W1 hung approver=deputy reason=legacy plan="in three steps"
  refused hung "`deputy` may not say `hung`"
11:00 W1 hung approver=principal reason="too hard" plan="in three steps"
  refused hung "`too hard` is not one the ledger takes"
# Five days of nine hours, less 8 h, 9 h and 9 h used: 27 h and the rest of the 6th remain.
03-05 18:00 W1 hung approver=principal reason=legacy plan="in three steps" leader=ann
  message resident.hung -> resident sms
  says "已列入挂账推进"
  ticket overlays.0.admission.reason=legacy overlays.0.admission.leader=ann
  clock expiry running due="2026-05-04 18:00"
  clock review running due="2026-04-06 18:00"
03-06 09:00 W1 hung approver=principal reason=legacy plan="again"
  refused hung "in the ledger already"
# Two others: one is overdue already, one is struck off.
03-09 18:00
  W2: slip yellow resolve due -> deputy im
  W3: slip yellow resolve due -> deputy im
03-09 19:00 W2 hung approver=hotline reason=funds plan="next budget"
03-09 19:00 W3 hung approver=hotline reason=funds plan="next budget"
03-10 10:00 W3 struck_off proof=photo
  refused struck_off "lacks: resident_callback, city_sup_approved, attachments (at least 1)"
03-10 11:00 W3 struck_off proof=photo resident_callback=yes by_role=city_sup attachments:=1
  ticket overlays.0.ended.by=struck_off stage=ended
# No overdue slips in between; the review reminds, and comes again after each review.
04-06 18:00 W1: slip green review due -> agent im
04-07 10:00 W1 reviewed
  clock review running due="2026-05-07 18:00" turn=1
04-08 18:00 W2: slip green review due -> agent im
04-09 10:00 W2 reviewed
04-09 11:00 W2 extended clock=expiry approver=agent
  refused extended "`agent` may not approve this"
04-09 12:00 W2 extended clock=expiry approver=hotline
  clock expiry running due="2026-06-07 19:00"
# The expiry puts W1 back: two working days remained.
05-04 18:00
  W1: event reactivated
  W1: clock resolve running due="2026-05-06 18:00"
  W1: clock review cancelled
  W1: ticket overlays.0.ended.by=reactivated
05-06 18:00 W1: slip yellow resolve due -> deputy im
05-07 09:00 W1: slip red resolve due+1wd -> principal im
10:00 W1 closed
05-11 18:00 W2: slip green review due -> agent im
05-12 10:00 W2 reviewed
# W2 was overdue when it was hung and still is: the next step comes at once.
06-07 19:00
  W2: event reactivated
  W2: clock resolve overdue due="2026-03-09 18:00"
  W2: slip red resolve due+1wd -> principal im
06-08 10:00 W2 closed
12-31 00:00 nothing
