-- Unfinished uploads. None of this is an official act: rows come and go without events, and nothing of it is in the log.
CREATE TABLE upload (
  id TEXT PRIMARY KEY NOT NULL,
  owner TEXT NOT NULL REFERENCES person (id),
  incident TEXT NULL REFERENCES incident (id),
  size INTEGER NOT NULL CHECK (size >= 0),
  received INTEGER NOT NULL CHECK (received BETWEEN 0 AND size),
  parts INTEGER NOT NULL CHECK (parts >= 0),
  metadata TEXT NOT NULL,
  wrapped BLOB NOT NULL CHECK (length(wrapped) = 60),
  created_us INTEGER NOT NULL,
  expires_us INTEGER NOT NULL
) STRICT;

CREATE INDEX upload_by_owner ON upload (owner, id);
CREATE INDEX upload_by_incident ON upload (incident);
CREATE INDEX upload_by_expiry ON upload (expires_us);

-- A sealed file for each part, in order. What has no row here was never acknowledged.
CREATE TABLE upload_part (
  upload TEXT NOT NULL REFERENCES upload (id) ON DELETE CASCADE,
  number INTEGER NOT NULL CHECK (number >= 1),
  blob TEXT NOT NULL UNIQUE CHECK (length(blob) = 32),
  size INTEGER NOT NULL CHECK (size >= 1),
  PRIMARY KEY (upload, number)
) STRICT, WITHOUT ROWID;

-- How many bytes a case holds is asked before every byte that it is sent.
CREATE INDEX payload_by_incident ON payload (incident, size);
