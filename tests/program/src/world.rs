//! A network after genesis, for tests.
