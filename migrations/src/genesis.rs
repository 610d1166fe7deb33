//! The list of transactions from deployed programs to a sealed genesis.
