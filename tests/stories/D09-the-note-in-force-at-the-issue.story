# A slip carries the consequence note in force on the day of its issue, and keeps it
rows: D09
by: [[note]] with version, from and to; [slips] note
set: plain
=== policies
[[note]]
id = "rules"
version = "2025"
to = "2026-05-08"
zh = "按2025版规则计分。"
en = "Counted by the rules of 2025."
[[note]]
id = "rules"
version = "2026"
from = "2026-05-08"
zh = "按2026版规则计分。"
en = "Counted by the rules of 2026."
[slips]
red = { zh = "红色督办单", en = "Red order", serial = "红字", colour = "red", ask_receipt = true, note = "rules" }
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "2h", ladder = "steps", start = "dispatched", stop = ["resolved"] }]
[[ladder]]
id = "steps"
steps = [{ at = "due", slip = "red", to = ["principal"], via = ["email"] }]
===

2026-05-07 10:00 W1 dispatched unit=u
12:00 slip red note=rules@2025 -> principal email
  says "2025"
  says not "2026版"
2026-05-08 10:00 W2 dispatched unit=u
12:00 slip red note=rules@2026 -> principal email
  says "2026"
# The rules are rewritten: what was issued says what it said.
13:00 reload
=== policies
[[note]]
id = "rules"
version = "2025"
zh = "改写了。"
===
  table slip 1 ticket_no=W1 note=rules@2025 paper~按2025版规则计分
  table slip 1 ticket_no=W2 note=rules@2026 paper~按2026版规则计分
14:00 W1 resolved
14:00 W2 resolved
05-30 10:00 nothing
