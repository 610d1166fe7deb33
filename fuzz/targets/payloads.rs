//! Payloads of reports: fixed sizes, one encoding.

#![no_main]

use ion_merkle::{
    earnings::{PayoutRoot, RewardRoot},
    epoch::EpochReport,
    fault::FaultReport,
    report::LeafReport,
    summary::BlockSummary,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some(payload) = LeafReport::decode(bytes) {
        assert_eq!(payload.encode().as_slice(), bytes);
    }
    if let Some(payload) = BlockSummary::decode(bytes) {
        assert_eq!(payload.encode().as_slice(), bytes);
    }
    if let Some(payload) = RewardRoot::decode(bytes) {
        assert_eq!(payload.encode().as_slice(), bytes);
    }
    if let Some(payload) = PayoutRoot::decode(bytes) {
        assert_eq!(payload.encode().as_slice(), bytes);
    }
    if let Some(payload) = EpochReport::decode(bytes) {
        assert_eq!(payload.encode().as_slice(), bytes);
    }
    if let Some(payload) = FaultReport::decode(bytes) {
        assert_eq!(payload.encode().as_slice(), bytes);
    }
});
