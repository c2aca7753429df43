# A leader's instruction stands beside the ticket: progress every two days, the leader's own due, and only the leader's office ends it
rows: D04 D16
by: [[policy]] select.kind = "leader": outlives, only, recur_until, override
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "5wd", stop = "resolved" }]
ends = ["closed"]
[roles]
office = { en = "Leader's office", zh = "领导联络员", level = 6 }
[[policy]]
id = "leader"
select = { kind = "leader" }
outlives = true
enforce = true
only = { leader_confirmed = ["office"], withdrawn_by_leader = ["office"] }
clocks = [
  { name = "progress", dur = "2wd", stop = "progress_report", recur_until = "leader_confirmed", ladder = "progress" },
  { name = "resolve",  dur = "5wd", override = "instruction_due", ladder = "leader" },
]
ends = ["leader_confirmed", "withdrawn_by_leader"]
[[ladder]]
id = "progress"
stop_on = ["progress_report", "leader_confirmed"]
steps = [{ at = "due", slip = "yellow", to = ["deputy"], via = ["im"] }]
[[ladder]]
id = "leader"
stop_on = ["leader_confirmed", "withdrawn_by_leader"]
steps = [
  { at = "start",   slip = "task", to = ["principal"], via = ["im"] },
  { at = "due",     slip = "red",  to = ["principal"], via = ["im"] },
  { at = "due+1wd", slip = "green", to = ["office"],   via = ["email"], repeat = { every = "1wd", max = 3 } },
]
===

2026-03-02 10:00 W1 dispatched unit=u
03-03 10:00 W1 instructed leader=L1 instruction_due=@2026-03-10T18:00:00
  slip task resolve start -> principal im
  ticket overlays.0.name=leader
03-05 10:00 W1 progress_report
03-06 10:00 W1 resolved
03-06 11:00 W1 closed
  ticket stage=ended
# The unit says it is done; that ends nothing of the instruction.
12:00 W1 leader_confirmed
  refused leader_confirmed "needs one of: office"
12:30 W1 leader_confirmed by_role=principal
  refused leader_confirmed "`principal` may not say `leader_confirmed`"
03-09 18:00 slip yellow progress due -> deputy im
# Unanswered by its due: the principal at once, the leader's office next morning.
03-10 18:00 slip red resolve due -> principal im
03-11 09:00 slip green resolve due+1wd -> office email
03-12 09:00 slip green resolve due+1wd repetition=1 -> office email
10:00 W1 leader_confirmed by_role=office
  ticket overlays.0.ended.by=leader_confirmed
06-30 00:00 nothing
