-- Who is told of changes as they happen. The secret is derived from a key of the instance and stands nowhere.
CREATE TABLE webhook (
  id TEXT PRIMARY KEY NOT NULL,
  person TEXT NOT NULL REFERENCES person (id),
  url TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'active', 'stopped')),
  created_us INTEGER NOT NULL,
  UNIQUE (person, url)
) STRICT;

-- What is still to be delivered, and what was. A row joins the transaction of the publication that it tells of: none is lost, none is made up.
CREATE TABLE webhook_delivery (
  id TEXT PRIMARY KEY NOT NULL,
  webhook TEXT NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  made_us INTEGER NOT NULL,
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  due_us INTEGER NULL, -- null: delivered, or given up
  delivered_us INTEGER NULL,
  outcome TEXT NULL
) STRICT;

CREATE INDEX webhook_delivery_due ON webhook_delivery (due_us) WHERE due_us IS NOT NULL;
CREATE INDEX webhook_delivery_by_webhook ON webhook_delivery (webhook, made_us DESC, id DESC);

-- What has become of a subscription: made, activated, stopped.
CREATE TABLE webhook_event (
  webhook TEXT NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
  at_us INTEGER NOT NULL,
  kind TEXT NOT NULL,
  because TEXT NULL
) STRICT;

CREATE INDEX webhook_event_by_webhook ON webhook_event (webhook, at_us);
