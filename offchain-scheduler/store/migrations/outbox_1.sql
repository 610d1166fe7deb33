-- One row per intended transaction; its key says what the transaction does.
CREATE TABLE outbox (
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    period BIGINT NOT NULL,
    work TEXT NOT NULL,
    state TEXT NOT NULL,
    version BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    absences BIGINT NOT NULL,
    not_before_ms BIGINT NOT NULL,
    signature TEXT,
    last_valid_height BIGINT,
    tx_hex TEXT,
    code BIGINT,
    error TEXT,
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL,
    PRIMARY KEY (kind, subject, period)
);
CREATE INDEX outbox_by_state ON outbox (state, not_before_ms);
-- Every signature ever made for a row, written before its first send. Append-only.
CREATE TABLE outbox_signature (
    signature TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    period BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    last_valid_height BIGINT NOT NULL,
    made_ms BIGINT NOT NULL,
    UNIQUE (kind, subject, period, attempt),
    FOREIGN KEY (kind, subject, period) REFERENCES outbox (kind, subject, period)
);
