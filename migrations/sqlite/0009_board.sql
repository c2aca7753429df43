-- The board of the supervisors: who is signed in, one narrow line for each open ticket, and who got which message.
-- Same number and name as in migrations/postgres.

-- Links to sign in and sessions; the tokens themselves are never stored. Times are those of the host, also
-- where a demonstration lets time run faster.
CREATE TABLE sign_in (
  token_hash TEXT NOT NULL PRIMARY KEY,
  person TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  used_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX sign_in_person ON sign_in (person, created_ms);

CREATE TABLE session (
  token_hash TEXT NOT NULL PRIMARY KEY,
  person TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  seen_ms INTEGER NOT NULL,
  ends_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Apart from `ticket`, whose rows are long and rewritten at every look: a line here is written only
-- when something on it changes, and what the lists need never drags a state along.
-- `due_ms` of a ticket on which no clock runs is the end of time, so that pages have one order.
CREATE TABLE board (
  ticket_key INTEGER PRIMARY KEY,
  ticket_no TEXT NOT NULL,
  unit TEXT NOT NULL,
  policy TEXT NOT NULL,
  stage TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'paused', 'hung', 'callback', 'idle')),
  colour TEXT NOT NULL CHECK (colour IN ('none', 'green', 'yellow', 'red')),
  clock TEXT NOT NULL,
  due_ms INTEGER NOT NULL,
  since_ms INTEGER NOT NULL,
  round INTEGER NOT NULL
) STRICT;

CREATE INDEX board_due ON board (due_ms, ticket_key);
CREATE INDEX board_since ON board (since_ms, ticket_key);
-- Counts are read from this index alone.
CREATE INDEX board_tally ON board (unit, state, colour, due_ms);

-- Every open ticket is looked at once more, which writes its line.
UPDATE ticket SET next_look_ms = 0 WHERE open = 1 AND book = 'ticket';

ALTER TABLE outbox ADD COLUMN person TEXT;
UPDATE outbox SET person = message ->> '$.to.staff.person';
CREATE INDEX outbox_person ON outbox (person, created_ms, id) WHERE person IS NOT NULL;
-- Only what did not arrive stands in this index.
CREATE INDEX outbox_trouble ON outbox (done_at_ms, id) WHERE state = 'gave_up' OR delivery IN ('failed', 'never');
-- What has ended stays in the ledger for ever.
CREATE INDEX ledger_open ON ledger (list, unit) WHERE ended_ms IS NULL;
