-- Where each connector stands, written in the transaction that appends what it read.
-- `part` is the hash of a file that was dropped, and empty where a connector has one stream.
CREATE TABLE connector_position (
  connector TEXT NOT NULL,
  part TEXT NOT NULL,
  name TEXT NOT NULL,
  position TEXT NOT NULL,
  done BIGINT NOT NULL CHECK (done IN (0, 1)),
  read_rows BIGINT NOT NULL,
  accepted BIGINT NOT NULL,
  duplicates BIGINT NOT NULL,
  refused BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (connector, part)
);

-- When it last looked at its source, and what hindered it.
CREATE TABLE connector_look (
  connector TEXT NOT NULL PRIMARY KEY,
  looked_ms BIGINT NOT NULL,
  well_ms BIGINT,
  trouble TEXT
);

-- Of sources that show a ticket as it stands: what its watched columns held last.
CREATE TABLE connector_seen (
  connector TEXT NOT NULL,
  ticket_no TEXT NOT NULL,
  seen TEXT NOT NULL,
  PRIMARY KEY (connector, ticket_no)
);

-- A row a connector refused is kept once, however often it is read.
ALTER TABLE refusal ADD COLUMN connector TEXT;
ALTER TABLE refusal ADD COLUMN part TEXT;
ALTER TABLE refusal ADD COLUMN mark TEXT;
CREATE UNIQUE INDEX refusal_connector ON refusal (connector, part, mark) WHERE connector IS NOT NULL;
