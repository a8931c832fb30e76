-- Questions that a later fact has settled, with the panel's score: what the public track record lists and sums up (V-41).
CREATE TABLE resolution (
  incident TEXT NOT NULL REFERENCES incident (id),
  round TEXT NOT NULL,
  question TEXT NOT NULL,
  at_us INTEGER NOT NULL,
  members INTEGER NOT NULL CHECK (members >= 0),
  panel_mean INTEGER, -- null where no ballot counts
  pool INTEGER,
  PRIMARY KEY (round, question)
) STRICT;

-- Who votes in a round: for one's own track record, and the rounds of a member.
CREATE TABLE round_voter (
  round TEXT NOT NULL,
  person TEXT NOT NULL,
  PRIMARY KEY (person, round)
) STRICT, WITHOUT ROWID;

CREATE INDEX resolution_newest ON resolution (at_us, round, question);
