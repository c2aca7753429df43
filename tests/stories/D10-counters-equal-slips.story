# Each supervising unit numbers its own slips without gaps; what was taken back is shown as such and counted apart
rows: D01 D07 D10
by: [slips] issuer, withdraw_by; [issuers]; serial per issuing unit, series and year
set: cn
=== policies
[issuers]
cx = "西督"
cd = "东督"
[slips.red]
issuer = "county_sup"
withdraw_by = ["city_sup"]
tell_withdrawal = true
[[ladder]]
id = "resolve_std"
steps = [{ at = "due", slip = "red", to = ["principal"], via = ["im"] }]
=== org
[[unit]]
id = "cd"
zh = "示例市城东区"
parent = "xn"
[[unit]]
id = "cd-cgj"
zh = "城东区城市管理局"
parent = "cd"
[[person]]
id = "e1"
name = "东一"
im = "e1"
phone = "13800000101"
[[post]]
unit = "cd"
role = "county_sup"
person = "e1"
[[post]]
unit = "cd-cgj"
role = ["principal", "liaison"]
person = "e1"
===

2026-05-08 09:12 W1..W3 dispatched unit=cx-scjg category=投诉/电梯 urgency=一般
2026-05-08 09:12 W4 dispatched unit=cd-cgj category=投诉/电梯 urgency=一般
  W1..W3: slip task accept start issuer=none -> p11 im sms
  W4: slip task accept start serial=任字〔2026〕4号 issuer=none -> e1 im sms
09:20 W1..W4 accepted
09:30 W1..W4 contacted
05-14 18:00
  W1: slip red resolve due issuer=cx serial=西督红字〔2026〕1号 -> p08 im
  W2: slip red resolve due issuer=cx serial=西督红字〔2026〕2号 -> p08 im
  W3: slip red resolve due issuer=cx serial=西督红字〔2026〕3号 -> p08 im
  W4: slip red resolve due issuer=cd serial=东督红字〔2026〕1号 -> e1 im
# Only the city takes a red slip back, and says why.
05-15 09:00 W2 slip_withdrawn slip=西督红字〔2026〕2号 reason=派错单位 approver=county_sup
  refused slip_withdrawn "may not approve this"
05-15 09:10 W2 slip_withdrawn slip=西督红字〔2026〕2号 approver=city_sup
  refused slip_withdrawn "with a reason"
05-15 09:20 W2 slip_withdrawn slip=西督红字〔2026〕2号 reason=派错单位 approver=city_sup
  # Who got it hears that it is void.
  message staff.withdrawn -> p08 im
  says "红色督办单西督红字〔2026〕2号(工单W2)已撤回"
  table slip 3 kind=red state=open
  table slip 1 kind=red state=withdrawn reason=派错单位 ticket_no=W2
05-15 10:00 W2 replied slip=西督红字〔2026〕2号 plan=x
  refused replied "was withdrawn"
05-15 11:00 W1..W4 resolved
