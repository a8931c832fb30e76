-- When the stored bytes of an item were last read again in full, and what was found. Goes with the bytes.
CREATE TABLE payload_check (
  evidence TEXT PRIMARY KEY NOT NULL REFERENCES payload (evidence) ON DELETE CASCADE,
  at_us INTEGER NOT NULL,
  result TEXT NOT NULL CHECK (result IN ('whole', 'damaged', 'missing', 'unreadable'))
) STRICT;

CREATE INDEX payload_check_by_age ON payload_check (at_us);
