# Waiting for five households to agree: with evidence and approval, at most so long, and the resident's time goes on
rows: E12
by: [pauses], [permits] unnamed_approver, missing_evidence; pause_limit
set: plain
=== policies
[permits]
unnamed_approver = "refuse"
missing_evidence = "refuse"
[pauses]
await_consent = { zh = "征求相关住户同意", max = "3wd", approver = "deputy", evidence = "list_of_households" }
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "5wd", ladder = "resolve" }]
pauses = ["await_consent"]
pause_limit = { max = 2, total = "4wd" }
extension = { max = 1, each = "2wd", total = "2wd", before_due = "4wh", daily_cutoff = "17:00", approver = ["deputy"] }
ends = ["closed"]
[[ladder]]
id = "resolve"
stop_on = ["resolved"]
steps = [{ at = "due", slip = "yellow", to = ["agent"], via = ["im"] }]
===

2026-05-07 09:00 W1 registered
09:00 W1 dispatched unit=u
  clock resolve running due="2026-05-14 18:00"
10:00 W1 paused reason=await_consent list_of_households=5
  refused paused "nobody is named who approved this; it takes one of: deputy"
10:05 W1 paused reason=await_consent approver=agent list_of_households=5
  refused paused "`agent` may not approve this; it takes one of: deputy"
10:10 W1 paused reason=await_consent approver=deputy
  refused paused "the evidence is missing: `data.list_of_households`"
10:20 W1 paused reason=lunch approver=deputy evidence=x
  refused paused "it allows: await_consent"
12:00 W1 paused reason=await_consent approver=deputy list_of_households=5
  clock resolve paused
  ticket received=09:00 pause.until="2026-05-12 18:00"
# Nobody says anything more: the pause ends by itself and the clock goes on.
05-12 18:00 event resumed
  clock resolve running due="2026-05-20 15:00"
05-13 09:00 W1 paused reason=await_consent approver=deputy list_of_households=5
  # One working day is left of the four.
  ticket pause.until="2026-05-14 18:00"
05-14 18:00 event resumed
  clock resolve running due="2026-05-22 15:00"
05-15 10:00 W1 paused reason=await_consent approver=deputy list_of_households=5
  refused paused "all 2 pauses of this round are used"
05-21 14:00 W1 extension_asked
  clock resolve running
05-21 15:00 W1 extension_refused
  ticket late_requests=none
05-22 12:00 W1 extension_asked
  refused extension_asked "asked too late"
  ticket late_requests=1
05-22 12:30 W1 extended approver=deputy
  refused extended "asked too late"
  ticket late_requests=2
15:00 slip yellow resolve due -> agent im
05-25 10:00 W1 resolved
  clock resolve late
06-30 00:00 nothing
