# Who acknowledges stops the ladder; nobody who does no more than that keeps it stopped for long
rows: S33
by: clock start list, again, on_due = "lapsed"
set: plain
=== policies
[[policy]]
id = "request"
clocks = [
  { name = "accept", dur = "10m", start = ["dispatched", "lapsed"], again = true, stop = ["accepted", "acknowledged"], ladder = "three" },
  { name = "ack",    dur = "30m", start = "acknowledged", again = true, stop = ["accepted", "lapsed"], on_due = "lapsed", ladder = "ask" },
]
[[ladder]]
id = "three"
steps = [
  { at = "start",   slip = "green",  to = ["agent"],   via = ["sms"] },
  { at = "due",     slip = "yellow", to = ["section"], via = ["sms"] },
  { at = "due+10m", slip = "red",    to = ["deputy"],  via = ["sms"] },
]
[[ladder]]
id = "ask"
steps = [{ at = "due-10m", slip = "nudge", to = ["agent"], via = ["sms"] }]
===

2026-03-02 10:00 W1 dispatched unit=u
  slip green accept start -> agent sms
10:04 W1 acknowledged by=agent
  clock accept met
10:24 slip nudge ack due-10m -> agent sms
10:34
  event lapsed
  clock ack cancelled
  slip green accept start turn=1 -> agent sms
10:44 slip yellow accept due -> section sms
10:50 W1 acknowledged by=section
11:00 W1 accepted
  clock ack met
12:00 W1 closed
06-30 00:00 nothing
