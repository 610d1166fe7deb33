-- Version of the rules that the rows were derived by; 0: before there was one.
ALTER TABLE progress ADD COLUMN derived BIGINT NOT NULL DEFAULT 0;
CREATE INDEX events_by_program_and_name ON events (program, name, ordinal);
