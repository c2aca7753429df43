# "I do not know" asks whether to ask again: an empty form comes back, "no" ends the asking, "yes" asks again in four weeks
rows: S62
by: clock start = [...], again = true, on_due; rating page refuses an empty form
set: plain
=== policies
[[policy]]
id = "request"
clocks = [
  { name = "resolve", dur = "90wd", stop = "resolved" },
  { name = "check_in", dur = "28d", start = ["dispatched", "ask_again"], stop = ["resolved", "still_open"], again = true, on_due = "still_open" },
  { name = "callback", dur = "3d", start = "resolved", stop = "evaluated", mode = "sms_only" },
]
tell = { still_open = { template = "resident.still_open", each = true } }
ends = ["evaluated"]
=== texts
[resident.still_open]
zh = "{{ sig }}您的诉求{{ no }}仍在办理,如已解决请回复1。"
en = "{{ sig }}Request {{ no }} is still open. If it is solved, reply 1."
===

2026-04-01 10:00 W1..W2 dispatched unit=u phone=13900001111
04-29 10:00
  W1: event still_open
  W2: event still_open
  W1: message resident.still_open -> resident sms
  W2: message resident.still_open -> resident sms
# One does not know and wants no more of it, the other wants to be asked again.
04-29 12:00 W1 unknown
04-29 12:00 W2 ask_again
  W2: clock check_in running turn=1 due="2026-05-27 12:00"
05-27 12:00
  W2: event still_open
  W2: message resident.still_open -> resident sms
06-10 09:00 W1 resolved
  message resident.ask -> resident sms
# A form in which nothing is ticked comes back and changes nothing.
09:10 resident(W1) answers note=
  page 422
  W1: ticket stage=resolved
06-12 00:00 nothing
