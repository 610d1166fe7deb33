-- Highest accepted sequence of each renter.
CREATE TABLE scheduler_sequence (
    renter TEXT NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
);
-- Quotes that this scheduler made, with the decision behind each.
CREATE TABLE scheduler_quote (
    id TEXT NOT NULL PRIMARY KEY,
    address TEXT NOT NULL,
    renter TEXT NOT NULL,
    decision TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX scheduler_quote_by_state ON scheduler_quote (state, expires_at);
-- Devices named by open quotes: a hint to this scheduler, the lock on chain decides.
CREATE TABLE scheduler_reservation (
    device TEXT NOT NULL PRIMARY KEY,
    quote_id TEXT NOT NULL REFERENCES scheduler_quote (id),
    renter TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
