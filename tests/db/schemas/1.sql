BEGIN TRANSACTION;
CREATE TABLE conversations (
	workspace VARCHAR NOT NULL, 
	conversation VARCHAR NOT NULL, 
	person VARCHAR NOT NULL, 
	memory TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (workspace, conversation, person)
);
CREATE TABLE seen (
	"key" VARCHAR NOT NULL, 
	first_by VARCHAR NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY ("key")
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
CREATE TABLE versions (
	version INTEGER NOT NULL, 
	min_version INTEGER NOT NULL
);
INSERT INTO "versions" VALUES(1,1);
CREATE INDEX ix_seen_at ON seen (at);
CREATE INDEX ix_conversations_at ON conversations (at);
COMMIT;
