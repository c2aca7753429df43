# A ticket is not closed before a callback has an outcome; the refusal says exactly what is missing
rows: A04
by: close.requires = ["callback_outcome"]; guarded event `closed`
set: plain
=== policies
[[policy]]
id = "request"
close = { requires = ["contact_event", "callback_outcome", "data:cause"], attachments_min = 2 }
ends = ["evaluated", "callback_closed", "closed"]
===

2026-05-07 09:00 W1 dispatched unit=u
10:00 W1 resolved attachments:="[\"a.jpg\"]"
11:00 W1 closed
  refused closed "not done yet; missing: contact_event (an event `contacted` or an event `visit` or an event `arrived`); callback_outcome (an event `answered` or an event `rated` or an event `evaluated` or an event `callback_closed` or `data.callback_outcome`); data:cause (`data.cause`); attachments (1 of 2)"
  ticket stage=resolved
11:10 W1 contacted cause="a worn bearing"
11:20 W1 closed attachments=1
  # What earlier events of the round brought along counts.
  refused closed "not done yet; missing: callback_outcome (an event `answered` or an event `rated` or an event `evaluated` or an event `callback_closed` or `data.callback_outcome`)"
12:00 W1 callback_closed outcome=unreached
  ticket stage=ended
# Another, whose outcome is told with the closing itself.
13:00 W2 dispatched unit=u
14:00 W2 contacted cause=x attachments:=2
15:00 W2 closed callback_outcome=refused
  ticket stage=ended
06-30 00:00 nothing
