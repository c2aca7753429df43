-- Journals beside those of tickets (numbers that begin with `~`), and events one journal tells another.
-- Same number and name as in migrations/postgres.

ALTER TABLE ticket ADD COLUMN book TEXT NOT NULL DEFAULT 'ticket'
  CHECK (book IN ('ticket', 'tally', 'agenda'));

-- At one and the same instant tickets come before the books that count them.
DROP INDEX ticket_due;
CREATE INDEX ticket_due ON ticket (next_look_ms, book DESC, key) WHERE next_look_ms IS NOT NULL;

-- Written with the look that tells, taken out with the append that delivers: nothing is lost, and
-- what is delivered twice is set aside by its dedupe key.
CREATE TABLE told (
  id INTEGER PRIMARY KEY,
  ticket_no TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  dedupe TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
