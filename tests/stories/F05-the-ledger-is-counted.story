# Ten matters are hung and nine struck off, two others are long open and one of them struck off: two ledgers, never mixed
rows: F05 F06 A10
by: table ledger (core::ledger); `duban ledger list --summary`
set: plain
=== policies
[[flag]]
id = "long_open"
en = "Open for thirty days"
when = { age = "30d" }
policies = ["request"]
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "5wd", stop = "resolved" }]
ends = ["closed", "struck_off"]
[[policy]]
id = "hung"
select = { kind = "hung" }
admit = { approver = ["principal"], reasons = ["legacy"], plan_required = true }
clocks = [{ name = "review", dur = "22wd", stop = "reviewed", recur_until = "struck_off" }]
ends = ["struck_off"]
===

2026-03-02 10:00 W1..W10 registered
2026-03-02 10:00 L1..L2 registered
10:01 W1..W10 dispatched unit=u
10:01 L1..L2 dispatched unit=u
03-03 10:00 W1..W10 hung approver=principal reason=legacy
  table ledger 10 list=hung lacking=plan unit=u
03-31 10:00 W1..W9 struck_off proof=photo
  table ledger 9 list=hung ended_by=struck_off
# What is flagged stands in a list of its own, with its evidence on the ticket.
04-01 10:00
  L1: flag long_open
  L2: flag long_open
  W10: flag long_open
  table ledger 3 list=long_open
04-02 10:00 L1 struck_off
  table ledger 1 list=long_open ended_by=struck_off
  table ledger 9 list=hung ended_by=struck_off
04-03 10:00 L2 closed
  table ledger 1 list=long_open ended_by=ended
04-03 11:00 W10 closed
  table ledger 2 list=long_open ended_by=ended
  table ledger 1 list=hung ended_by=ended
06-30 00:00 nothing
