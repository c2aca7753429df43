-- The ground: tickets and their journal, slips, outbox, links, and what intake and web keep.
-- Same number and name as in migrations/postgres; times are *_ms in UTC, states are TEXT with CHECK.
-- No foreign keys: every row is written by the one transaction that knows its ticket, nothing is
-- ever deleted, and `duban audit` proves the rest; a check per row would cost more than it finds.

-- `next_look_ms` is the timer wheel: when the engine has to look at the ticket again.
-- `state` stands last: it is the long one, and the columns before it are read alone.
CREATE TABLE ticket (
  key INTEGER PRIMARY KEY,
  no TEXT NOT NULL UNIQUE,
  head_seq INTEGER NOT NULL,
  head_hash TEXT NOT NULL,
  applied_seq INTEGER NOT NULL,
  next_look_ms INTEGER,
  unit TEXT NOT NULL,
  policy TEXT NOT NULL,
  stage TEXT NOT NULL,
  open INTEGER NOT NULL CHECK (open IN (0, 1)),
  created_ms INTEGER NOT NULL,
  state TEXT
) STRICT;

CREATE INDEX ticket_due ON ticket (next_look_ms, key) WHERE next_look_ms IS NOT NULL;

-- Clustered by ticket: a replay reads one run of pages.
CREATE TABLE journal (
  ticket_key INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  arrived_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  dedupe TEXT,
  hash TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (ticket_key, seq)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX journal_dedupe ON journal (ticket_key, dedupe) WHERE dedupe IS NOT NULL;

CREATE TABLE slip (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  ticket_key INTEGER NOT NULL,
  ticket_no TEXT NOT NULL,
  round INTEGER NOT NULL,
  clock TEXT NOT NULL,
  unit TEXT NOT NULL,
  step TEXT NOT NULL,
  kind TEXT NOT NULL,
  serial TEXT,
  due_ms INTEGER,
  at_ms INTEGER NOT NULL,
  reply_due_ms INTEGER,
  recipients TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'withdrawn')),
  reason TEXT,
  withdrawn_ms INTEGER
) STRICT;

CREATE INDEX slip_ticket ON slip (ticket_key);

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  ticket_key INTEGER NOT NULL,
  slip TEXT,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'gave_up', 'dropped')),
  offer_at_ms INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  first_offered_ms INTEGER,
  created_ms INTEGER NOT NULL,
  done_at_ms INTEGER,
  channel TEXT,
  provider TEXT,
  reason TEXT,
  sealed TEXT,
  message TEXT NOT NULL
) STRICT;

CREATE INDEX outbox_waiting ON outbox (offer_at_ms, id) WHERE state = 'waiting';
CREATE INDEX outbox_ticket ON outbox (ticket_key);

-- A resident's one-use address; the token itself is never stored.
CREATE TABLE link (
  token_hash TEXT NOT NULL PRIMARY KEY,
  ticket_key INTEGER NOT NULL,
  ticket_no TEXT NOT NULL,
  purpose TEXT NOT NULL,
  round INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  used_ms INTEGER
) STRICT, WITHOUT ROWID;

-- How to reach the resident, sealed (base64); the latest wins and the journal never holds it.
CREATE TABLE contact (
  ticket_key INTEGER PRIMARY KEY,
  sealed TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE serial (
  series TEXT NOT NULL,
  year INTEGER NOT NULL,
  last INTEGER NOT NULL,
  PRIMARY KEY (series, year)
) STRICT, WITHOUT ROWID;

-- Lines that were not even events.
CREATE TABLE refusal (
  id INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  source TEXT NOT NULL,
  reason TEXT NOT NULL,
  raw TEXT NOT NULL
) STRICT;

CREATE TABLE mailbox (
  id INTEGER PRIMARY KEY,
  message_id TEXT NOT NULL UNIQUE,
  at_ms INTEGER NOT NULL,
  channel TEXT NOT NULL,
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  html TEXT,
  links TEXT NOT NULL
) STRICT;

CREATE TABLE api_token (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  scopes TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  revoked_ms INTEGER
) STRICT;

-- Policies are frozen per ticket: the files of every set a ticket was dispatched under.
CREATE TABLE policy_set (
  hash TEXT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL,
  version TEXT NOT NULL,
  kept_ms INTEGER NOT NULL,
  files TEXT NOT NULL
) STRICT, WITHOUT ROWID;
