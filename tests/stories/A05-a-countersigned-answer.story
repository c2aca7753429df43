# An answer to a network message: five steps with a clock each, and nobody reports upward before every signer has signed
rows: A05
by: clocks with start, per_unit with units_from = "cosigners"; KIND_all; close.on
set: plain
=== policies
[[policy]]
id = "network"
select = { source = "network" }
clocks = [
  { name = "initial", dur = "1wd", stop = "initial_reply" },
  { name = "notice",  dur = "1wd", start = "initial_reply", stop = "notice_sent" },
  { name = "progress", dur = "2wd", start = "notice_sent", stop = "progress_report" },
  { name = "material", dur = "2wd", start = "progress_report", stop = "material_sent" },
  { name = "cosign",  dur = "4wh", start = "material_sent", stop = "cosigned", per_unit = true, units_from = "cosigners", ladder = "cosign" },
  { name = "upward",  dur = "2wh", start = "cosigned_all", stop = "reported_up", ladder = "upward" },
]
ends = ["reported_up"]
close = { requires = ["event:cosigned_all"], on = ["reported_up"] }
[[ladder]]
id = "cosign"
steps = [{ at = "due", slip = "green", to = ["agent"], via = ["im"] }]
[[ladder]]
id = "upward"
steps = [{ at = "due", slip = "red", to = ["hotline"], via = ["im"] }]
===

2026-03-02 10:00 N1 dispatched unit=u source=network
03-02 15:00 N1 initial_reply
03-03 10:00 N1 notice_sent
03-04 10:00 N1 progress_report
03-05 10:00 N1 material_sent cosigners:=["u/zhang","u/li","u/wang"]
  clock cosign@u/zhang running due=14:00
11:00 N1 cosigned unit=u/zhang
12:00 N1 cosigned unit=u/li
  no event cosigned_all
13:00 N1 reported_up
  refused reported_up "cosigned_all"
  no clock upward
# The reminder goes to the one who is missing.
14:00 slip green cosign due unit=u/wang -> agent im
15:00 N1 cosigned unit=u/wang
  event cosigned_all
  clock upward running due=17:00
16:00 N1 reported_up
  ticket stage=ended
06-30 00:00 nothing
