# What is answered on the call starts no clock; what a patrol sees on video asks no resident
rows: B02 B03
by: select by answered_on_call or source; a policy without clocks; in_rates = false; [[count]]
set: cn
=== policies
[[policy]]
id = "on_call"
select = { answered_on_call = "true", category = ["咨询", "求助"] }
clocks = []
ends = ["received", "registered"]
in_rates = false
[[count]]
id = "on_call"
on = "received"
when = { answered_on_call = true }
by = "day"
===

2026-05-07 09:12 W1 received category=咨询 answered_on_call:=true
  ticket stage=ended policy=on_call
  no clock resolve
10:00 W2 dispatched unit=cx-cgj source=patrol_video
  slip task accept start -> p15 im sms
  ticket policy=proactive
10:30 W2 accepted
05-08 15:00 W2 resolved
  clock resolve met
  no clock callback
  ticket stage=ended
06-30 00:00 nothing
