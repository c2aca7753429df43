-- What other programs ask by and are told: requests of residents, calls that are made once, and
-- messages that leave one after the other. Same number and name as in migrations/sqlite.

-- `service`: what the ticket is about, the item of the catalogue or else the category.
ALTER TABLE ticket ADD COLUMN service TEXT;
ALTER TABLE ticket ADD COLUMN requested_ms BIGINT;
UPDATE ticket SET requested_ms = CAST(COALESCE(state::jsonb->>'received', state::jsonb->>'dispatched') AS BIGINT),
                  service = COALESCE(state::jsonb#>>'{attributes,more,item,0}', state::jsonb#>>'{attributes,category}')
WHERE book = 'ticket' AND state IS NOT NULL;
CREATE INDEX ticket_requested ON ticket (requested_ms, key, service) WHERE requested_ms IS NOT NULL;

-- Messages of one lane leave in their order: the next only when the one before is done.
ALTER TABLE outbox ADD COLUMN lane TEXT;
CREATE INDEX outbox_lane ON outbox (lane, id) WHERE lane IS NOT NULL AND state = 'waiting';

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
