-- Highest accepted sequence number per sender and purpose.
CREATE TABLE verifier_sequences (
    subject TEXT NOT NULL,
    domain BIGINT NOT NULL,
    last BIGINT NOT NULL,
    PRIMARY KEY (subject, domain)
);

-- Last sign of life per device account; minutes are Unix time / 60.
CREATE TABLE verifier_devices (
    device TEXT NOT NULL PRIMARY KEY,
    last_minute BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    boot TEXT NOT NULL,
    draining BIGINT NOT NULL
);

-- Minutes of an hour in which a device was up, bit 0 for minute 0.
CREATE TABLE verifier_device_hours (
    device TEXT NOT NULL,
    hour BIGINT NOT NULL,
    up BIGINT NOT NULL,
    PRIMARY KEY (device, hour)
);
CREATE INDEX verifier_device_hours_by_hour ON verifier_device_hours (hour);

-- Minutes of an hour in which this verifier was watching.
CREATE TABLE verifier_own_hours (
    hour BIGINT NOT NULL PRIMARY KEY,
    observed BIGINT NOT NULL,
    last_minute BIGINT NOT NULL
);

-- Challenges in order of issue. State: issued, committed, finished.
CREATE TABLE verifier_challenges (
    id TEXT NOT NULL PRIMARY KEY,
    device TEXT NOT NULL,
    hour BIGINT NOT NULL,
    state TEXT NOT NULL,
    challenge TEXT NOT NULL,
    secret TEXT NOT NULL,
    commitment TEXT,
    issued_at BIGINT NOT NULL,
    finished_at BIGINT,
    outcome BIGINT,
    evidence TEXT
);
CREATE INDEX verifier_challenges_by_device ON verifier_challenges (device, hour);
CREATE INDEX verifier_challenges_by_state ON verifier_challenges (state);

-- Hours whose observation file is written. State: open until nothing is left to vote or apply.
CREATE TABLE verifier_hours (
    hour BIGINT NOT NULL PRIMARY KEY,
    file TEXT NOT NULL,
    written_at BIGINT NOT NULL,
    state TEXT NOT NULL
);

-- When a file of another verifier was first seen, chain time.
CREATE TABLE verifier_seen_files (
    hash TEXT NOT NULL PRIMARY KEY,
    hour BIGINT NOT NULL,
    author TEXT NOT NULL,
    seen_at BIGINT NOT NULL
);

-- Votes of this verifier in order; the last one of a report is in force.
CREATE TABLE verifier_votes (
    kind BIGINT NOT NULL,
    hour BIGINT NOT NULL,
    number BIGINT NOT NULL,
    payload TEXT NOT NULL,
    PRIMARY KEY (kind, hour, number)
);
