# A unit reads on one page what is asked, by when, from whom, and what happens else; three fields answer it
rows: D21
by: templates.toml [email]; the event `replied` with done, plan, by_when
set: cn
=== policies
[[ladder]]
id = "resolve_std"
steps = [{ at = "due", slip = "red", to = ["principal"], cc = ["county_sup"], via = ["email"], reply_due = "1wd" }]
===

2026-05-08 09:12 W1 dispatched unit=cx-scjg category=投诉/电梯 urgency=一般
  slip task accept start -> p11 im sms
09:20 W1 accepted
09:30 W1 contacted
05-14 18:00 slip red resolve due -> p08 email, cc p06 email
  says "请办理:主要负责人督办,并报办理结果"
  says "回复期限:5月15日18:00"
  says "考核附注(规则版本 2026.1)"
  says "已送达:单位主要负责人、区县督办"
05-14 19:00 W1 replied slip=W1/r1/resolve//0/0.0.0 by=p08
  refused replied "what was done (`done`)"
05-14 19:10 W1 replied slip=W1/r1/resolve//0/0.0.0 done=已到场 plan=更换主板 by_when=5月18日 by=p08
  table slip 1 kind=red replied_by=p08 reply~更换主板
  clock resolve overdue
05-15 11:00 W1 resolved
