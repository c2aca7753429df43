# Every dispatch shows on which duty or decision it stands; one without is flagged
rows: B08 D22
by: dispatched.data.duty, item, basis or an earlier `decision` becomes hops.basis; [[flag]] when = { no_basis = true }
set: plain
=== policies
[[flag]]
id = "no_basis"
en = "sent without a basis"
when = { no_basis = true }
===

2026-05-07 09:00 W1 dispatched unit=u duty=D-1203
  ticket hops.-1.basis="duty D-1203"
09:10 W2 dispatched unit=u basis="the list of powers, 3.2"
  ticket hops.-1.basis=basis
09:20 W3 dispatched unit=u
  flag no_basis evidence.unit=u
# A private pipe nobody owns: the street decides and takes it over.
10:00 W4 registered
10:30 W4 decision by=street text="the street takes it over"
11:00 W4 dispatched unit=u
  ticket hops.-1.basis=decision
06-30 00:00 nothing
