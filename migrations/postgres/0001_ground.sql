-- The ground: tickets and their journal, slips, outbox, links, and what intake and web keep.
-- Same number and name as in migrations/sqlite; times are *_ms in UTC, states are TEXT with CHECK.
-- No foreign keys: every row is written by the one transaction that knows its ticket, nothing is
-- ever deleted, and `duban audit` proves the rest; a check per row would cost more than it finds.

-- `next_look_ms` is the timer wheel: when the engine has to look at the ticket again.
-- `state` stands last: it is the long one, and the columns before it are read alone.
CREATE TABLE ticket (
  key BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  no TEXT NOT NULL UNIQUE,
  head_seq BIGINT NOT NULL,
  head_hash TEXT NOT NULL,
  applied_seq BIGINT NOT NULL,
  next_look_ms BIGINT,
  unit TEXT NOT NULL,
  policy TEXT NOT NULL,
  stage TEXT NOT NULL,
  open BIGINT NOT NULL CHECK (open IN (0, 1)),
  created_ms BIGINT NOT NULL,
  state TEXT
)
-- An update that moves `next_look_ms` can never be heap-only, because the index holds it; an append to
-- a ticket that is due already, and a decision that keeps the moment, can. A fifth of each page is
-- left free for those. Dead versions of both kinds are cleared early: the table is large, the due part small.
WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);

CREATE INDEX ticket_due ON ticket (next_look_ms, key) WHERE next_look_ms IS NOT NULL;

CREATE TABLE journal (
  ticket_key BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  arrived_ms BIGINT NOT NULL,
  kind TEXT NOT NULL,
  dedupe TEXT,
  hash TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (ticket_key, seq)
);

CREATE UNIQUE INDEX journal_dedupe ON journal (ticket_key, dedupe) WHERE dedupe IS NOT NULL;

CREATE TABLE slip (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  ticket_key BIGINT NOT NULL,
  ticket_no TEXT NOT NULL,
  round BIGINT NOT NULL,
  clock TEXT NOT NULL,
  unit TEXT NOT NULL,
  step TEXT NOT NULL,
  kind TEXT NOT NULL,
  serial TEXT,
  due_ms BIGINT,
  at_ms BIGINT NOT NULL,
  reply_due_ms BIGINT,
  recipients TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'withdrawn')),
  reason TEXT,
  withdrawn_ms BIGINT
);

CREATE INDEX slip_ticket ON slip (ticket_key);

CREATE TABLE outbox (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  ticket_key BIGINT NOT NULL,
  slip TEXT,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'gave_up', 'dropped')),
  offer_at_ms BIGINT NOT NULL,
  attempt BIGINT NOT NULL,
  first_offered_ms BIGINT,
  created_ms BIGINT NOT NULL,
  done_at_ms BIGINT,
  channel TEXT,
  provider TEXT,
  reason TEXT,
  sealed TEXT,
  message TEXT NOT NULL
)
-- No free space kept: every update (claim, settle) changes a column of `outbox_waiting`, so none is
-- heap-only. But the dead versions lie in the part that is read all the time, so they are cleared early.
WITH (autovacuum_vacuum_scale_factor = 0.02);

CREATE INDEX outbox_waiting ON outbox (offer_at_ms, id) WHERE state = 'waiting';
CREATE INDEX outbox_ticket ON outbox (ticket_key);

-- A resident's one-use address; the token itself is never stored.
CREATE TABLE link (
  token_hash TEXT NOT NULL PRIMARY KEY,
  ticket_key BIGINT NOT NULL,
  ticket_no TEXT NOT NULL,
  purpose TEXT NOT NULL,
  round BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  used_ms BIGINT
);

-- How to reach the resident, sealed (base64); the latest wins and the journal never holds it.
CREATE TABLE contact (
  ticket_key BIGINT PRIMARY KEY,
  sealed TEXT NOT NULL,
  at_ms BIGINT NOT NULL
);

CREATE TABLE serial (
  series TEXT NOT NULL,
  year BIGINT NOT NULL,
  last BIGINT NOT NULL,
  PRIMARY KEY (series, year)
);

-- Lines that were not even events.
CREATE TABLE refusal (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at_ms BIGINT NOT NULL,
  source TEXT NOT NULL,
  reason TEXT NOT NULL,
  raw TEXT NOT NULL
);

CREATE TABLE mailbox (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  message_id TEXT NOT NULL UNIQUE,
  at_ms BIGINT NOT NULL,
  channel TEXT NOT NULL,
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  html TEXT,
  links TEXT NOT NULL
);

CREATE TABLE api_token (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  scopes TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  revoked_ms BIGINT
);

-- Policies are frozen per ticket: the files of every set a ticket was dispatched under.
CREATE TABLE policy_set (
  hash TEXT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL,
  version TEXT NOT NULL,
  kept_ms BIGINT NOT NULL,
  files TEXT NOT NULL
);
