-- Time stamps of outside authorities over checkpoints (RFC 3161): what the entry of the log is the digest of.
CREATE TABLE anchor (
  idx INTEGER PRIMARY KEY NOT NULL REFERENCES log_entry (idx),
  size INTEGER NOT NULL CHECK (size > 0 AND size <= idx),
  root BLOB NOT NULL CHECK (length(root) = 32),
  checkpoint TEXT NOT NULL,
  token BLOB NOT NULL,
  token_sha256 TEXT NOT NULL,
  time_us INTEGER NOT NULL
) STRICT;
