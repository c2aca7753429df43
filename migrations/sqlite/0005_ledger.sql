-- The ledgers: what is hung, and what is supervised because it has been open too long.
-- Same number and name as in migrations/postgres. Every row follows from its ticket's state; the
-- engine writes the rows of a ticket anew whenever it writes the ticket.

CREATE TABLE ledger (
  ticket_key INTEGER NOT NULL,
  entry TEXT NOT NULL,
  list TEXT NOT NULL,
  ticket_no TEXT NOT NULL,
  unit TEXT NOT NULL,
  opened_ms INTEGER NOT NULL,
  review_due_ms INTEGER,
  expires_ms INTEGER,
  ended_ms INTEGER,
  ended_by TEXT,
  reason TEXT,
  approver TEXT,
  leader TEXT,
  lacking TEXT NOT NULL,
  PRIMARY KEY (ticket_key, entry)
) STRICT, WITHOUT ROWID;

CREATE INDEX ledger_list ON ledger (list, opened_ms);
