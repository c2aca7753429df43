# Whoever was asked first stays responsible until the other unit accepts; until then it is the first who is reminded
rows: A12
by: [[policy]] handover_needs_accept
set: plain
=== policies
[[policy]]
id = "request"
handover_needs_accept = true
clocks = [
  { name = "resolve",  dur = "5wd", stop = "resolved", ladder = "resolve" },
  { name = "handover", dur = "4wh", start = "reassigned", again = true, stop = ["accepted", "handover_refused"], ladder = "resolve" },
]
[[ladder]]
id = "resolve"
steps = [{ at = "due", slip = "green", to = ["agent"], via = ["im"] }]
===

2026-03-02 10:00 W1 dispatched unit=first
11:00 W1 reassigned unit=second
  ticket unit=first handover=second
15:00 slip green handover due unit=first -> agent im
16:00 W1 handover_refused unit=second
  ticket unit=first handover=none
03-03 10:00 W1 reassigned unit=third
11:00 W1 accepted unit=third
  ticket unit=third first_unit=first hops.#=2
  clock handover met turn=1
03-09 18:00 slip green resolve due unit=third -> agent im
03-10 10:00 W1 resolved onsite_done:=true
10:30 W1 closed
06-30 00:00 nothing
