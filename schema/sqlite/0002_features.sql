-- Rows that features read: each is written in the transaction of the event it follows from.

CREATE TABLE person (
  id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  roles TEXT NOT NULL,
  suspended INTEGER NOT NULL CHECK (suspended IN (0, 1)),
  created_us INTEGER NOT NULL
) STRICT;

CREATE TABLE api_key (
  sha256 TEXT PRIMARY KEY NOT NULL CHECK (length(sha256) = 64),
  id TEXT NOT NULL UNIQUE,
  person TEXT NOT NULL REFERENCES person (id),
  expires_us INTEGER NOT NULL,
  revoked_us INTEGER NULL
) STRICT;

CREATE TABLE incident (
  id TEXT PRIMARY KEY NOT NULL,
  number TEXT NULL UNIQUE,
  stage TEXT NOT NULL,
  public INTEGER NOT NULL CHECK (public IN (0, 1)),
  name TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  referred_us INTEGER NOT NULL,
  changed_us INTEGER NOT NULL
) STRICT;

CREATE INDEX incident_by_change ON incident (changed_us DESC, id DESC);

-- Who may know of a case beside those whose role in the instance says so.
CREATE TABLE incident_person (
  incident TEXT NOT NULL REFERENCES incident (id),
  person TEXT NOT NULL,
  PRIMARY KEY (incident, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX incident_person_by_person ON incident_person (person, incident);

-- In which case a thing is: evidence, panels, rounds, petitions …
CREATE TABLE locator (
  id TEXT PRIMARY KEY NOT NULL,
  incident TEXT NOT NULL REFERENCES incident (id)
) STRICT;

CREATE TABLE actor (
  id TEXT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NULL,
  version INTEGER NOT NULL CHECK (version >= 1)
) STRICT;

-- Names by which actors are looked up; folded: NFKC, lower case, letters and digits only.
CREATE TABLE actor_name (
  folded TEXT NOT NULL,
  actor TEXT NOT NULL REFERENCES actor (id),
  name TEXT NOT NULL,
  coined_by TEXT NOT NULL,
  relation TEXT NOT NULL,
  PRIMARY KEY (folded, actor, coined_by)
) STRICT, WITHOUT ROWID;

CREATE TABLE finding (
  number TEXT PRIMARY KEY NOT NULL,
  incident TEXT NOT NULL UNIQUE REFERENCES incident (id),
  version INTEGER NOT NULL CHECK (version >= 1),
  status TEXT NOT NULL,
  outcome TEXT NOT NULL,
  level TEXT NULL,
  confidence TEXT NULL,
  likelihood TEXT NULL,
  crosscheckable INTEGER NULL CHECK (crosscheckable IN (0, 1)),
  exercise INTEGER NOT NULL CHECK (exercise IN (0, 1)),
  name TEXT NOT NULL,
  first_published_us INTEGER NOT NULL,
  published_us INTEGER NOT NULL
) STRICT;

CREATE INDEX finding_by_publication ON finding (published_us DESC, number DESC);

CREATE TABLE finding_state (
  number TEXT NOT NULL REFERENCES finding (number),
  state TEXT NOT NULL,
  PRIMARY KEY (number, state)
) STRICT, WITHOUT ROWID;

-- Published documents: rendered once, served as they are.
CREATE TABLE document (
  path TEXT PRIMARY KEY NOT NULL,
  media_type TEXT NOT NULL,
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  bytes BLOB NOT NULL
) STRICT;

-- What changed in public, in the order of the log.
CREATE TABLE change (
  idx INTEGER PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  at_us INTEGER NOT NULL
) STRICT;
