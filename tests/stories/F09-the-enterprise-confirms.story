# A matter of an enterprise ends with its own word; where it does not come, the service officer decides
rows: F09
by: clocks confirm (start = "resolved", on_due = "officer_asked"); [[policy]] ends, only
set: plain
=== policies
[[policy]]
id = "enterprise"
select = { requester = "enterprise" }
only = { officer_decided = ["hotline"] }
clocks = [
  { name = "resolve", dur = "4wd", stop = "resolved" },
  { name = "confirm", dur = "5wd", start = "resolved", stop = ["enterprise_confirmed", "officer_asked"], on_due = "officer_asked" },
  { name = "decide",  dur = "1wd", start = "officer_asked", stop = ["enterprise_confirmed", "officer_decided"], ladder = "decide" },
]
ends = ["enterprise_confirmed", "officer_decided"]
[[ladder]]
id = "decide"
steps = [
  { at = "start", slip = "task", to = ["hotline"], via = ["im"] },
  { at = "due",   slip = "red",  to = ["hotline"], via = ["im"] },
]
===

2026-03-02 10:00 W1..W2 dispatched unit=u requester=enterprise
03-04 10:00 W1..W2 resolved
  W1: clock confirm running due="2026-03-11 18:00"
  W1: ticket stage=resolved
03-05 10:00 W1 enterprise_confirmed
  ticket stage=ended
03-11 18:00
  W2: event officer_asked
  W2: slip task decide start -> hotline im
  W2: ticket stage=resolved
03-12 10:00 W2 officer_decided by_role=agent
  refused officer_decided "`agent` may not say"
03-12 18:00 W2: slip red decide due -> hotline im
03-13 10:00 W2 officer_decided by_role=hotline
  ticket stage=ended
06-30 00:00 nothing
