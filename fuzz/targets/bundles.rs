//! Evidence bundles of reports, device lists and root bundles.

#![no_main]

use ion_observation::Bundle;
use ion_report::{BlockBundle, DeviceList, EpochBundle, PayoutBundle, RootBundle};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(bundle) = Bundle::decode(bytes) {
        assert_eq!(borsh::to_vec(&bundle).expect("it encodes"), bytes);
    }
    if let Ok(bundle) = BlockBundle::decode(bytes) {
        assert_eq!(borsh::to_vec(&bundle).expect("it encodes"), bytes);
    }
    if let Ok(list) = DeviceList::decode(bytes) {
        assert_eq!(borsh::to_vec(&list).expect("it encodes"), bytes);
        list.allocated_io();
        list.hash();
    }
    if let Ok(bundle) = EpochBundle::decode(bytes) {
        assert_eq!(borsh::to_vec(&bundle).expect("it encodes"), bytes);
        bundle.class_rows();
    }
    if let Ok(bundle) = PayoutBundle::decode(bytes) {
        assert_eq!(borsh::to_vec(&bundle).expect("it encodes"), bytes);
    }
    if let Ok(bundle) = RootBundle::decode(bytes) {
        assert_eq!(borsh::to_vec(&bundle).expect("it encodes"), bytes);
    }
});
