# Priority care: called sooner, called only and never sent a question; the tag itself is in no message
rows: E21
by: policy `callback` care_tag; attribute tag `care`; clock variant
set: cn
=== policies
[[policy]]
id = "general"
clocks = [{ name = "contact", variants = [{ select = { care = "true" }, dur = "2h" }] }]
===

2026-05-19 09:12 W1 dispatched unit=cx-scjg category=投诉 urgency=一般 phone=13800000000 care:=true
  slip task accept start -> liaison im sms
  says not "care"
  slip nudge contact due-2wh
  clock contact running due=11:12
09:20 W1 accepted
09:30 W1 contacted
10:00 W1 resolved
  no journal duban.asked
10:30 W1 callback_tried result=unanswered
  no journal duban.asked
15:00 W1 callback_tried result=unanswered
  event callback_closed outcome=unreached
  ticket stage=ended callback.evaluations.0.outcome=unreached
06-30 00:00 nothing
