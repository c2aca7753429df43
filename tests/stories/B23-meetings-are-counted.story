# Reminders face to face, dispatch meetings and promotion meetings are records of tickets that move no clock
rows: B23 B25 B31 B30 B05
by: [[count]] (numbers: one_meeting_on_many_tickets_counts_once, shares_sum_to_the_whole, much_work_that_is_much_shared_is_worth_a_desk)
set: cn
=== policies
[[policy]]
id = "own"
select = { category = "投诉", urgency = "一般", kind = "own" }
clocks = [{ name = "resolve", dur = "5wd", ladder = "resolve_std" }]
ends = ["resolved"]
[[count]]
id = "reminders"
on = "manual_reminder"
by = "year"
[[count]]
id = "dispatch_meetings"
on = "dispatch_meeting"
by = "year"
once_per = "meeting"
[[count]]
id = "promotions"
on = "promotion"
by = "year"
once_per = "meeting"
[[count]]
id = "solved_level"
on = "resolved"
by = "solved_level"
===

2026-05-07 10:00 W1..W2 dispatched unit=cx-cgj category=投诉 urgency=一般 kind=own
11:00 W1 manual_reminder who=p13 note=面对面
14:00 W1..W2 dispatch_meeting chair=p01 meeting=2026-1 topic=供暖
15:00 W1 promotion chair=p01 meeting=2026-2
  W1: clock resolve running
  W1: ticket unknown_kinds=0
16:00 W1..W2 resolved solved_level=grid
05-31 00:00 nothing
