//! The table of the vendor's tool, which an agent makes claims of.

#![no_main]

use ion_protocol::{GPU_COLUMNS, Heartbeat, MAX_CLAIM_BYTES, MAX_CLAIMED_GPUS, gpu_claims};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(claims) = gpu_claims(&String::from_utf8_lossy(bytes)) else {
        return;
    };
    assert!(claims.len() <= MAX_CLAIMED_GPUS * GPU_COLUMNS.len());
    for claim in &claims {
        assert!(claim.value.len() <= MAX_CLAIM_BYTES);
        assert!(GPU_COLUMNS.iter().any(|(_, name)| *name == claim.name));
    }
    let beat = Heartbeat {
        boot: [0; 16],
        draining: false,
        claims,
    };
    assert!(beat.gpu_uuids().len() <= MAX_CLAIMED_GPUS);
});
