//! A node's answer to a question for a transaction: read into instructions, or refused.

#![no_main]

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use ion_client::{events::events_of, rpc::read_transaction};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

/// Takes a part of as many bytes as its first one says.
fn part<'a>(bytes: &mut &'a [u8]) -> &'a [u8] {
    let Some((length, rest)) = bytes.split_first() else {
        return &[];
    };
    let (front, behind) = rest.split_at(usize::from(*length).min(rest.len()));
    *bytes = behind;
    front
}

fn read(answer: Value) {
    if let Ok(record) = read_transaction(Default::default(), answer) {
        for event in events_of(&record) {
            event.describe();
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    // Any JSON at all.
    if let Ok(answer) = serde_json::from_slice(bytes) {
        read(answer);
    }
    // The form of an answer around bytes of a transaction, a call in it, and loaded addresses.
    let mut rest = bytes;
    let (data, accounts, loaded) = (part(&mut rest), part(&mut rest), part(&mut rest));
    let numbers = part(&mut rest);
    let number = |place: usize| numbers.get(place).copied().unwrap_or_default();
    let keys: Vec<String> = loaded
        .chunks(32)
        .map(|key| bs58::encode(key).into_string())
        .collect();
    let meta = json!({
        "err": null,
        "status": { "Ok": null },
        "fee": 5_000,
        "preBalances": [],
        "postBalances": [],
        "innerInstructions": [{
            "index": number(0),
            "instructions": [{
                "programIdIndex": number(1),
                "accounts": accounts,
                "data": bs58::encode(data).into_string(),
                "stackHeight": 2,
            }],
        }],
        "loadedAddresses": { "writable": keys, "readonly": [] },
    });
    read(json!({
        "slot": 1,
        "blockTime": 1_800_000_000,
        "version": if number(2) % 2 == 0 { json!("legacy") } else { json!(0) },
        "transaction": [BASE64.encode(rest), "base64"],
        "meta": meta,
    }));
});
