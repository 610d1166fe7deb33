-- Whether a challenge had the full size, and the run of the process that issued it.
ALTER TABLE verifier_challenges ADD COLUMN full_size BIGINT NOT NULL DEFAULT 1;
ALTER TABLE verifier_challenges ADD COLUMN replica TEXT NOT NULL DEFAULT '';
-- Whether this verifier cut it short itself.
ALTER TABLE verifier_challenges ADD COLUMN own_fault BIGINT NOT NULL DEFAULT 0;

-- Runs of this verifier: each is alive while its lease runs, Unix milliseconds.
CREATE TABLE verifier_replicas (
    replica TEXT NOT NULL PRIMARY KEY,
    expires_ms BIGINT NOT NULL
);

-- Boots of devices that were known before starts of uptime were kept.
INSERT INTO verifier_starts (device, at, boot)
    SELECT device, last_at, boot FROM verifier_devices
    WHERE device NOT IN (SELECT device FROM verifier_starts);

-- Which device a GPU was first claimed by.
CREATE TABLE verifier_gpus (
    uuid TEXT NOT NULL PRIMARY KEY,
    device TEXT NOT NULL
);

-- Times that a device came back after a silence that was watched, per hour.
CREATE TABLE verifier_disconnects (
    device TEXT NOT NULL,
    hour BIGINT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (device, hour)
);

-- Smoothed components of the reliability score after the last finished UTC day, bps.
CREATE TABLE verifier_reliability (
    device TEXT NOT NULL PRIMARY KEY,
    first_day BIGINT NOT NULL,
    day BIGINT NOT NULL,
    uptime BIGINT NOT NULL,
    work BIGINT NOT NULL,
    cluster BIGINT NOT NULL,
    stability BIGINT NOT NULL,
    compliance BIGINT NOT NULL
);

-- Outages of hired lines that this verifier has signed. State: open until nothing is left to do.
CREATE TABLE verifier_outages (
    booking TEXT NOT NULL,
    line BIGINT NOT NULL,
    note TEXT NOT NULL,
    noted_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (booking, line)
);

-- Votes of this verifier on fault reports in order; the last one of a report is in force.
CREATE TABLE verifier_fault_votes (
    booking TEXT NOT NULL,
    seq BIGINT NOT NULL,
    number BIGINT NOT NULL,
    payload TEXT NOT NULL,
    PRIMARY KEY (booking, seq, number)
);
