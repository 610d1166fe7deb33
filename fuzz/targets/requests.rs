//! Signed requests as the services receive them.

#![no_main]

use ion_fuzz::canonical;
use ion_protocol::{
    Domain, Envelope, Heartbeat, JobOrder, OpenMessage, QuoteRequest, Realm, SupplierDeclaration,
    open,
};
use libfuzzer_sys::fuzz_target;

const NOW: i64 = 1_800_000_000;
const REALM: Realm = Realm {
    genesis_hash: [0; 32],
    program_id: [0; 32],
};

fuzz_target!(|bytes: &[u8]| {
    canonical::<Envelope>(bytes);
    if let Some(declaration) = canonical::<SupplierDeclaration>(bytes) {
        assert!(
            !declaration.is_signed(&REALM.genesis_hash),
            "a signature out of nothing"
        );
    }
    for domain in [
        Domain::Heartbeat,
        Domain::ChallengeFetch,
        Domain::ChallengeCommit,
        Domain::ChallengeOpen,
        Domain::QuoteRequest,
        Domain::JobOrder,
        Domain::JobQuestion,
    ] {
        // No fuzzer makes a signature: nothing may be let in.
        assert!(open::<Heartbeat>(bytes, 1 << 20, domain, &REALM, NOW).is_err());
        assert!(open::<OpenMessage>(bytes, 1 << 20, domain, &REALM, NOW).is_err());
        assert!(open::<QuoteRequest>(bytes, 1 << 20, domain, &REALM, NOW).is_err());
        assert!(open::<JobOrder>(bytes, 1 << 20, domain, &REALM, NOW).is_err());
    }
});
