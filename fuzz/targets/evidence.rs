//! Evidence that cases cite.

#![no_main]

use ion_evidence::{Evidence, Finding};
use ion_protocol::Realm;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(evidence) = Evidence::decode(bytes, &Evidence::hash(bytes)) else {
        return;
    };
    assert_eq!(evidence.encode().expect("it encodes"), bytes);
    match evidence {
        Evidence::Challenge(record) => {
            let realm = Realm {
                genesis_hash: record.issued.challenge.genesis_hash,
                program_id: [0; 32],
            };
            assert!(!matches!(record.check(&realm), Ok(Finding::Failed(_))));
        }
        Evidence::Job(record) => {
            let realm = Realm {
                genesis_hash: record.order.genesis_hash,
                program_id: record.order.program_id,
            };
            assert!(record.check(&realm).is_err(), "a signature out of nothing");
        }
        Evidence::Statement(_) => {}
    }
});
