# Five working days after the work one enterprise has not confirmed it: duban says so, the officer's clock starts, and the ticket stays as it is
rows: F09 A09
by: close = { requires, confirm_timeout, on_timeout }; condition `unconfirmed` of [[flag]]
set: plain
=== policies
[[policy]]
id = "enterprise"
select = { requester = "enterprise" }
clocks = [
  { name = "resolve", dur = "4wd", stop = "resolved" },
  { name = "decide",  dur = "1wd", start = "officer_asked", stop = "enterprise_confirmed", ladder = "decide" },
]
close = { requires = ["result_text", "enterprise_confirmed"], confirm_timeout = "5wd", on_timeout = "officer_asked" }
ends = ["enterprise_confirmed"]
[[ladder]]
id = "decide"
steps = [{ at = "start", slip = "task", to = ["hotline"], via = ["im"] }]
===

2026-03-02 10:00 W1..W3 dispatched unit=u requester=enterprise
03-04 10:00 W1..W3 resolved result_text=mended
03-05 10:00 W1 enterprise_confirmed
  ticket stage=ended
10:30 W2 redo reason=check_failed
# W1 has ended, W2 is at work again.
03-11 18:00
  W3: flag officer_asked evidence.lacking=enterprise_confirmed round=1
  W3: slip task decide start -> hotline im
  W3: ticket stage=resolved
03-13 10:00 W3 enterprise_confirmed
  ticket stage=ended
04-01 00:00 nothing
