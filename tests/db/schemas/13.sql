PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE versions (
	version INTEGER NOT NULL, 
	min_version INTEGER NOT NULL
);
INSERT INTO versions VALUES(13,1);
CREATE TABLE seen (
	"key" VARCHAR NOT NULL, 
	first_by VARCHAR NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE TABLE conversations (
	workspace VARCHAR NOT NULL, 
	conversation VARCHAR NOT NULL, 
	person VARCHAR NOT NULL, 
	memory TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (workspace, conversation, person)
);
CREATE TABLE subscriptions (
	id INTEGER NOT NULL, 
	workspace VARCHAR NOT NULL, 
	conversation VARCHAR NOT NULL, 
	track VARCHAR NOT NULL, 
	room VARCHAR NOT NULL, 
	lead INTEGER NOT NULL, 
	turned_on_by VARCHAR NOT NULL, 
	active BOOLEAN NOT NULL, 
	ended_because VARCHAR NOT NULL, 
	changed_at BIGINT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (workspace, conversation, track, room)
);
CREATE TABLE revisions (
	number INTEGER NOT NULL, 
	document BLOB NOT NULL, 
	published_by VARCHAR NOT NULL, 
	because VARCHAR NOT NULL, 
	published_at BIGINT NOT NULL, 
	PRIMARY KEY (number)
);
CREATE TABLE rehearsal (
	id INTEGER NOT NULL, 
	machine BIGINT NOT NULL, 
	conference BIGINT NOT NULL, 
	speed FLOAT NOT NULL, 
	began BIGINT, 
	PRIMARY KEY (id)
);
CREATE TABLE agenda (
	workspace VARCHAR NOT NULL, 
	person VARCHAR NOT NULL, 
	talk VARCHAR NOT NULL, 
	saved_at BIGINT NOT NULL, 
	PRIMARY KEY (workspace, person, talk)
);
CREATE TABLE people (
	workspace VARCHAR NOT NULL, 
	person VARCHAR NOT NULL, 
	reminded BOOLEAN NOT NULL, 
	lead INTEGER NOT NULL, 
	digest BOOLEAN NOT NULL, 
	channel VARCHAR NOT NULL, 
	zone VARCHAR NOT NULL, 
	by_saved BOOLEAN DEFAULT 0 NOT NULL, 
	catch_up BOOLEAN DEFAULT 0 NOT NULL, 
	changed_at BIGINT NOT NULL, 
	PRIMARY KEY (workspace, person)
);
CREATE TABLE unanswered (
	day DATE NOT NULL, 
	words VARCHAR NOT NULL, 
	times INTEGER NOT NULL, 
	PRIMARY KEY (day, words)
);
CREATE TABLE reminders (
	talk VARCHAR NOT NULL, 
	start BIGINT NOT NULL, 
	lead INTEGER NOT NULL, 
	due BIGINT NOT NULL, 
	track VARCHAR NOT NULL, 
	room VARCHAR NOT NULL, 
	announced BOOLEAN NOT NULL, 
	begun_by VARCHAR, 
	PRIMARY KEY (talk, start, lead)
);
CREATE TABLE deliveries (
	id VARCHAR NOT NULL, 
	workspace VARCHAR NOT NULL, 
	conversation VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	occasion VARCHAR DEFAULT '' NOT NULL, 
	state VARCHAR NOT NULL, 
	reason VARCHAR DEFAULT '' NOT NULL, 
	changed_at BIGINT NOT NULL, 
	rank INTEGER NOT NULL, 
	start BIGINT NOT NULL, 
	due BIGINT NOT NULL, 
	expires BIGINT NOT NULL, 
	content TEXT DEFAULT '' NOT NULL, 
	corrects VARCHAR DEFAULT '' NOT NULL, 
	revision INTEGER DEFAULT '0' NOT NULL, 
	since INTEGER DEFAULT '0' NOT NULL, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	not_before BIGINT, 
	lease VARCHAR DEFAULT '' NOT NULL, 
	lease_until BIGINT, 
	posted_at BIGINT, 
	channel VARCHAR DEFAULT '' NOT NULL, 
	ts VARCHAR DEFAULT '' NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE delivery_talks (
	delivery VARCHAR NOT NULL, 
	talk VARCHAR NOT NULL, 
	start BIGINT NOT NULL, 
	kind VARCHAR NOT NULL, 
	workspace VARCHAR NOT NULL, 
	conversation VARCHAR NOT NULL, 
	occasion VARCHAR DEFAULT '' NOT NULL, 
	due BIGINT NOT NULL, 
	withdrawn VARCHAR, 
	PRIMARY KEY (delivery, talk, start, kind)
);
CREATE TABLE delivery_events (
	id INTEGER NOT NULL, 
	delivery VARCHAR NOT NULL, 
	at BIGINT NOT NULL, 
	state VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE pacing (
	workspace VARCHAR NOT NULL, 
	bucket VARCHAR NOT NULL, 
	free_at BIGINT NOT NULL, 
	PRIMARY KEY (workspace, bucket)
);
CREATE TABLE holds (
	workspace VARCHAR NOT NULL, 
	what VARCHAR NOT NULL, 
	until BIGINT, 
	because VARCHAR NOT NULL, 
	"by" VARCHAR NOT NULL, 
	PRIMARY KEY (workspace, what)
);
CREATE TABLE feedback (
	workspace VARCHAR NOT NULL, 
	person VARCHAR NOT NULL, 
	talk VARCHAR NOT NULL, 
	vote VARCHAR NOT NULL, 
	comment TEXT NOT NULL, 
	voted_at BIGINT NOT NULL, 
	PRIMARY KEY (workspace, person, talk)
);
CREATE TABLE feeds (
	workspace VARCHAR NOT NULL, 
	person VARCHAR NOT NULL, 
	token VARCHAR NOT NULL, 
	made_at BIGINT NOT NULL, 
	PRIMARY KEY (workspace, person), 
	UNIQUE (token)
);
CREATE TABLE questions (
	workspace VARCHAR NOT NULL, 
	day DATE NOT NULL, 
	kind VARCHAR NOT NULL, 
	answered BOOLEAN NOT NULL, 
	times INTEGER NOT NULL, 
	PRIMARY KEY (workspace, day, kind, answered)
);
CREATE TABLE sources (
	number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	document BLOB NOT NULL, 
	seen_at BIGINT NOT NULL, 
	accepted BOOLEAN NOT NULL, 
	because VARCHAR NOT NULL, 
	conference VARCHAR DEFAULT 'first' NOT NULL
);
CREATE TABLE amendments (
	id INTEGER NOT NULL, 
	"by" VARCHAR NOT NULL, 
	at BIGINT NOT NULL, 
	deed VARCHAR NOT NULL, 
	content TEXT NOT NULL, 
	undone_by VARCHAR NOT NULL, 
	undone_at BIGINT, 
	conference VARCHAR DEFAULT 'first' NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE restored (
	id INTEGER NOT NULL, 
	since BIGINT NOT NULL, 
	revision INTEGER NOT NULL, 
	settled BIGINT, 
	until BIGINT, 
	PRIMARY KEY (id)
);
CREATE TABLE alerts (
	workspace VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	content TEXT NOT NULL, 
	opened_at BIGINT NOT NULL, 
	closed_at BIGINT, 
	PRIMARY KEY (workspace, subject)
);
CREATE TABLE interests (
	workspace VARCHAR NOT NULL, 
	person VARCHAR NOT NULL, 
	topic VARCHAR NOT NULL, 
	named_at BIGINT NOT NULL, 
	PRIMARY KEY (workspace, person, topic)
);
CREATE TABLE dismissals (
	workspace VARCHAR NOT NULL, 
	person VARCHAR NOT NULL, 
	talk VARCHAR NOT NULL, 
	dismissed_at BIGINT NOT NULL, 
	PRIMARY KEY (workspace, person, talk)
);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('sources',0);
CREATE INDEX ix_seen_at ON seen (at);
CREATE INDEX ix_conversations_at ON conversations (at);
CREATE INDEX ix_agenda_talk ON agenda (talk);
CREATE INDEX reminders_to_begin ON reminders (due) WHERE begun_by IS NULL;
CREATE INDEX deliveries_corrected ON deliveries (corrects) WHERE corrects != '';
CREATE INDEX deliveries_of_conversation ON deliveries (workspace, conversation, start);
CREATE INDEX deliveries_in_turn ON deliveries (workspace, rank, start, due, id) WHERE state = 'pending';
CREATE INDEX deliveries_unknown ON deliveries (not_before) WHERE state = 'unknown';
CREATE INDEX deliveries_under_way ON deliveries (lease_until) WHERE state IN ('leased', 'posting');
CREATE UNIQUE INDEX delivery_talks_told_once ON delivery_talks (talk, start, workspace, conversation, kind, occasion) WHERE withdrawn IS NULL;
CREATE INDEX ix_delivery_events_delivery ON delivery_events (delivery);
CREATE INDEX ix_pacing_free_at ON pacing (free_at);
CREATE INDEX ix_feedback_talk ON feedback (talk);
CREATE TRIGGER note_new_delivery AFTER INSERT ON deliveries BEGIN INSERT INTO delivery_events (delivery, at, state, reason) VALUES (NEW.id, NEW.changed_at, NEW.state, NEW.reason); END;
CREATE TRIGGER note_delivery AFTER UPDATE OF state ON deliveries WHEN OLD.state <> NEW.state BEGIN INSERT INTO delivery_events (delivery, at, state, reason) VALUES (NEW.id, NEW.changed_at, NEW.state, NEW.reason); END;
COMMIT;
