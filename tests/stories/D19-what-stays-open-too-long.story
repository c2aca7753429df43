# Open for thirty days across units, rounds and pauses: one flag, and the supervision it starts
rows: D19 D20 F07
by: [[flag]] when = { age = "30d" }, { overdue = ... }, add = "EVENT"
set: plain
=== policies
[pauses]
legal_process = { zh = "诉讼", max = "90wd", approver = "principal" }
[[flag]]
id = "long_open"
en = "open for thirty days"
when = { age = "30d" }
add = "long_open"
tell = ["principal"]
[[flag]]
id = "far_overdue"
when = { overdue = { clock = "resolve", by = "10wd" } }
[[policy]]
id = "request"
clocks = [
  { name = "resolve", dur = "5wd", stop = "resolved" },
  { name = "review", dur = "5wd", start = "long_open", stop = "reviewed", ladder = "review" },
]
pauses = ["legal_process"]
ends = ["closed"]
[[policy]]
id = "redo"
select = { kind = "redo" }
clocks = [
  { name = "resolve", dur = "3wd", stop = "resolved" },
  { name = "review", dur = "5wd", start = "long_open", stop = "reviewed", ladder = "review" },
]
ends = ["closed"]
triggers = ["answer_unsolved"]
[[ladder]]
id = "review"
stop_on = ["reviewed"]
steps = [{ at = "due", slip = "red", to = ["principal"], via = ["im"] }]
===

2026-05-04 09:00 W1 registered
09:00 W1 dispatched unit=u
05-05 10:00 W1 dispatched unit=v
05-06 10:00 W1 paused reason=legal_process approver=principal evidence=x
05-20 10:00 W1 resumed
05-21 10:00 W1 resolved
11:00 W1 answered solved=no
  event redo
05-22 10:00 W1 forwarded to=w
  # Forwarding stops nothing.
  clock resolve running round=2 due="2026-05-26 18:00"
  ticket unit=v unknown_kinds=1
06-03 08:59 nothing
06-03 09:00 flag long_open evidence.since="2026-05-04T09:00:00+00:00" evidence.units:="[\"u\",\"v\"]" evidence.rounds=2 evidence.pauses=1 add=long_open
  event long_open reason=long_open
  message staff.flag -> principal im
  clock review running due="2026-06-10 18:00"
06-09 18:00 flag far_overdue evidence.clock=resolve evidence.overdue_by=10wd
06-10 18:00 slip red review due -> principal im
06-11 10:00 W1 reviewed
06-11 11:00 W1 resolved
  clock review late
  ticket flags.#=2
08-30 00:00 nothing
