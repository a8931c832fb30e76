-- Encryption at rest. Values of events, openings and kept answers are sealed under a key for each record; a record's key is wrapped
-- by a master key that is never in this database. A data folder from before has its values in the clear and is not taken over.

CREATE TABLE made_before_encryption (
  events INTEGER NOT NULL CONSTRAINT "this data folder was made before values were encrypted; load it anew" CHECK (events = 0)
) STRICT;

INSERT INTO made_before_encryption (events) SELECT count(*) FROM event;

DROP TABLE made_before_encryption;

CREATE TABLE data_key (
  scope TEXT PRIMARY KEY NOT NULL,
  master TEXT NOT NULL CHECK (length(master) = 16),
  wrapped BLOB NOT NULL CHECK (length(wrapped) = 60)
) STRICT, WITHOUT ROWID;

CREATE INDEX data_key_by_master ON data_key (master);

-- The file of an item's bytes, and its key under the key of its case. Erasure deletes the row, and with it the only key.
CREATE TABLE payload (
  evidence TEXT PRIMARY KEY NOT NULL REFERENCES locator (id),
  incident TEXT NOT NULL REFERENCES incident (id),
  blob TEXT NOT NULL UNIQUE CHECK (length(blob) = 32),
  size INTEGER NOT NULL CHECK (size >= 0),
  wrapped BLOB NOT NULL CHECK (length(wrapped) = 60)
) STRICT;

DROP TABLE evidence_payload;

-- Lists read names from the record itself: here they would stand in the clear.
ALTER TABLE incident DROP COLUMN name;

ALTER TABLE person DROP COLUMN name;
