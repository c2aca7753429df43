# A district centre receives the ticket and sends it to a department: both hops are kept with their times
rows: B01 B16
by: [[unit]] kind and parent; hops of the ticket
set: cn
=== org
[[unit]]
id = "cx"
kind = "district_center"
[[post]]
unit = "cx"
role = "liaison"
person = "p06"
===

2026-05-07 09:12 W1 dispatched unit=cx category=投诉 urgency=一般
  slip task accept start -> p06 im sms
09:30 W1 accepted unit=cx
09:40 W1 dispatched unit=cx-scjg
  slip task accept start -> p11 im sms
  ticket unit=cx-scjg first_unit=cx hops.#=2 hops.0.unit=cx hops.0.at=09:12 hops.1.unit=cx-scjg hops.1.at=09:40
