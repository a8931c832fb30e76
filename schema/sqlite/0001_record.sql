-- The record: events, their log entries, the openings of commitments, and the head of the log.
-- Columns only here and in files after this one; rows are never rewritten by a migration of these tables.

CREATE TABLE instance (
  name TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL
) STRICT;

-- One event is one leaf: idx is the leaf's index, given by the single writer in commit order.
CREATE TABLE event (
  idx INTEGER PRIMARY KEY NOT NULL CHECK (idx >= 0),
  stream TEXT NOT NULL CHECK (length(stream) BETWEEN 1 AND 200),
  version INTEGER NOT NULL CHECK (version >= 1),
  type TEXT NOT NULL CHECK (length(type) BETWEEN 1 AND 100),
  schema_version INTEGER NOT NULL CHECK (schema_version >= 1),
  actor TEXT NULL,
  at_us INTEGER NOT NULL,
  body TEXT NOT NULL,
  sealed INTEGER NOT NULL CHECK (sealed IN (0, 1)),
  UNIQUE (stream, version)
) STRICT;

CREATE TABLE log_entry (
  idx INTEGER PRIMARY KEY NOT NULL REFERENCES event (idx),
  leaf_hash BLOB NOT NULL CHECK (length(leaf_hash) = 32),
  entry BLOB NOT NULL CHECK (length(entry) BETWEEN 1 AND 8192)
) STRICT;

-- What opens a commitment. name '' is the seal of the whole event, its value the canonical entry.
CREATE TABLE opening (
  idx INTEGER NOT NULL REFERENCES event (idx),
  name TEXT NOT NULL,
  salt BLOB NOT NULL CHECK (length(salt) = 32),
  value TEXT NOT NULL,
  PRIMARY KEY (idx, name)
) STRICT, WITHOUT ROWID;

-- An opening may be destroyed only when a logged event ordered it.
CREATE TABLE erasure (
  idx INTEGER NOT NULL REFERENCES event (idx),
  name TEXT NOT NULL,
  ordered_by_idx INTEGER NOT NULL REFERENCES event (idx),
  PRIMARY KEY (idx, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE log_head (
  id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
  size INTEGER NOT NULL CHECK (size >= 0),
  root BLOB NOT NULL CHECK (length(root) = 32),
  checkpoint TEXT NOT NULL,
  at_us INTEGER NOT NULL
) STRICT;

CREATE TABLE stream_head (
  stream TEXT PRIMARY KEY NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  leaf_hash BLOB NOT NULL CHECK (length(leaf_hash) = 32)
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency (
  caller TEXT NOT NULL,
  key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  request_hash TEXT NOT NULL,
  status INTEGER NOT NULL CHECK (status BETWEEN 100 AND 599),
  location TEXT NULL,
  etag TEXT NULL,
  body TEXT NULL,
  leaf_index INTEGER NULL,
  at_us INTEGER NOT NULL,
  PRIMARY KEY (caller, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_by_age ON idempotency (at_us);

-- The next index and the next version of the stream, or nothing. This also stops INSERT OR REPLACE,
-- whose deletion of the older row fires no trigger unless recursive_triggers is on.
CREATE TRIGGER event_is_next BEFORE INSERT ON event
WHEN NEW.idx <> (SELECT coalesce(max(idx) + 1, 0) FROM event)
  OR NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM event WHERE stream = NEW.stream)
BEGIN
  SELECT RAISE(ABORT, 'an event takes the next index and the next version of its stream');
END;

CREATE TRIGGER log_entry_is_next BEFORE INSERT ON log_entry
WHEN NEW.idx <> (SELECT coalesce(max(idx) + 1, 0) FROM log_entry)
BEGIN
  SELECT RAISE(ABORT, 'a log entry takes the next index');
END;

CREATE TRIGGER opening_is_new BEFORE INSERT ON opening
WHEN EXISTS (SELECT 1 FROM opening WHERE idx = NEW.idx AND name = NEW.name)
  OR EXISTS (SELECT 1 FROM erasure WHERE idx = NEW.idx AND name = NEW.name)
BEGIN
  SELECT RAISE(ABORT, 'an opening is written once, and never after its erasure');
END;

CREATE TRIGGER event_no_update BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;

CREATE TRIGGER event_no_delete BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;

CREATE TRIGGER log_entry_no_update BEFORE UPDATE ON log_entry
BEGIN SELECT RAISE(ABORT, 'log entries are never changed'); END;

CREATE TRIGGER log_entry_no_delete BEFORE DELETE ON log_entry
BEGIN SELECT RAISE(ABORT, 'log entries are never deleted'); END;

CREATE TRIGGER opening_no_update BEFORE UPDATE ON opening
BEGIN SELECT RAISE(ABORT, 'openings are never changed'); END;

CREATE TRIGGER opening_delete_by_order BEFORE DELETE ON opening
WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE idx = OLD.idx AND name = OLD.name)
BEGIN
  SELECT RAISE(ABORT, 'an opening is deleted only by an order of erasure');
END;

CREATE TRIGGER erasure_no_update BEFORE UPDATE ON erasure
BEGIN SELECT RAISE(ABORT, 'orders of erasure are never changed'); END;

CREATE TRIGGER erasure_no_delete BEFORE DELETE ON erasure
BEGIN SELECT RAISE(ABORT, 'orders of erasure are never deleted'); END;

CREATE TRIGGER log_head_no_delete BEFORE DELETE ON log_head
BEGIN SELECT RAISE(ABORT, 'the head of the log is never deleted'); END;

CREATE TRIGGER log_head_grows BEFORE UPDATE ON log_head
WHEN NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root <> OLD.root) OR NEW.at_us < OLD.at_us
BEGIN
  SELECT RAISE(ABORT, 'the log only grows, and its time only moves forward');
END;
