-- Signals for a person to look at, as the journal has them, so that they can be listed.
-- `round` is 0 where a flag is of the ticket as a whole; `about` tells repetitions apart.

CREATE TABLE flag (
  id INTEGER PRIMARY KEY,
  ticket_key INTEGER NOT NULL,
  ticket_no TEXT NOT NULL,
  flag TEXT NOT NULL,
  round INTEGER NOT NULL,
  about TEXT NOT NULL,
  unit TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  evidence TEXT NOT NULL,
  UNIQUE (ticket_key, flag, round, about)
) STRICT;

CREATE INDEX flag_kind ON flag (flag, id);
