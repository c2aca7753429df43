# Two seats that make six calls an hour: a slot of an hour holds twelve callbacks, the thirteenth waits for the next, and none lies in the peak
rows: E02 B27
by: policy slots, capacity; journal ~slots/POLICY
set: plain
=== policies
[[policy]]
id = "missed"
select = { kind = "missed" }
trigger = { on = "missed_call", count = 1, window = "1h", once_per = "1h", per = "caller", reset_on = "connected" }
slots = [["10:30", "11:30"], ["15:00", "15:30"]]
capacity = { seats = 2, per_hour = 6 }
clocks = [{ name = "call", start = "slot_given", dur = "1d", override = "until", stop = "connected", ladder = "call" }]
ends = ["no_need"]
[[ladder]]
id = "call"
steps = [{ at = "due", slip = "green", to = ["desk"], via = ["im"] }]
===

2026-05-07 09:00 K1 missed_call phone=13800000001
09:00 K2 missed_call phone=13800000002
09:00 K3 missed_call phone=13800000003
09:00 K4 missed_call phone=13800000004
09:00 K5 missed_call phone=13800000005
09:00 K6 missed_call phone=13800000006
09:00 K7 missed_call phone=13800000007
09:00 K8 missed_call phone=13800000008
09:00 K9 missed_call phone=13800000009
09:00 K10 missed_call phone=13800000010
09:00 K11 missed_call phone=13800000011
09:00 K12 missed_call phone=13800000012
  table journal 12 kind=slot_given body~T10:30
09:01 K13 missed_call phone=13800000013
  event slot_given slot=@2026-05-07T15:00 until=@2026-05-07T15:30
# Whoever was not called by the end of the slot is told of.
11:30 slip green call due -> desk im
  slip green call due -> desk im
  slip green call due -> desk im
  slip green call due -> desk im
  slip green call due -> desk im
  slip green call due -> desk im
  slip green call due -> desk im
  slip green call due -> desk im
  slip green call due -> desk im
  slip green call due -> desk im
  slip green call due -> desk im
  slip green call due -> desk im
15:30 slip green call due -> desk im
