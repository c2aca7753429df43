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
