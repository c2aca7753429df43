# Each working day a unit's head gets three lists in the morning and a closing list in the evening, and nothing where nothing is to tell
rows: D17
by: [[schedule]] every = "workday", list sections due_today and slips
set: cn
=== policies
[[schedule]]
id = "morning"
zh = "今日三单"
en = "Today's three lists"
every = "workday"
at = "08:30"
list = { to = ["principal"], via = ["email"], sections = [
  { id = "sign",  zh = "应签收", en = "to accept",  due_today = "accept" },
  { id = "clear", zh = "应办结", en = "to resolve", due_today = "resolve" },
  { id = "sup",   zh = "督办",   en = "supervised", slips = ["yellow", "red"] },
] }
[[schedule]]
id = "evening"
zh = "日清单"
en = "Closing list"
every = "workday"
at = "17:30"
list = { to = ["principal"], via = ["email"], sections = [
  { id = "done", zh = "今日办结归档", en = "ended today", ended_today = true },
  { id = "left", zh = "今日未办结",   en = "left over",   due_today = "resolve" },
] }
===

# Sunday the 20th of September 2026 is a make-up working day; Saturday the 19th is not.
2026-09-18 17:30 W1 dispatched unit=cx-scjg category=投诉/电梯 urgency=一般
  slip task accept start -> liaison im sms
09-20 08:30 ~schedule/morning: message staff.list -> p08 email
  says "应签收"
  says "W1"
# One tap in the mail says that they have it.
08:35 p08 opens
  page 200 "今日三单"
08:40 W1 accepted
08:50 W1 contacted
16:00 W1 resolved
16:30 W1 answered contacted=yes solved=yes satisfied=yes
17:30 ~schedule/evening: message staff.list -> p08 email
  says "今日办结归档"
# Nothing is left: no list, in the morning or in the evening.
10-12 18:00 nothing
