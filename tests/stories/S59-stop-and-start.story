# A resident who replies STOP is sent nothing more until START
rows: S59 S66
by: [reply] stop, start
set: plain
=== policies
[[policy]]
id = "request"
clocks = [
  { name = "resolve", dur = "5wd", stop = "resolved" },
  { name = "callback", dur = "3d", start = "resolved", stop = "evaluated", mode = "sms_only" },
]
tell = { accepted = { template = "resident.taken", each = true } }
ends = ["evaluated"]
=== texts
[resident.taken]
zh = "{{ sig }}您的诉求{{ no }}已受理。"
en = "{{ sig }}Your request {{ no }} is in hand."
===

2026-05-07 10:00 W1..W2 dispatched unit=u phone=13900001111
10:10 W1 accepted
  message resident.taken -> resident sms
  says "W1"
10:20 W1 answered digits=STOP
  refused answered "asks for no more messages"
10:30 W1 accepted
  nothing
11:00 W1 resolved
  journal asked outcome=opted_out
  no clock callback state=met
11:00 W2 resolved
  W2: message resident.ask -> resident sms
# Another ticket of the same resident, who wants messages again.
12:00 W3 dispatched unit=u phone=13900001111
12:01 W3 answered digits=STOP
  refused answered "no more messages"
12:02 W3 answered digits=START
  refused answered "messages"
12:10 W3 accepted
  message resident.taken -> resident sms
