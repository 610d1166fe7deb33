-- Which replica works on a row, and until when it is its own, Unix milliseconds.
ALTER TABLE outbox ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN lease_ms BIGINT NOT NULL DEFAULT 0;
