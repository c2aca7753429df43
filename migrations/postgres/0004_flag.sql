-- Signals for a person to look at, as the journal has them, so that they can be listed.
-- `round` is 0 where a flag is of the ticket as a whole; `about` tells repetitions apart.

CREATE TABLE flag (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ticket_key BIGINT NOT NULL,
  ticket_no TEXT NOT NULL,
  flag TEXT NOT NULL,
  round BIGINT NOT NULL,
  about TEXT NOT NULL,
  unit TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  evidence TEXT NOT NULL,
  UNIQUE (ticket_key, flag, round, about)
);

CREATE INDEX flag_kind ON flag (flag, id);
