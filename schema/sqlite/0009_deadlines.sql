-- What the machine has to do by itself, and when: a round to be counted, seats to be filled. Written with the events that set it.
CREATE TABLE deadline (
  subject TEXT PRIMARY KEY NOT NULL, -- a round, or the case whose seats are offered
  incident TEXT NOT NULL REFERENCES incident (id),
  due_us INTEGER NOT NULL
) STRICT;

CREATE INDEX deadline_due ON deadline (due_us);
