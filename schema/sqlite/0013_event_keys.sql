-- Each event's values are sealed under a key of their own, and that under the key of its record. An order of erasure destroys the key:
-- what the event said is gone, its leaf and its proofs stay. What is left to say of it stands in redacted_event.

CREATE TABLE event_key (
  idx INTEGER PRIMARY KEY NOT NULL REFERENCES event (idx),
  sealed TEXT NOT NULL CHECK (length(sealed) BETWEEN 60 AND 120)
) STRICT;

CREATE TABLE redacted_event (
  idx INTEGER PRIMARY KEY NOT NULL REFERENCES event (idx),
  body TEXT NOT NULL
) STRICT;

CREATE TRIGGER event_key_is_new BEFORE INSERT ON event_key
WHEN EXISTS (SELECT 1 FROM event_key WHERE idx = NEW.idx) OR EXISTS (SELECT 1 FROM erasure WHERE idx = NEW.idx)
BEGIN
  SELECT RAISE(ABORT, 'the key of an event is written once, and never after an erasure');
END;

CREATE TRIGGER event_key_no_update BEFORE UPDATE ON event_key
BEGIN SELECT RAISE(ABORT, 'keys of events are never changed'); END;

CREATE TRIGGER event_key_delete_by_order BEFORE DELETE ON event_key
WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE idx = OLD.idx)
BEGIN
  SELECT RAISE(ABORT, 'the key of an event is deleted only by an order of erasure');
END;

CREATE TRIGGER redacted_event_by_order BEFORE INSERT ON redacted_event
WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE idx = NEW.idx)
BEGIN
  SELECT RAISE(ABORT, 'an event is redacted only by an order of erasure');
END;

CREATE TRIGGER redacted_event_no_delete BEFORE DELETE ON redacted_event
BEGIN SELECT RAISE(ABORT, 'a redacted event is never deleted'); END;
