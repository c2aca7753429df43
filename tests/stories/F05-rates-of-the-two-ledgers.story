# Struck off over opening and admitted, for hung matters and for what was open too long, never mixed
rows: F05 F06
by: ledger: opening, admitted, struck off of each list by itself (M09)
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "5wd", stop = ["resolved", "hung"] }]
ends = ["closed"]
[[policy]]
id = "hung"
zh = "挂账"
en = "Hung"
select = { kind = "hung" }
clocks = [{ name = "review", dur = "120d", start = "hung", stop = "struck_off" }]
ends = ["struck_off"]
admit = { approver = ["principal"], reasons = ["history"], resident_notice = false, plan_required = false }
[[flag]]
id = "long_open"
zh = "长期未结"
en = "Open too long"
when = { age = "60d" }
===

2026-01-05 10:00 W1..W4 dispatched unit=u
01-06 10:00 W1..W3 hung approver=principal reason=history
02-10 10:00 W1 struck_off
  ledger hung 2026-01 opening=0 admitted=3 struck_off=0
  ledger hung 2026-02 opening=3 admitted=0 struck_off=1
  ledger hung 2026 opening=0 admitted=3 struck_off=1
03-06 10:00
  W2..W4: flag long_open
03-20 10:00 W4 struck_off
  ledger long_open 2026-03 struck_off=1
  ledger hung 2026-03 opening=2 admitted=0 struck_off=0
