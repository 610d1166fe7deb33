-- Who does a piece of work that only one replica is to do, and until when, Unix milliseconds.
CREATE TABLE leases (
    name TEXT NOT NULL PRIMARY KEY,
    owner TEXT NOT NULL,
    until_ms BIGINT NOT NULL
);
