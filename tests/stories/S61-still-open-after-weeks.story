# A resident whose request is open after four weeks is asked once whether it still matters
rows: S61
by: clock on_due = "EVENT"; [[policy]] tell
set: plain
=== policies
[[policy]]
id = "request"
clocks = [
  { name = "resolve", dur = "60wd", stop = "resolved" },
  { name = "check_in", dur = "28d", start = ["dispatched", "ask_again"], stop = ["resolved", "still_open"], again = true, on_due = "still_open" },
]
tell = { still_open = { template = "resident.still_open", each = true } }
ends = ["resolved"]
=== texts
[resident.still_open]
zh = "{{ sig }}您的诉求{{ no }}仍在办理,如已解决请回复1。"
en = "{{ sig }}Request {{ no }} is still open. If it is solved, reply 1."
===

2026-04-01 10:00 W1 dispatched unit=u phone=13900001111
10:00 W2 dispatched unit=u phone=13900002222
04-20 10:00 W2 resolved
04-29 10:00
  event still_open
  message resident.still_open -> resident sms
  says "W1"
  no event still_open of=W2
# Looked at again and again, nothing more is sent.
04-29 11:00 W1 progress
05-10 11:00 W1 progress
06-20 00:00 nothing
