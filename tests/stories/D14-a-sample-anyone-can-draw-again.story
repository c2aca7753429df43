# Every month a stratified sample of ended tickets is drawn by a published seed; a failed one is sent back
rows: D14 B24
by: [[schedule]] sample = { permille, at_least, seed }
set: cn
=== policies
[[schedule]]
id = "spot-check"
zh = "随机抽查"
en = "Spot check"
every = "month"
on = "1wd"
at = "10:00"
sample = { permille = 100, at_least = 1, seed = "2026年公开种子" }
===

2026-05-11 09:00 W1..W3 dispatched unit=cx-scjg category=投诉/电梯 urgency=一般
  W1..W3: slip task accept start -> liaison im sms
09:10 W1..W3 accepted
09:20 W1..W3 contacted
12:00 W1..W3 resolved
13:00 W1..W3 answered solved=yes satisfied=yes
06-01 10:00
  W2: event sampled sample=spot-check
  W1: no event sampled
  W3: no event sampled
# The check fails: a new round.
06-02 09:00 W2 sample_failed
  W2: slip redo resolve start -> p11 p10 im sms, cc p09 im sms
  W2: ticket round=2
