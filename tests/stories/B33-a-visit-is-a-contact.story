# A visit of the community to both parties counts as contact; its outcome stays in the journal
rows: B33
by: stop = ["contacted", "visit"] of the contact clock
set: cn
=== policies
[[policy]]
id = "own"
select = { category = "投诉", urgency = "一般", kind = "own" }
clocks = [
  { name = "contact", dur = "24h", ladder = "contact_std", stop = ["contacted", "visit"] },
  { name = "resolve", dur = "5wd", ladder = "resolve_std" },
]
ends = ["resolved"]
===

2026-05-07 10:00 W1 dispatched unit=cx-xhl category=投诉 urgency=一般 kind=own
15:00 W1 visit place=24号院 outcome=agreement
  clock contact met
  clock resolve running
  ticket unknown_kinds=0
05-08 10:00 W1 resolved
