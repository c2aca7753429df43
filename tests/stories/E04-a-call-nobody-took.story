# A call nobody took late in the evening: the question goes out in the morning, "4" sends the ticket back within the minute, anything unclear goes to the callback desk
rows: E04 E05
by: policy `callback`: sms.after_unanswered, sms.modes; [quiet.resident]; [reply] digits
set: cn
=== policies
[[ladder]]
id = "unclear_desk"
stop_on = ["evaluated", "callback_closed"]
steps = [{ at = "start", slip = "nudge", to = ["callback_desk"], via = ["im"] }]
[[policy]]
id = "general"
clocks = [
  { name = "callback", mode = "phone_first" },
  { name = "unclear", start = "reply_unclear", dur = "4wh", ladder = "unclear_desk" },
]
[[policy]]
id = "callback"
sms = { after_unanswered = 1, within = "5m", modes = ["digits"], link_ttl = "72h", single_use = true, reminders = 1, reminder_after = "24h", token_bits = 96 }
===

2026-05-19 09:12 W1 dispatched unit=cx-scjg category=投诉 urgency=一般 phone=13800000000
  slip task accept start -> liaison im sms
09:20 W1 accepted
09:30 W1 contacted
10:00 W1 resolved
  no journal duban.asked
21:30 W1 callback_tried result=unanswered
  refused callback_tried "outside the hours of callbacks"
  journal duban.asked outcome=sent
05-20 09:00 message resident.eval_digits -> resident sms
  says "4未解决"
09:05 W1 answered digits=4
  event redo reason=answer_unsolved
  slip redo resolve start round=2 -> p11 p10 im sms, cc p09 im sms
  ticket round=2 callback.evaluations.0.outcome=answered callback.evaluations.0.channel=sms
  # The same again: the new round has nothing to answer yet.
09:06 W1 answered digits=4
  refused answered "round 2 is not resolved yet"
  ticket round=2
09:30 W1 accepted
09:40 W1 contacted
10:00 W1 resolved
10:30 W1 callback_tried result=unanswered
  message resident.eval_digits -> resident sms
10:31 W1 answered digits=9
  refused answered "nothing duban understands"
  event reply_unclear
  ticket stage=resolved answers.#=1
10:40 W1 answered digits=还没修好
  refused answered "nothing duban understands"
  no event redo round=2
10:50 W1 answered digits=1 
  event evaluated
  ticket stage=ended answers.1.solved=yes answers.1.satisfied=satisfied
06-30 00:00 nothing
