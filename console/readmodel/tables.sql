-- Every table but the last two is fed by one topic alone, named above it. Topics have no order between them, so what
-- belongs together is joined when it is read. Times are milliseconds since 1970. `body` is the message as it came.

-- The read model itself: what it was made for, and how far it has been rebuilt.
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE offsets (topic TEXT, part INTEGER, next INTEGER NOT NULL, PRIMARY KEY (topic, part)) WITHOUT ROWID, STRICT;

-- decisions. `act` is the event by which a person decided.
CREATE TABLE decisions (
  decision_id TEXT PRIMARY KEY, event_uid TEXT NOT NULL, supersedes TEXT, outcome TEXT NOT NULL, at INTEGER NOT NULL,
  act TEXT, body BLOB NOT NULL
) STRICT;
CREATE INDEX decisions_of_event ON decisions (event_uid);
CREATE INDEX decisions_by_act ON decisions (act) WHERE act IS NOT NULL;

-- manifests
CREATE TABLE records (
  event_uid TEXT PRIMARY KEY, outcome TEXT NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;

-- manifests, too: by which digests its asset is known, and what it was made from: an event, or a digest.
CREATE TABLE digests (
  sha256 TEXT, event_uid TEXT, is_original INTEGER NOT NULL, PRIMARY KEY (sha256, event_uid)
) WITHOUT ROWID, STRICT;
CREATE TABLE descents (parent TEXT, child TEXT, PRIMARY KEY (parent, child)) WITHOUT ROWID, STRICT;

-- review-updates
CREATE TABLE acts (
  event_uid TEXT, number INTEGER, act TEXT NOT NULL, seen TEXT NOT NULL, claimed_by TEXT, until INTEGER, at INTEGER NOT NULL,
  body BLOB NOT NULL, PRIMARY KEY (event_uid, number)
) STRICT;
CREATE INDEX acts_by_act ON acts (act);

-- reviews: what persons sent. `uid` is the identity of the event that they sent. Dead letters have it with them, and what
-- was taken is told anew by what came of it, so acts stay when their topic forgets them.
CREATE TABLE sent (
  uid TEXT PRIMARY KEY, event_uid TEXT NOT NULL, what TEXT NOT NULL, actor TEXT NOT NULL, role TEXT, reason TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX sent_by_time ON sent (at, uid);
CREATE INDEX sent_about ON sent (event_uid);
CREATE INDEX sent_by ON sent (actor, at, uid);

-- audit: what persons were handed. `uid` is the identity of the event that says so.
CREATE TABLE accesses (
  uid TEXT PRIMARY KEY, act TEXT NOT NULL, actor TEXT NOT NULL, role TEXT NOT NULL, event_uid TEXT, sha256 TEXT NOT NULL,
  reason TEXT NOT NULL, filter TEXT, rows INTEGER, at INTEGER NOT NULL
) STRICT;
CREATE INDEX accesses_by_time ON accesses (at, uid);
CREATE INDEX accesses_by ON accesses (actor, at, uid);
CREATE INDEX accesses_about ON accesses (event_uid) WHERE event_uid IS NOT NULL;

-- dead-letters, those of what persons sent
CREATE TABLE refusals (uid TEXT PRIMARY KEY, error TEXT NOT NULL, what TEXT NOT NULL, remedy TEXT NOT NULL) STRICT;

-- alerts. Of those that come from the records bucket `at` is not known, and those of the topic take their place.
CREATE TABLE alerts (
  alert_id TEXT PRIMARY KEY, event_uid TEXT NOT NULL, kind TEXT NOT NULL, severity INTEGER NOT NULL, at INTEGER,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX alerts_of_event ON alerts (event_uid);

-- case-updates
CREATE TABLE cases (
  case_uid TEXT PRIMARY KEY, version INTEGER NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX cases_by_time ON cases (at, case_uid);
CREATE INDEX cases_by_kind ON cases (kind, at, case_uid);

-- case-updates, those of alerts: how far somebody is with the alerts of an event. They are no rows of `cases`.
CREATE TABLE looked_at (
  event_uid TEXT PRIMARY KEY, version INTEGER NOT NULL, state TEXT NOT NULL, body BLOB NOT NULL
) STRICT;

-- case-updates, too: which event led to which version, and what a person did by it. Of events that a version only names,
-- `at` is not known.
CREATE TABLE case_steps (
  act TEXT PRIMARY KEY, case_uid TEXT NOT NULL, version INTEGER NOT NULL, at INTEGER, body BLOB
) STRICT;
CREATE INDEX steps_of_case ON case_steps (case_uid, version);

-- cases: what persons sent. `uid` is the identity of the event that they sent. Told anew by what came of it, as `sent`.
CREATE TABLE case_acts (
  uid TEXT PRIMARY KEY, case_uid TEXT NOT NULL, what TEXT NOT NULL, actor TEXT NOT NULL, role TEXT, reason TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX case_acts_by_time ON case_acts (at, uid);
CREATE INDEX case_acts_about ON case_acts (case_uid);
CREATE INDEX case_acts_by ON case_acts (actor, at, uid);

-- clocks
CREATE TABLE clocks (
  clock_id TEXT PRIMARY KEY, case_uid TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL, due INTEGER,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX clocks_by_due ON clocks (state, due, clock_id);
CREATE INDEX clocks_of_case ON clocks (case_uid);
CREATE TABLE announcements (
  announcement_id TEXT PRIMARY KEY, clock_id TEXT NOT NULL, stage TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX announcements_of_clock ON announcements (clock_id, at);

-- enforcement
CREATE TABLE steps (
  enforcement_id TEXT PRIMARY KEY, account TEXT NOT NULL, reverses TEXT, at INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX steps_of_account ON steps (account, at);
CREATE INDEX steps_by_time ON steps (at, enforcement_id);
CREATE INDEX steps_reversed ON steps (reverses) WHERE reverses IS NOT NULL;

-- operators
CREATE TABLE operators (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL) STRICT;

-- All reference topics: what was sent, by where it lay. Without `body` it deleted the entry.
CREATE TABLE entries (
  set_name TEXT, entry_id TEXT, part INTEGER, place INTEGER, at INTEGER NOT NULL, version INTEGER, body BLOB,
  PRIMARY KEY (set_name, entry_id, part, place)
) WITHOUT ROWID, STRICT;
CREATE INDEX entries_by_time ON entries (set_name, at);

-- What follows from decisions and records of one event: it waits for a person. Computed anew whenever a row of it comes,
-- from all its rows there are, so their order leaves no trace.
CREATE TABLE waiting (
  event_uid TEXT PRIMARY KEY, since INTEGER NOT NULL, seen TEXT NOT NULL, severity INTEGER NOT NULL, kind TEXT NOT NULL,
  rule TEXT NOT NULL, law TEXT NOT NULL, citation TEXT, media TEXT NOT NULL, mime TEXT, content_id TEXT
) STRICT;
CREATE INDEX waiting_by_time ON waiting (since, event_uid);
CREATE INDEX waiting_by_law ON waiting (law, since, event_uid);
CREATE INDEX waiting_by_severity ON waiting (severity, since, event_uid);
CREATE INDEX waiting_by_media ON waiting (media, since, event_uid);
CREATE INDEX waiting_by_law_severity ON waiting (law, severity, since, event_uid);
CREATE INDEX waiting_by_law_media ON waiting (law, media, since, event_uid);
CREATE INDEX waiting_by_severity_media ON waiting (severity, media, since, event_uid);
CREATE INDEX waiting_by_all ON waiting (law, severity, media, since, event_uid);

-- What follows from the alerts of one event, and from who looked at them: when the newest came, and how far somebody is with
-- them (`state`), under each facet that lists are filtered by: all, a kind, a severity, or both of one alert. So each filter
-- is one range of the index: of what is read nothing is left out.
CREATE TABLE alerted (
  facet TEXT, event_uid TEXT, state TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (event_uid, facet)
) WITHOUT ROWID, STRICT;
CREATE INDEX alerted_by_time ON alerted (facet, state, at, event_uid);
