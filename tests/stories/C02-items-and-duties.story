# The item of a ticket gives its policy, the catalogue of duties its basis; what is in no catalogue is flagged
rows: B08 C02 C03
by: catalogue/items.csv, catalogue/duties.csv; `duban catalogue`; a_large_catalogue_loads_in_time
set: plain
=== policies
[[policy]]
id = "request"
clocks = [{ name = "resolve", dur = "5wd", stop = "resolved" }]
returns = { window = "1wd", max = 2, basis_required = true, ruling = "1wd", after_max = "ruling_final", hop_limit = 4 }
[[policy]]
id = "lift"
select = { urgency = "high" }
clocks = [{ name = "resolve", dur = "1wd", stop = "resolved" }]
ends = ["closed"]
=== only catalogue/items.csv
code,name,parent,policy
1,buildings,,request
11,lifts,1,
111,people in a lift,11,lift
=== only catalogue/duties.csv
id,unit,item,area,valid_from,to
D1,u,11,,2020-01-01,
D2,elsewhere,1,,,
===

2026-03-02 10:00 W1 dispatched unit=u item=111
  ticket policy=lift unmapped=false basis.duty.id=D1 basis.duty.found=true
10:00 W2 dispatched unit=u item=11
  W2: ticket policy=request basis.duty.id=D1
10:00 W3 dispatched unit=u item=999
  W3: ticket policy=request unmapped=true basis=none
# A decision settles who takes what no duty covers.
10:05 W3 decision by=street text="the street takes it over"
10:06 W3 dispatched unit=u
  W3: ticket basis.decision.text~street
# Who returns what the catalogue gives them goes to a ruling; who returns what it does not, goes back to the desk.
11:00 W2 returned basis=三定方案
  event ruling_asked reason=catalogue
  W2: ticket unit=u returned.-1.ruling=catalogue
11:10 W3 returned basis=三定方案
  W3: ticket returned.-1.ruling=none
  W3: no event ruling_asked
