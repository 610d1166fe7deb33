//! Where settings come from, and what is printed without a node.

mod call;

use std::{fs, process::Output};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use call::{NOWHERE, ion, stderr, stdout};
use serde_json::Value;

fn setting(output: &Output, name: &str) -> (String, String) {
    let value: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let list = value["settings"].as_array().expect("a list");
    let found = list
        .iter()
        .find(|row| row["setting"] == name)
        .expect("the setting");
    let text = |key: &str| found[key].as_str().unwrap_or_default().to_owned();
    (text("value"), text("origin"))
}

#[test]
fn settings_name_their_origin_in_order_of_precedence() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("config.toml");
    fs::write(&file, "url = \"t\"\ncommitment = \"finalized\"\n").expect("write");
    let get = |extra: &[&str], with_variable: bool| {
        let mut command = ion();
        if !with_variable {
            command.env_remove("ION_URL");
        }
        command
            .args(["config", "get", "--output", "json", "-C"])
            .arg(&file)
            .args(extra)
            .output()
            .expect("run ion")
    };
    let testnet = "https://api.testnet.solana.com".to_owned();
    let devnet = "https://api.devnet.solana.com".to_owned();
    assert_eq!(
        setting(&get(&[], false), "url"),
        (testnet, "config file".into())
    );
    assert_eq!(
        setting(&get(&[], true), "url"),
        (NOWHERE.into(), "environment".into())
    );
    assert_eq!(
        setting(&get(&["-u", "d"], true), "url"),
        (devnet, "flag".into())
    );
    assert_eq!(
        setting(&get(&[], true), "commitment"),
        ("finalized".into(), "config file".into())
    );
}

#[test]
fn solana_cli_config_is_read_last() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join(".config/solana/cli");
    fs::create_dir_all(&config).expect("create");
    fs::write(
        config.join("config.yml"),
        "json_rpc_url: https://api.devnet.solana.com\nwebsocket_url: ''\nkeypair_path: /keys/id.json\naddress_labels: {}\ncommitment: confirmed\n",
    )
    .expect("write");
    let output = ion()
        .env("HOME", folder.path())
        .env_remove("ION_URL")
        .args(["config", "get", "--output", "json"])
        .output()
        .expect("run ion");
    assert_eq!(
        setting(&output, "url"),
        (
            "https://api.devnet.solana.com".into(),
            "solana cli config".into()
        )
    );
    assert_eq!(
        setting(&output, "keypair"),
        ("/keys/id.json".into(), "solana cli config".into())
    );
}

#[test]
fn main_cluster_needs_a_flag() {
    let output = ion()
        .env("ION_URL", "m")
        .args(["config", "get"])
        .output()
        .expect("run ion");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("-u m"), "{}", stderr(&output));
    let output = ion()
        .args(["config", "get", "-u", "m"])
        .output()
        .expect("run ion");
    assert!(output.status.success());
}

#[test]
fn unknown_key_in_the_config_file_is_a_usage_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("config.toml");
    fs::write(&file, "ulr = \"l\"\n").expect("write");
    let output = ion()
        .args(["config", "get", "-C"])
        .arg(&file)
        .output()
        .expect("run ion");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("known keys"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn config_file_that_is_named_must_exist() {
    let output = ion()
        .args(["config", "get", "-C", "/nonexistent/config.toml"])
        .output()
        .expect("run ion");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn missing_key_file_says_what_to_do() {
    let output = ion()
        .args(["epoch", "open", "1", "-y"])
        .output()
        .expect("run ion");
    assert_eq!(output.status.code(), Some(2));
    let text = stderr(&output);
    assert!(
        text.contains("signing key") && text.contains("solana-keygen new"),
        "{text}"
    );
}

#[test]
fn key_on_stdin_that_is_none_is_refused_and_not_printed() {
    let output = ion()
        .args(["epoch", "open", "1", "-k", "stdin:", "-y"])
        .write_stdin("[1,2,3,secret]")
        .output()
        .expect("run ion");
    assert_eq!(output.status.code(), Some(2));
    assert!(!stderr(&output).contains("secret"), "{}", stderr(&output));
}

#[test]
fn seed_phrase_without_a_terminal_is_refused() {
    let output = ion()
        .args(["epoch", "open", "1", "-k", "prompt://"])
        .output()
        .expect("run ion");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("terminal"));
}

#[test]
fn instructions_are_printed_for_a_multisig() {
    let vault = "9BByPWbQqzgJoDj7h2UhTgAXgkVyLcxqPKYzmsPBqmaG";
    let hash = "5f".repeat(32);
    let output = ion()
        .args([
            "poll",
            "vote",
            "work-report",
            "booking",
            "7",
            "--payload-hash",
            &hash,
            "-k",
            vault,
        ])
        .args(["--print-only", "--output", "json"])
        .output()
        .expect("run ion");
    assert!(output.status.success(), "{}", stderr(&output));
    let value: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    let instruction = &value["instructions"][0];
    assert_eq!(instruction["accounts"][0]["key"], vault);
    assert_eq!(instruction["accounts"][0]["signer"], true);
    let data = BASE64
        .decode(instruction["data"].as_str().expect("text"))
        .expect("base64");
    assert_eq!(&data[8..], [0x5f; 32]);
    let whole = BASE64
        .decode(instruction["base64"].as_str().expect("text"))
        .expect("base64");
    assert_eq!(&whole[whole.len() - data.len()..], data.as_slice());
}
