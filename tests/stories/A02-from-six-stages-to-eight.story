# Two more stages come while a ticket is open: nothing it has is lost, and the published text names nobody
rows: A02
by: [[stage]]; `apply`; data.publish_ok, data.publish_text; a_text_that_names_somebody_is_kept_back
set: xining
=== policies
[[stage]]
id = "gai"
drop = true
[[stage]]
id = "xuan"
drop = true
===

2026-05-07 09:10 W1 registered category=投诉/电梯 urgency=一般
09:12 W1 dispatched unit=xc-scj
  slip task accept start -> liaison im sms
09:40 W1 accepted
10:00 reload
=== policies
[[stage]]
id = "gai"
zh = "改"
on = ["rectification_ordered"]
[[stage]]
id = "xuan"
zh = "宣"
on = ["published"]
===
10:01 apply
  ticket stages.#=3 stages.0.stage=jie stages.0.at=09:10 stages.2.stage=ban stages.2.at=09:40
10:30 W1 rectification_ordered order_no=G1
  ticket stages.3.stage=gai
15:00 W1 contacted
16:00 W1 resolved
  ticket stages.4.stage=ping
17:00 W1 answered contacted=yes solved=yes satisfied=yes
  ticket stage=ended stages.5.stage=bao
05-08 10:00 W1 published publish_ok:=true publish_text="3部电梯完成检修,恢复运行。"
  ticket stages.6.stage=xuan publication.text~3部电梯
06-30 00:00 nothing
