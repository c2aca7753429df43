# An emergency tells several levels at once by voice first, through the night; who takes it stops the repeats, the reports go on until it is over
rows: F08
by: [[ladder]] night, via in order, repeat; acknowledged with noise.receipt_suppresses; recur_until
set: plain
=== policies
[quiet.staff]
hours = ["21:00", "08:00"]
rest_days = true
[noise]
receipt_suppresses = true
[[policy]]
id = "emergency"
select = { urgency = "emergency" }
clocks = [
  { name = "accept",   dur = "10m", ladder = "accept" },
  { name = "progress", dur = "2h", stop = "progress_report", recur_until = "resolved", ladder = "report" },
  { name = "resolve",  dur = "4h", stop = "resolved" },
]
ends = ["closed", "handed_to_110_119_120_122"]
[[ladder]]
id = "accept"
night = true
stop_on = ["accepted", "handed_to_110_119_120_122"]
steps = [
  { at = "start",   slip = "task",   to = ["agent", "section"], via = ["voice", "sms"] },
  { at = "due",     slip = "yellow", to = ["deputy", "principal"], via = ["voice", "sms"] },
  { at = "due+10m", slip = "red",    to = ["hotline"], via = ["voice"], repeat = { every = "10m", max = 6 } },
]
[[ladder]]
id = "report"
night = true
stop_on = ["progress_report"]
steps = [{ at = "due", slip = "red", to = ["principal"], via = ["voice"] }]
===

2026-03-07 23:00 W1 dispatched unit=u urgency=emergency
  slip task accept start -> agent voice sms, section voice sms
23:10 slip yellow accept due -> deputy voice sms, principal voice sms
23:20 slip red accept due+10m -> hotline voice
23:30 slip red accept due+10m repetition=1 -> hotline voice
23:33 W1 acknowledged clock=accept by=hotline
# Seen is not accepted: the clock runs on, the calls stop.
23:59 clock accept overdue
03-08 00:30 W1 accepted
  clock accept late
01:00 slip red progress due -> principal voice
01:10 W1 progress_report
  clock progress running due=03:10 turn=1
03:00 W1 progress_report
  clock progress running due=05:00 turn=2
03:30 W1 resolved
  clock progress met
  clock resolve late
04:00 W1 closed
# A matter of the police is handed over, and that is recorded.
05:00 W2 dispatched unit=u urgency=emergency
  slip task accept start -> agent voice sms, section voice sms
05:04 W2 handed_to_110_119_120_122 by=desk
  ticket stage=ended
04-30 00:00 nothing
