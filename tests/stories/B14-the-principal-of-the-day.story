# Who holds the post when a step fires gets it; each red slip names the person who answers for it
rows: B14
by: [[post]] from, to; recipients of a slip (duban slip count --by person)
set: cn
=== policies
[[ladder]]
id = "resolve_std"
steps = [
  { at = "due",     slip = "red", to = ["principal"], via = ["im"] },
  { at = "due+1wd", slip = "red", to = ["principal"], via = ["im"] },
]
=== org
[[post]]
unit = "cx-scjg"
role = "principal"
person = "p08"
drop = true
[[post]]
unit = "cx-scjg"
role = "principal"
person = "p08"
to = "2026-05-15"
[[post]]
unit = "cx-scjg"
role = "principal"
person = "p10"
from = "2026-05-15"
===

2026-05-08 09:12 W1 dispatched unit=cx-scjg category=投诉/电梯 urgency=一般
  slip task accept start -> p11 im sms
09:20 W1 accepted
09:30 W1 contacted
05-14 18:00 slip red resolve due -> p08 im
05-15 09:00 slip red resolve due+1wd -> p10 im
  table slip 1 kind=red recipients~p08
  table slip 1 kind=red recipients~p10
05-15 11:00 W1 resolved
