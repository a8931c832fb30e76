-- Which payloads a scanner has looked at. No event: what it said is in the record of the case.
CREATE TABLE payload_scan (
  evidence TEXT PRIMARY KEY NOT NULL REFERENCES locator (id),
  at_us INTEGER NOT NULL
) STRICT;
