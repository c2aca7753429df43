# Some tickets are looked at once more after they closed; that never keeps one open, and its lateness waits for the digest
rows: A14
by: [[policy]] on = "closed" with a selector, outlives; via digest
set: plain
=== policies
[noise]
digest_times = ["08:30"]
[[policy]]
id = "review"
on = "closed"
select = { tag = "review" }
outlives = true
clocks = [{ name = "look_back", dur = "5wd", stop = "review_note", ladder = "look_back" }]
ends = ["review_note"]
[[ladder]]
id = "look_back"
steps = [{ at = "due", slip = "nudge", to = ["agent"], via = ["digest"] }]
===

2026-03-02 10:00 W1 dispatched unit=u tags:=["review"]
10:00 W2 dispatched unit=u
12:00 W1..W2 closed
  W1: ticket stage=ended overlays.#=1
  W2: ticket stage=ended overlays=none
03-09 18:00 W1: slip nudge look_back due
03-10 08:30 W1: message staff.nudge -> agent digest
03-10 10:00 W1 review_note
  ticket stage=ended overlays.0.ended.by=review_note
06-30 00:00 nothing
