-- What readers search. Only what is published stands here, written in the transaction of the publication. The highest id is the finding
-- that was published last: lists go by it, and the full-text index reads its postings in that order.
CREATE TABLE finding_search (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  number TEXT NOT NULL UNIQUE REFERENCES finding (number),
  digest TEXT NOT NULL CHECK (length(digest) = 64),
  lead TEXT NOT NULL, -- the statement in its first language, for feeds and dumps
  lead_lang TEXT NOT NULL,
  changed_us INTEGER NOT NULL,
  title TEXT NOT NULL,
  statement TEXT NOT NULL,
  body TEXT NOT NULL,
  facets TEXT NOT NULL
) STRICT;

CREATE VIRTUAL TABLE finding_text USING fts5 (
  title, statement, body, facets, content = 'finding_search', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);

CREATE TRIGGER finding_search_added AFTER INSERT ON finding_search
BEGIN
  INSERT INTO finding_text (rowid, title, statement, body, facets) VALUES (NEW.id, NEW.title, NEW.statement, NEW.body, NEW.facets);
END;

CREATE TRIGGER finding_search_removed AFTER DELETE ON finding_search
BEGIN
  INSERT INTO finding_text (finding_text, rowid, title, statement, body, facets)
  VALUES ('delete', OLD.id, OLD.title, OLD.statement, OLD.body, OLD.facets);
END;

CREATE TRIGGER finding_search_changed AFTER UPDATE ON finding_search
BEGIN
  INSERT INTO finding_text (finding_text, rowid, title, statement, body, facets)
  VALUES ('delete', OLD.id, OLD.title, OLD.statement, OLD.body, OLD.facets);
  INSERT INTO finding_text (rowid, title, statement, body, facets) VALUES (NEW.id, NEW.title, NEW.statement, NEW.body, NEW.facets);
END;

-- What findings are sorted by: one row for each value of each facet.
CREATE TABLE finding_facet (
  facet TEXT NOT NULL,
  value TEXT NOT NULL,
  id INTEGER NOT NULL REFERENCES finding_search (id) ON DELETE CASCADE,
  PRIMARY KEY (facet, value, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX finding_facet_by_finding ON finding_facet (id, facet, value);

-- How many findings have a value: counted as the rows are written, so that nobody has to count a million of them.
CREATE TABLE facet_count (
  facet TEXT NOT NULL,
  value TEXT NOT NULL,
  findings INTEGER NOT NULL CHECK (findings >= 0),
  PRIMARY KEY (facet, value)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER finding_facet_added AFTER INSERT ON finding_facet
BEGIN
  INSERT INTO facet_count (facet, value, findings) VALUES (NEW.facet, NEW.value, 1)
  ON CONFLICT (facet, value) DO UPDATE SET findings = findings + 1;
END;

CREATE TRIGGER finding_facet_removed AFTER DELETE ON finding_facet
BEGIN
  UPDATE facet_count SET findings = findings - 1 WHERE facet = OLD.facet AND value = OLD.value;
END;

-- Its rows were never taken back when a later version named another state; the facets are those of the current version.
DROP TABLE finding_state;
