# A second report of the same matter by another channel is merged: one ladder, and both residents hear the result
rows: C08
by: `merged`; [[trigger]] arm = merged, on = resolved, to = armed; tell; [[count]] by source
set: cn
=== policies
attributes = ["matter"]
[[policy]]
id = "general"
tell = { result_known = "resident.result" }
[[trigger]]
id = "result"
zh = "并单结果"
on = ["resolved"]
arm = ["merged"]
key = ["matter"]
window = "90d"
once_per = "1h"
add = "result_known"
to = ["armed"]
[[count]]
id = "channels"
on = "received"
by = "source"
=== texts
[resident.result]
zh = "{{ sig }}您反映的事项{{ no }}已合并办理完毕。"
en = "{{ sig }}The matter you reported ({{ no }}) has been dealt with together with another report."
===

2026-05-07 09:00 W1 received source=12345 category=投诉 urgency=一般 phone=13900000001 matter=M1
09:05 W2 received source=随手拍 category=投诉 urgency=一般 phone=13900000002 matter=M1
09:12 W1 dispatched unit=cx-scjg
  W1: slip task accept start -> liaison im sms
09:15 W2 dispatched unit=cx-scjg
  W2: slip task accept start -> liaison im sms
# A person sees that they are one.
09:20 W2 merged into=W1
  W2: ticket stage=ended
  W2: clock resolve cancelled
09:30 W1 accepted
09:40 W1 contacted
11:00 W1 resolved
  W2: event result_known
  W1: message resident.ask -> resident sms
  W2: message resident.result -> resident sms
  counted channels by.12345.count=1 by.随手拍.count=1
11:30 W1 answered solved=yes satisfied=yes
06-01 00:00 nothing
