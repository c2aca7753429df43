# A return needs its window and basis; the second of a ticket goes to a ruling by itself, and that is final
rows: C01 C04 F07
by: returns = { window, max, basis_required, ruling, ladder, back_to, after_max, hop_limit }; clock `ruling`
set: plain
=== policies
[[policy]]
id = "request"
clocks = [
  { name = "dispatch", dur = "30m", start = "registered", stop = "dispatched" },
  { name = "accept", dur = "2h", stop = "accepted" },
  { name = "resolve", dur = "5wd", stop = "resolved" },
]
returns = { window = "1wd", max = 1, basis_required = true, ruling = "4wh", after_max = "ruling_final", hop_limit = 3, ladder = "ruling", back_to = "dispatch" }
ends = ["closed"]
[[ladder]]
id = "ruling"
stop_on = ["ruled"]
steps = [{ at = "due", slip = "yellow", to = ["hotline"], via = ["im"] }]
[permits]
tell_unit = ["agent"]
tell_via = ["im"]
=== org
[[unit]]
id = "city"
zh = "city"
en = "city"
level = "city"
[[person]]
id = "h1"
name = "h1"
im = "h1"
[[post]]
unit = "city"
role = "hotline"
person = "h1"
[[unit]]
id = "u"
zh = "u"
en = "u"
level = "county"
parent = "city"
[[person]]
id = "u1"
name = "u1"
im = "u1"
[[post]]
unit = "u"
role = "agent"
person = "u1"
[[unit]]
id = "v"
zh = "v"
en = "v"
level = "county"
parent = "city"
[[person]]
id = "v1"
name = "v1"
im = "v1"
[[post]]
unit = "v"
role = "agent"
person = "v1"
===

2026-05-07 08:55 W1 registered
09:00 W1 dispatched unit=u
  clock dispatch met
09:30 W1 returned
  refused returned "a return must give its basis"
  ticket returned.0.outcome=barred unit=u
10:00 W1 returned basis="not a power of ours"
  # Somebody else's time runs now; the resident's goes on, and so does the unit's.
  clock ruling running due=14:00
  clock resolve running
  ticket unit=u first_unit=u
10:10 W1 returned basis="still not"
  refused returned "the return before this one waits for its ruling"
11:00 W1 returned_ok
  clock ruling met
  clock resolve cancelled
  clock dispatch running due=11:30 turn=1
  ticket returns=1 returned.1.outcome=accepted returned.1.unit=u
11:20 W1 dispatched unit=v
  clock dispatch met turn=1
  clock accept running due=13:20
  ticket unit=v first_unit=u received=08:55
12:00 W1 returned basis="ours only inside the park"
  # The second return of the ticket: nobody has to ask.
  event ruling_asked reason=after_max
  clock ruling running due=16:00 turn=1
16:00 slip yellow ruling due unit=v -> h1 im
16:30 W1 ruled unit=u by=h1
  clock ruling late
  # The limits stay as they were; the unit named accepts anew.
  clock accept running due=18:30
  clock resolve running due="2026-05-14 18:00"
  message staff.ruling -> u1 im
  says "u"
  ticket unit=u ruled_finally=true hops.#=3 returned.-1.outcome=accepted
17:00 W1 returned basis="no"
  refused returned "a ruling named the unit finally; there are no more returns"
05-08 10:00 W1 resolved
  clock resolve met

# After the window a return is refused.
2026-05-11 09:00 W2 dispatched unit=u
05-12 18:00:01 W2 returned basis="not ours"
  refused returned "the window for returns closed at"
  ticket returned.#=1
05-13 10:00 W2 resolved

# One that is refused stays with the unit, and the same unit's next return goes to a ruling.
2026-05-18 09:00 W3 dispatched unit=u
09:30 W3 returned basis="not ours"
10:00 W3 return_refused reason="duty D-17"
  ticket returned.-1.outcome=refused unit=u
  clock ruling met
10:30 W3 returned basis="really not"
  event ruling_asked reason=same_unit
11:00 W3 ruled unit=u
  message staff.ruling -> u1 im
  ticket unit=u hops.#=1 returned.-1.outcome=refused
05-19 10:00 W3 resolved
06-30 00:00 nothing
