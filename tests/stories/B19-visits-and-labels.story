# Visits count as contact; who handles a ticket can only propose that it is unreasonable
rows: B19
by: event `visit`; label_proposed, label_approved, label_refused
set: plain
=== policies
[[policy]]
id = "request"
clocks = [
  { name = "contact", dur = "1wd", stop = ["contacted", "visit"] },
  { name = "resolve", dur = "5wd", stop = "resolved" },
]
===

2026-05-07 09:00 W1 dispatched unit=u
10:00 W1 visit type=persuade unit=u by=op-1
  clock contact met
  ticket contacts=1
10:30 W1 label_proposed label=unreasonable unit=u by=op-1
  ticket labels.0.state=proposed
10:40 W1 label_approved label=unreasonable unit=u by=op-2
  refused label_approved "who handles the ticket may not decide on its label"
10:50 W1 label_approved label=unreasonable by=op-1
  refused label_approved "who handles the ticket may not decide on its label"
  ticket labels.0.state=proposed
11:00 W1 label_approved label=unfounded by=sup-7
  refused label_approved "no label `unfounded` was proposed on this ticket"
11:10 W1 label_approved label=unreasonable by=sup-7
  ticket labels.0.state=approved
06-30 00:00 nothing
