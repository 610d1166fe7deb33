//! Observation files of other verifiers, and what they are aggregated to.

#![no_main]

use borsh::BorshDeserialize;
use ion_fuzz::canonical;
use ion_observation::{
    FaultBundle, ObservationFile, OutageNote, Rules, SignedFile, SignedOutage, aggregate,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    assert!(
        SignedFile::decode(bytes).is_err(),
        "a signature out of nothing"
    );
    canonical::<ObservationFile>(bytes);
    assert!(
        SignedOutage::decode(bytes).is_err(),
        "a signature out of nothing"
    );
    canonical::<OutageNote>(bytes);
    canonical::<FaultBundle>(bytes);
    // Several files behind one another, as if each had been signed.
    let mut rest = bytes;
    let mut files = Vec::new();
    while let Ok(file) = ObservationFile::deserialize(&mut rest) {
        if file.is_canonical() {
            files.push(file);
        }
    }
    let Some(first) = files.first() else {
        return;
    };
    let rules = Rules {
        genesis_hash: first.genesis_hash,
        registry: first.registry,
        members: files.iter().map(|file| file.verifier).collect(),
        min_observations: 1 + files.len() / 2,
        down_after_minutes: 7,
    };
    let hour = first.hour;
    let forward = aggregate(&files, hour, &rules);
    files.reverse();
    let backward = aggregate(&files, hour, &rules);
    assert_eq!(forward.devices, backward.devices);
    assert_eq!(forward.works, backward.works);
    assert_eq!(forward.used, backward.used);
});
