# Five complaints at one place in seven days raise one task of supervision; a bad rating raises one by itself
rows: D15 C11
by: [[trigger]] count, window, once_per, to = new; conditions over an event
set: plain
=== policies
attributes = ["item"]
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "5wd", stop = "resolved" }]
ends = ["closed"]
[[policy]]
id = "supervise"
zh = "督办任务"
en = "Supervision task"
select = { kind = "supervise" }
clocks = [{ name = "look_into", dur = "3wd", start = "triggered", stop = "reported", ladder = "supervise" }]
ends = ["reported"]
[[ladder]]
id = "supervise"
steps = [{ at = "start", slip = "task", to = ["hotline"], via = ["im"] }]
[[trigger]]
id = "cluster"
zh = "反映集中"
en = "Cluster"
on = ["dispatched"]
select = { category = "complaint" }
key = ["area", "item"]
count = 5
window = "7d"
distinct = true
once_per = "7d"
to = "new"
opens = { kind = "supervise", unit = "u" }
[[trigger]]
id = "unsatisfied"
zh = "不满意"
en = "Unsatisfied"
on = ["rating_unsatisfied"]
key = ["ticket"]
window = "1d"
once_per = "1d"
to = "new"
opens = { kind = "supervise", unit = "u" }
===

2026-05-04 10:00 W1..W2 dispatched unit=u category=complaint area=north/1 item=noise
05-06 10:00 W3..W4 dispatched unit=u category=complaint area=north/1 item=noise
10:00 W5 dispatched unit=u category=complaint area=south item=noise
10:00 W6 dispatched unit=u category=praise area=north/1 item=noise
05-08 10:00 nothing
10:01 W7 dispatched unit=u category=complaint area=north/1 item=noise
  slip task look_into start -> hotline im
# What comes while the group is open belongs to it.
05-09 10:00 W8..W9 dispatched unit=u category=complaint area=north/1 item=noise
  nothing
05-11 10:00 W1 resolved
11:00 W1 answered solved=yes satisfied=no
  slip task look_into start -> hotline im
05-12 10:00 W2 resolved
11:00 W2 answered solved=yes satisfied=yes
  nothing
