-- What other programs ask by and are told: requests of residents, calls that are made once, and
-- journal lines they are told of. Same number and name as in migrations/sqlite.

-- `service`: what the ticket is about, the item of the catalogue or else the category.
ALTER TABLE ticket ADD COLUMN service TEXT;
ALTER TABLE ticket ADD COLUMN requested_ms BIGINT;
UPDATE ticket SET requested_ms = CAST(COALESCE(state::jsonb->>'received', state::jsonb->>'dispatched') AS BIGINT),
                  service = COALESCE(state::jsonb#>>'{attributes,more,item,0}', state::jsonb#>>'{attributes,category}')
WHERE book = 'ticket' AND state IS NOT NULL;
CREATE INDEX ticket_requested ON ticket (requested_ms, key, service) WHERE requested_ms IS NOT NULL;

-- Journal lines other systems are to be told of, written with the look that wrote or read the line.
CREATE TABLE hook (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  channel TEXT NOT NULL,
  ticket_key BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'gave_up')),
  offer_at_ms BIGINT NOT NULL,
  attempt BIGINT NOT NULL,
  first_offered_ms BIGINT,
  created_ms BIGINT NOT NULL,
  done_at_ms BIGINT,
  reason TEXT,
  UNIQUE (channel, ticket_key, seq)
);

CREATE INDEX hook_waiting ON hook (offer_at_ms, id) WHERE state = 'waiting';

-- What a caller was answered to a key of their own; `answer` is empty while the call is under way.
CREATE TABLE idempotency (
  token_id BIGINT NOT NULL,
  key TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  answer TEXT,
  PRIMARY KEY (token_id, key)
);

CREATE INDEX idempotency_at ON idempotency (at_ms);
