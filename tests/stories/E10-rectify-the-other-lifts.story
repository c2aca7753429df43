# The lift runs again and the ticket ends; the orders to rectify the three others run on, each with its own due, and remind the bureau that gave them
rows: E10 E24 A02
by: [[policy]] on = "rectify_ordered", outlives; clock owner, override; data.ref tells orders apart
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "5wd", stop = "resolved" }]
ends = ["closed"]
[[policy]]
id = "rectify"
en = "Order to rectify"
on = "rectify_ordered"
outlives = true
clocks = [{ name = "rectify", dur = "10wd", override = "rectify_due_at", stop = "rectified", owner = "orderer", ladder = "rectify" }]
ends = ["rectified"]
[[ladder]]
id = "rectify"
steps = [{ at = "due", slip = "green", to = ["section"], via = ["im"] }]
===

2026-03-02 10:00 W1 dispatched unit=property
11:00 W1 rectify_ordered ref=lift-2 orderer=bureau
11:00:01 W1 rectify_ordered ref=lift-3 orderer=bureau
11:00:02 W1 rectify_ordered ref=lift-4 orderer=bureau rectify_due_at=@2026-03-31T18:00:00
  ticket overlays.#=3
15:00 W1 resolved
16:00 W1 closed
  ticket stage=ended
03-12 10:00 W1 rectified ref=lift-2
  ticket overlays.0.ended.by=rectified
03-16 18:00 slip green rectify due unit=bureau -> section im
03-17 10:00 W1 rectified ref=lift-3
03-31 17:00 W1 rectified ref=lift-4
  ticket stage=ended
06-30 00:00 nothing
