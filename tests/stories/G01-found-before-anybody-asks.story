# What the city finds itself has its own policy, is in no rate, and is looked at within hours; importing it twice counts once
rows: G01 G02
by: [[policy]] select source, in_rates = false; clock first_look; events count once
set: plain
=== policies
[[policy]]
id = "finding"
select = { source = ["grid", "patrol"] }
clocks = [
  { name = "first_look", dur = "4wh", stop = ["looked_at", "resolved"] },
  { name = "resolve", dur = "5wd", stop = "resolved" },
]
ends = ["resolved"]
in_rates = false
===

2026-03-02 10:00 W1..W500 dispatched unit=u source=grid
  table ticket 500 policy=finding
  W1: clock first_look running due=14:00
11:00 W1..W500 dispatched unit=u source=grid at=10:00
  W1..W500: duplicate
  table ticket 500
12:00 W1 looked_at
  clock first_look met
14:30 W2: clock first_look overdue
15:00 W1 resolved
  ticket stage=ended policy=finding
