# Noise in the evening is accepted the same evening: half an hour on the clock on the wall
rows: E03
by: [[policy]] urgent: spans of elapsed time; [[ladder]] night = true
set: cn

2026-05-07 20:10 W1 dispatched unit=cx-cgj category=投诉/噪声 urgency=紧急
  slip task accept start -> liaison im sms
  clock accept running due=20:40
20:35 W1 accepted
  clock accept met
21:30 W1 contacted
22:10 W1 resolved
  clock resolve met
