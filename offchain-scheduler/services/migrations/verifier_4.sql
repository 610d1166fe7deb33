-- Jobs whose order and result somebody handed over, each order once, and once more when a device signed
-- a wrong result beside. Finding as in the protocol; evidence is empty unless the result is wrong.
CREATE TABLE verifier_jobs (
    order_id TEXT NOT NULL,
    is_wrong BIGINT NOT NULL,
    device TEXT NOT NULL,
    checked_at BIGINT NOT NULL,
    outcome BIGINT NOT NULL,
    finding BIGINT NOT NULL,
    evidence TEXT NOT NULL,
    PRIMARY KEY (order_id, is_wrong)
);
CREATE INDEX verifier_jobs_by_time ON verifier_jobs (checked_at);
CREATE INDEX verifier_jobs_by_device ON verifier_jobs (device, checked_at);

-- Loads that agents claimed, percent: their sum and number per hour.
CREATE TABLE verifier_loads (
    device TEXT NOT NULL,
    hour BIGINT NOT NULL,
    total BIGINT NOT NULL,
    claims BIGINT NOT NULL,
    PRIMARY KEY (device, hour)
);
