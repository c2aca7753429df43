# A plan in milestones inside the limit: the owner of a late one gets a green slip, nobody else, and nobody every day
rows: C14 D19 E16
by: clock per_unit with units_from = "milestones" (id, due, owner)
set: plain
=== policies
[[policy]]
id = "project"
select = { tag = "project" }
clocks = [
  { name = "resolve",   dur = "15d", stop = "resolved" },
  { name = "milestone", dur = "15d", start = ["dispatched", "planned"], stop = "milestone_done", per_unit = true, units_from = "milestones", ladder = "milestone" },
]
[[ladder]]
id = "milestone"
steps = [{ at = "due", slip = "green", to = ["agent"], via = ["im"] }]
===

2026-03-02 10:00 W1 dispatched unit=lead tags:=["project"]
  clock resolve running due="2026-03-17 10:00"
11:00 W1 planned households:=613 milestones:=[{"id":"survey","due":"2026-03-04T18:00:00Z","owner":"housing"},{"id":"dredge","due":"2026-03-12T18:00:00Z","owner":"water"}]
  clock milestone@survey running due="2026-03-04 18:00"
03-04 18:00 slip green milestone due unit=housing -> agent im
03-06 10:00 W1 milestone_done milestones=survey
  clock milestone@survey late
  clock milestone@dredge running
03-12 10:00 W1 milestone_done milestones=dredge
  clock milestone@dredge met
03-16 10:00 W1 resolved
  clock resolve met
03-17 10:00 W1 closed
06-30 00:00 nothing
