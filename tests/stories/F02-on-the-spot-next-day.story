# A whistle blown on 14 March has the department on the spot by 15 March; an urgent one in half an hour, also by night
rows: F02
by: clock arrive, by_kind and ladder_by_kind
set: plain
=== policies
[[policy]]
id = "whistle"
select = { kind = "whistle" }
start_approval = "blower_principal"
clocks = [
  { name = "arrive", dur = "1wd", stop = "arrived", per_unit = true, ladder = "arrive", by_kind = { urgent = "30m" }, ladder_by_kind = { urgent = "arrive_urgent" } },
]
ends = ["joint_result"]
[[ladder]]
id = "arrive"
steps = [{ at = "due", slip = "yellow", to = ["deputy"], via = ["sms"] }]
[[ladder]]
id = "arrive_urgent"
night = true
steps = [{ at = "due", slip = "red", to = ["principal"], via = ["voice"] }]
===

2023-03-14 15:00 W1 whistled unit=street units:=["housing"] by_role=principal
  ticket policy=whistle overlays=none
  clock arrive@housing running due="2023-03-15 18:00"
03-15 16:00 W1 arrived unit=housing
  clock arrive@housing met
# Who may not blow is refused.
16:30 W3 whistled unit=street units:=["housing"] by_role=agent
  refused whistled "`agent` may not say `whistled`"
  no clock arrive
22:00 W2 dispatched unit=housing
22:00 W2 whistled unit=street units:=["fire"] kind=urgent
  clock arrive@fire running due=22:30
22:30 slip red arrive due unit=fire -> principal voice
22:40 W2 joint_result
2023-04-30 00:00 nothing
