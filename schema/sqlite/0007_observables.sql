-- Which item has which observable. An observable stands here only as its HMAC-SHA-256 under a key outside the data folder: whoever has
-- the folder alone can neither read one nor look one up.
CREATE TABLE observable (
  mac BLOB NOT NULL CHECK (length(mac) = 32),
  evidence TEXT NOT NULL REFERENCES locator (id),
  kind TEXT NOT NULL,
  incident TEXT NOT NULL REFERENCES incident (id),
  matches INTEGER NOT NULL CHECK (matches >= 1),
  PRIMARY KEY (mac, evidence)
) STRICT, WITHOUT ROWID;

CREATE INDEX observable_by_evidence ON observable (evidence);
