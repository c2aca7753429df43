-- Who is told when: turns in the outbox, limits on what one person is told, silences.
-- Same number and name as in migrations/postgres.

-- `unit`, `urgency` (0 emergency, 1 first notice, 2 repetition) and `turn` make the order of the queue.
-- `turn` above 0: the message is due and stands in the queue; 0: it rests until `offer_at_ms`; below 0:
-- it was taken out of that turn and is with a sender.
-- `interrupts`: the person whose day it interrupts; none for residents, digests and paper.
ALTER TABLE outbox ADD COLUMN unit TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN urgency INTEGER NOT NULL DEFAULT 1;
ALTER TABLE outbox ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN interrupts TEXT;
UPDATE outbox SET unit = COALESCE(message->'facts'->>'unit', ''),
  interrupts = CASE WHEN message->>'via' IN ('digest', 'print') THEN NULL ELSE message->'to'->'staff'->>'person' END;

DROP INDEX outbox_waiting;
CREATE INDEX outbox_resting ON outbox (offer_at_ms, id) WHERE state = 'waiting' AND turn <= 0;
CREATE INDEX outbox_queue ON outbox (urgency, turn, id) WHERE state = 'waiting' AND turn > 0;
CREATE INDEX outbox_unit_queue ON outbox (urgency, unit, turn) WHERE state = 'waiting' AND turn > 0;

-- The SMS of one person and day, numbered: two nodes cannot both take the last one.
CREATE TABLE sms_of_day (
  person TEXT NOT NULL,
  day_ms INTEGER NOT NULL,
  nth INTEGER NOT NULL,
  outbox_id INTEGER NOT NULL UNIQUE,
  PRIMARY KEY (person, day_ms, nth)
) STRICT, WITHOUT ROWID;

-- Silences declared while duban runs; `units` is a JSON list, empty for everybody.
CREATE TABLE silence (
  id INTEGER PRIMARY KEY,
  units TEXT NOT NULL,
  from_ms INTEGER NOT NULL,
  to_ms INTEGER NOT NULL,
  owner TEXT NOT NULL,
  reason TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  ended_ms INTEGER,
  ended_by TEXT
) STRICT;

CREATE INDEX silence_to ON silence (to_ms);
