-- Where each version of a finding stands in the log: it is official once a checkpoint that covers this leaf has the quorum of witnesses.
CREATE TABLE finding_version (
  number TEXT NOT NULL REFERENCES finding (number),
  version INTEGER NOT NULL CHECK (version >= 1),
  idx INTEGER NOT NULL UNIQUE,
  PRIMARY KEY (number, version)
) STRICT, WITHOUT ROWID;

INSERT INTO finding_version (number, version, idx)
SELECT finding.number, row_number() OVER (PARTITION BY event.stream ORDER BY event.version), event.idx
FROM event
JOIN finding ON finding.incident = event.stream
WHERE event.type = 'finding.version';

-- Checkpoints that witnesses have cosigned. Kept: the newest of each witness, those still short of the quorum, the newest that has it,
-- and for every version of a finding the first that covers it.
CREATE TABLE cosigned_checkpoint (
  size INTEGER PRIMARY KEY NOT NULL CHECK (size >= 0),
  checkpoint TEXT NOT NULL, -- with the log's own signatures only
  quorum_us INTEGER NULL -- when it first had the quorum
) STRICT;

CREATE TABLE cosignature (
  witness TEXT NOT NULL, -- its verifier key: another key is another witness
  size INTEGER NOT NULL REFERENCES cosigned_checkpoint (size) ON DELETE CASCADE,
  time_s INTEGER NOT NULL CHECK (time_s > 0), -- Unix seconds, the witness's
  line TEXT NOT NULL,
  PRIMARY KEY (witness, size)
) STRICT, WITHOUT ROWID;

CREATE INDEX cosignature_by_size ON cosignature (size);
