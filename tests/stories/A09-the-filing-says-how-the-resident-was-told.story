# A filing that does not say how and when the resident was told is returned by rule
rows: A09
by: close.requires = ["resident_told"] (a table with `at` and `channel`), close.on = ["resolved", "closed"]
set: plain
=== policies
[[policy]]
id = "request"
close = { requires = ["resident_told", "result_text"], on = ["resolved", "closed"] }
===

2026-05-07 09:00 W1 dispatched unit=u
10:00 W1 resolved result_text="the light works again" resident_told=yes
  refused resolved "not done yet; missing: resident_told (an event `resident_told` or `data.resident_told` with at and channel)"
  clock resolve running
11:00 W1 resolved result_text="the light works again" resident_told:="{\"at\":\"2026-05-07T10:30:00Z\",\"by\":\"op-1\",\"channel\":\"phone\"}"
  clock resolve met
  ticket stage=resolved
06-30 00:00 nothing
