# A person in several roles gets one message at the highest; two steps at one look are one message and two slips
rows: B10 S37
by: recipients; [noise] merge_same_person_within
set: cn
=== policies
[[ladder]]
id = "all"
stop_on = ["resolved"]
steps = [
  { at = "due", slip = "yellow", to = ["section_head", "deputy_head"], cc = ["handler"], via = ["im"] },
]
[[policy]]
id = "own"
select = { category = "投诉", urgency = "一般", kind = "own" }
clocks = [
  { name = "first",  dur = "1wd", ladder = "all" },
  { name = "second", dur = "1wd", ladder = "all" },
]
ends = ["resolved"]
===

2026-05-07 10:00 W1 dispatched unit=cx-cgj category=投诉 urgency=一般 kind=own
# p14 is head of section and deputy head: one message, about both slips.
05-08 18:00
  slip yellow first due -> p14 im, cc p15 im
  slip yellow second due
  journal merged person=p14
  table slip 2 kind=yellow
