-- Which items hold which bytes. A row goes when the bytes of its item are erased by order; the file goes with the last row.
CREATE TABLE evidence_payload (
  evidence TEXT PRIMARY KEY NOT NULL REFERENCES locator (id),
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64)
) STRICT;

CREATE INDEX evidence_payload_by_digest ON evidence_payload (sha256);

CREATE INDEX actor_by_name ON actor (name, id);
