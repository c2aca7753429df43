# Five resolved tickets, five outcomes: a phone answer, an SMS answer, refused, unreached, no way to reach; none is satisfied by default
rows: A06
by: policy `callback`: attempts, outcome, sms.link_ttl; record of each round in callback.evaluations
set: cn
=== policies
[[policy]]
id = "callback"
outcome = { no_answer = "unreached", refused = "refused", no_route = "no_route", never_default_satisfied = true }
===

2026-05-19 09:12 W1..W4 dispatched unit=cx-scjg category=投诉 urgency=一般 phone=13800000000
  W1: slip task accept start -> liaison im sms
  W2: slip task accept start -> liaison im sms
  W3: slip task accept start -> liaison im sms
  W4: slip task accept start -> liaison im sms
09:12 W5 dispatched unit=cx-scjg category=投诉 urgency=一般
  slip task accept start -> liaison im sms
09:20 W1..W5 accepted
09:30 W1..W5 contacted
10:00 W1..W4 resolved
  W1: message resident.ask -> resident sms
  W2: message resident.ask -> resident sms
  W3: message resident.ask -> resident sms
  W4: message resident.ask -> resident sms
10:00 W5 resolved
  journal duban.asked outcome=no_route
  event callback_closed outcome=no_route
  ticket stage=ended callback.evaluations.0.outcome=no_route
10:30 W1 answered contacted=yes solved=yes satisfied=yes via=phone call=rec-1
  event evaluated
  ticket stage=ended callback.evaluations.0.outcome=answered callback.evaluations.0.channel=phone
10:31 W2 answered digits=1
  event evaluated
  ticket stage=ended callback.evaluations.0.outcome=answered callback.evaluations.0.channel=sms
10:32 W3 callback_tried result=refused
  event callback_closed outcome=refused
  ticket stage=ended callback.evaluations.0.outcome=refused
10:33 W4 callback_tried result=unanswered
15:00 W4 callback_tried result=unanswered
  # Both attempts are used, but the link is still good.
  ticket stage=resolved
05-20 10:00 message resident.eval_remind -> resident sms
  says "5月22日10:00截止"
05-21 14:00 slip nudge callback due-4wh -> p05 im
18:00 slip green callback due -> p05 p04 im
# Whoever was told at the end of the day before is not told again within two working hours, and then it is over.
05-22 09:00 slip yellow callback due+1wd -> cc p02 im
10:00 event callback_closed outcome=unreached
  ticket stage=ended callback.evaluations.0.outcome=unreached answers.#=0
11:00 dropped p04 im "its reason is gone"
06-30 00:00 nothing
