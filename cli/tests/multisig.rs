//! Changes that a multisig carries: printed and not sent, so no node is needed where nothing is read.

mod call;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use call::{ion, stderr, stdout};
use serde_json::Value;

/// An address that nobody holds.
const VAULT: &str = "CktRuQ2mttgRGkXJtyksdKHjUdc2C4TgDzyB98oEzy8";

fn printed(args: &[&str]) -> Value {
    let output = ion().args(args).output().expect("run ion");
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_str(&stdout(&output)).expect("one JSON object")
}

#[test]
fn vault_signs_and_pays_the_message() {
    let value = printed(&[
        "gov",
        "accept-role",
        "governance",
        "--multisig",
        VAULT,
        "--output",
        "json",
    ]);
    assert_eq!(value["status"], "not sent");
    assert_eq!(value["intent"], "Take over the role of Governance");
    assert_eq!(value["multisig"]["vault"], VAULT);
    let instruction = &value["instructions"][0];
    assert_eq!(instruction["accounts"][0]["key"], VAULT);
    assert_eq!(instruction["accounts"][0]["signer"], true);

    let vault = bs58::decode(VAULT).into_vec().expect("base58");
    let message = value["multisig"]["message_base58"].as_str().expect("text");
    let message = bs58::decode(message).into_vec().expect("base58");
    // a legacy message: one signer, and the first key is the vault
    assert_eq!(message[0], 1);
    assert_eq!(message[4..36], vault);
    let compact = value["multisig"]["vault_transaction_message_base64"]
        .as_str()
        .expect("text");
    let compact = BASE64.decode(compact).expect("base64");
    assert_eq!(compact[..2], [1, 1]);
    assert_eq!(compact[4..36], vault);
    let data = instruction["data_base58"].as_str().expect("text");
    let data = bs58::decode(data).into_vec().expect("base58");
    let tail = [&data[..], &[0]].concat();
    assert!(compact.ends_with(&tail), "the instruction's data ends it");
}

#[test]
fn text_form_names_vault_and_both_messages() {
    let output = ion()
        .args(["gov", "accept-role", "guardian", "--multisig", VAULT])
        .output()
        .expect("run ion");
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    for name in [
        "vault",
        "message base58",
        "vault transaction message base64",
    ] {
        assert!(text.contains(name), "{text}");
    }
    assert!(stderr(&output).contains("Take over the role of Guardian"));
    assert!(stderr(&output).contains("! the present holder loses the role at once"));
}

#[test]
fn print_only_takes_a_bare_address_as_the_key() {
    let value = printed(&[
        "gov",
        "accept-role",
        "arbiter",
        "--print-only",
        "-k",
        VAULT,
        "--output",
        "json-compact",
    ]);
    assert_eq!(value["instructions"][0]["accounts"][0]["key"], VAULT);
    assert!(value["multisig"].is_null());
    assert!(value["effect"].is_object());
}

#[test]
fn multisig_excludes_the_other_ways_of_not_sending() {
    for other in ["--dry-run", "--print-only"] {
        let output = ion()
            .args(["gov", "accept-role", "arbiter", "--multisig", VAULT, other])
            .output()
            .expect("run ion");
        assert_eq!(output.status.code(), Some(2), "{other}");
    }
}

#[test]
fn vault_that_is_no_key_is_a_usage_error() {
    let output = ion()
        .args(["gov", "accept-role", "arbiter", "--multisig", "my-vault"])
        .output()
        .expect("run ion");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("the vault is not understood"));
}

#[test]
fn propose_is_the_name_and_queue_an_alias() {
    for name in ["propose", "queue"] {
        let output = ion()
            .args(["gov", name, "set-param", "--help"])
            .output()
            .expect("run ion");
        assert!(output.status.success(), "{name}");
        let text = stdout(&output);
        assert!(
            text.contains("staking.base_stake: 1 IO to 10000 IO; half to double"),
            "{text}"
        );
    }
}
