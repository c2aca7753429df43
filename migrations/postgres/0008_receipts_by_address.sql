-- Receipts by number and address: some centres give every message the same number.
-- Same number and name as in migrations/sqlite.

-- `letter`: the message of the outbox it left as; what left together has the same. `address`: keyed
-- hash of where it went.
ALTER TABLE part ADD COLUMN letter BIGINT;
ALTER TABLE part ADD COLUMN address TEXT;

-- The address belongs to what makes a receipt one of its own.
ALTER TABLE receipt ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE receipt DROP CONSTRAINT receipt_channel_provider_id_delivery_key;
ALTER TABLE receipt ADD UNIQUE (channel, provider_id, delivery, address);
