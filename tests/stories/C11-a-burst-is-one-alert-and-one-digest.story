# Fifty tickets about one place within the hour: one alert to the supervisor, one digest instead of a hundred messages
rows: C11
by: [[trigger]] to = ["each", "new"], kind `grouped`, [noise] digest_of_groups, dispatch merges digests
set: plain
=== policies
[noise]
digest_times = ["14:00"]
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "8h", stop = "resolved", ladder = "work" }]
ends = ["closed"]
[[ladder]]
id = "work"
steps = [
  { at = "start", slip = "task", to = ["agent"], via = ["im", "sms"] },
  { at = "due", slip = "yellow", to = ["deputy"], via = ["sms"] },
]
[[policy]]
id = "burst"
en = "Burst"
select = { kind = "burst" }
clocks = [{ name = "alert", dur = "4h", start = "triggered", stop = "acknowledged", ladder = "alert" }]
ends = ["closed"]
[[ladder]]
id = "alert"
steps = [{ at = "start", slip = "red", to = ["hotline"], via = ["sms"] }]
[[trigger]]
id = "burst"
on = ["dispatched"]
key = ["area", "item"]
count = 10
window = "1h"
once_per = "6h"
add = "grouped"
to = ["each", "new"]
opens = { kind = "burst", unit = "u" }
===

2026-05-07 09:00 W91 dispatched unit=u area=west item=lift
  # Elsewhere, or something else: told at once, as ever.
  slip task -> agent im sms
09:10 W92 dispatched unit=u area=east item=noise
  slip task -> agent im sms
10:00 W1..W50 dispatched unit=u area=west item=noise
  W1..W50: slip task resolve start
  slip red alert start policy=none -> hotline sms
  table ticket 1 no~burst-
10:20 W51 dispatched unit=u area=west item=noise
  # The group is still open: no second alert, and nothing at once.
  W51: slip task resolve start
  W51: ticket links.group~west
14:00 message staff.together -> agent digest
  says "51 notices"
  says "W1 New case"
  table outbox 102 state=sent channel=digest
  table slip 1 kind=red
17:00 slip yellow resolve due -> deputy sms
17:10 slip yellow resolve due -> deputy sms
# What is grave still comes one by one.
18:00 W1..W50: slip yellow resolve due -> deputy sms
18:20 slip yellow resolve due -> deputy sms
05-09 12:00 nothing
