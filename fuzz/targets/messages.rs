//! Messages inside signed requests, and replies.

#![no_main]

use ion_fuzz::canonical;
use ion_protocol::{
    ChallengeReply, CommitMessage, CommitReply, ErrorBody, ExtensionRequest, Heartbeat,
    HeartbeatReply, IssuedChallenge, OpenMessage, OpenReply, QuoteAnswer, QuoteRequest,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else {
        return;
    };
    match kind % 12 {
        0 => {
            if let Some(beat) = canonical::<Heartbeat>(bytes) {
                assert!(beat.gpu_uuids().iter().all(|uuid| !uuid.is_empty()));
                beat.line_mbytes();
                assert!(beat.load_percent().is_none_or(|load| load <= 100));
            }
        }
        1 => drop(canonical::<HeartbeatReply>(bytes)),
        2 => drop(canonical::<ChallengeReply>(bytes)),
        3 => drop(canonical::<CommitMessage>(bytes)),
        4 => drop(canonical::<CommitReply>(bytes)),
        5 => drop(canonical::<OpenMessage>(bytes)),
        6 => drop(canonical::<OpenReply>(bytes)),
        7 => drop(canonical::<QuoteRequest>(bytes)),
        8 => drop(serde_json::from_slice::<QuoteAnswer>(bytes)),
        9 => drop(serde_json::from_slice::<ErrorBody>(bytes)),
        10 => drop(canonical::<ExtensionRequest>(bytes)),
        _ => {
            if let Some(issued) = canonical::<IssuedChallenge>(bytes) {
                assert!(!issued.is_signed(), "a signature out of nothing");
            }
        }
    }
});
