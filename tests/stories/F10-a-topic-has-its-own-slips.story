# A topic selects its own policy with its own slips; whatever is not of the topic is not touched
rows: F10
by: [[policy]] select topic; [slips]
set: plain
=== policies
[slips]
topic = { zh = "专题督办", en = "Topic order", serial = "T", colour = "red" }
[[ladder]]
id = "topic"
stop_on = ["resolved"]
steps = [{ at = "due", slip = "topic", to = ["principal"], via = ["im"] }]
[[policy]]
id = "wages"
select = { topic = "wages" }
clocks = [{ name = "resolve", dur = "1wd", ladder = "topic" }]
ends = ["closed"]
=== texts
[staff.topic]
zh = "{{ sig }}专题督办{{ slip }}:工单{{ no }}{{ state }}。"
en = "{{ sig }}Topic order {{ slip }}: case {{ no }} {{ state }}."
===

2026-03-02 10:00 W1 dispatched unit=u topic=wages/building
  ticket policy=wages
10:00 W2 dispatched unit=u topic=noise
  W2: ticket policy=request
03-03 18:00 W1: slip topic resolve due -> principal im
  says "Topic order"
  table slip 1 kind=topic
