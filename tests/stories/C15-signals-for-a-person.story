# Ping-pong, copied replies, haste and silence are flagged with their evidence, and change nothing
rows: C15
by: [[flag]] when = { returns, same_reply, resolved_within, no_contact }
set: plain
=== policies
[[policy]]
id = "request"
returns = { window = "1wd", max = 5, ruling = "4wh", hop_limit = 9 }
[[flag]]
id = "ping_pong"
zh = "反复退单"
when = { returns = 2 }
[[flag]]
id = "copied"
zh = "答复雷同"
when = { same_reply = true }
[[flag]]
id = "hasty"
zh = "办结过快"
when = { resolved_within = "5m" }
[[flag]]
id = "no_contact"
zh = "未联系"
when = { no_contact = true }
===

2026-05-07 09:00 W1 dispatched unit=u
09:30 W1 returned basis=b
10:00 W1 returned_ok
10:30 W1 dispatched unit=v
11:00 W1 returned basis=b
  flag ping_pong evidence.count=2 evidence.units:="[\"u\",\"v\"]" evidence.at.0="2026-05-07T09:30:00+00:00"
12:00 W1 return_refused
13:00 W1 replied reply_text="We are looking into it."
05-08 13:00 W1 contacted
14:00 W1 replied reply_text="We are  looking into it. "
  flag copied evidence.event=replied
05-08 15:00 W1 returned basis=b
  event ruling_asked
15:10 W1 ruled unit=v final:=false
05-11 10:00 W1 resolved
  # Raised once a round: nothing new, and the ticket is judged as any other.
  clock resolve met
  ticket flags.#=2

2026-05-12 09:00 W2 dispatched unit=u
09:05 W2 resolved result_text=done
  flag hasty evidence.within=5m evidence.got="2026-05-12T09:00:00+00:00"
  flag no_contact evidence.contacts=0
  clock resolve met
2026-05-12 10:00 W3 dispatched unit=u
10:01 W3 contacted
10:05:01 W3 resolved
  no flag hasty ticket=W3
06-30 00:00 nothing
