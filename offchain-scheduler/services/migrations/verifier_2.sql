-- Starts of continuous uptime per device account: a restart, or a silence that was watched.
CREATE TABLE verifier_starts (
    device TEXT NOT NULL,
    at BIGINT NOT NULL,
    boot TEXT NOT NULL,
    PRIMARY KEY (device, at)
);

-- Connectivity tier of the line that a device's agent last reported.
CREATE TABLE verifier_lines (
    device TEXT NOT NULL PRIMARY KEY,
    tier BIGINT NOT NULL
);

-- What the chain showed when an hour opened, canonical Borsh in hex.
CREATE TABLE verifier_openings (
    hour BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    facts TEXT NOT NULL
);

-- What was seen of all devices in an hour, canonical Borsh in hex.
CREATE TABLE verifier_sights (
    hour BIGINT NOT NULL PRIMARY KEY,
    sights TEXT NOT NULL
);
