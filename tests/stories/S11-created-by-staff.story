# A request that staff entered without a requestor promises nobody a response
rows: S11
by: [[policy]] select = { requester = ... }; a policy without the clock
set: plain
=== policies
default_policy = "internal"
[[policy]]
id = "request"
select = { requester = ["resident"] }
clocks = [{ name = "response", dur = "2h", stop = "replied" }]
[[policy]]
id = "internal"
zh = "内部事项"
en = "Internal matter"
clocks = [{ name = "resolve", dur = "5wd", stop = "resolved" }]
ends = ["closed"]
===

2026-05-07 10:00 W1 dispatched unit=u requester=resident
  ticket policy=request
  clock response due=12:00
10:00 W2 dispatched unit=u
  W2: ticket policy=internal
  W2: no clock response
