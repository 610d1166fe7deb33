//! Orders of jobs and their results: what an agent lets in stays within its limits.

#![no_main]

use ion_evidence::JobRecord;
use ion_fuzz::canonical;
use ion_protocol::{
    JobFinding, JobLimits, JobOrder, JobQuestion, JobState, JobWork, Realm, SignedJobResult,
};
use libfuzzer_sys::fuzz_target;

const LIMITS: JobLimits = JobLimits {
    seconds: 60,
    entries: 64,
    operations: 256,
    cpu_millis: 2_000,
    memory_mib: 512,
    network: false,
};

fuzz_target!(|bytes: &[u8]| {
    canonical::<JobQuestion>(bytes);
    canonical::<JobFinding>(bytes);
    if let Some(record) = canonical::<JobRecord>(bytes) {
        let realm = Realm {
            genesis_hash: record.order.genesis_hash,
            program_id: record.order.program_id,
        };
        assert!(record.check(&realm).is_err(), "a signature out of nothing");
    }
    canonical::<JobState>(bytes);
    if let Some(result) = canonical::<SignedJobResult>(bytes) {
        assert!(!result.is_signed(), "a signature out of nothing");
    }
    let Some(order) = canonical::<JobOrder>(bytes) else {
        return;
    };
    if order.check(&LIMITS).is_err() {
        return;
    }
    assert!((1..=LIMITS.seconds).contains(&order.seconds));
    match order.work {
        JobWork::Product(product) => {
            let [rows, inner, columns] =
                [product.rows, product.inner, product.columns].map(u128::from);
            assert!(rows * inner * columns <= u128::from(LIMITS.operations));
            assert_eq!(product.left.len() as u128, rows * inner);
            assert_eq!(product.right.len() as u128, inner * columns);
        }
        JobWork::Container(container) => {
            assert!(!container.network && !container.image.starts_with('-'));
            assert!(!container.image.contains(char::is_whitespace));
            assert!(container.memory_mib <= LIMITS.memory_mib);
        }
    }
});
