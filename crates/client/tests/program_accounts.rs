//! Listing a program's accounts over JSON-RPC: the node is asked for one type only.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    thread,
};

use anchor_lang::Discriminator;
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use ion_client::rpc::RpcChain;
use registry::state::{Action, Device};
use serde_json::{Value, json};
use solana_commitment_config::CommitmentConfig;
use solana_pubkey::Pubkey;

/// A node that answers one request with `accounts` and returns the request's body.
fn node(accounts: Value) -> (String, thread::JoinHandle<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let served = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let request: Value = serde_json::from_slice(&body).unwrap();
        let reply = json!({ "jsonrpc": "2.0", "id": request["id"], "result": accounts });
        let reply = serde_json::to_vec(&reply).unwrap();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            reply.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&reply).unwrap();
        request
    });
    (url, served)
}

fn account(key: &Pubkey, data: &[u8]) -> Value {
    json!({
        "pubkey": key.to_string(),
        "account": {
            "lamports": 1,
            "data": [BASE64.encode(data), "base64"],
            "owner": registry::ID.to_string(),
            "executable": false,
            "rentEpoch": 0,
            "space": data.len(),
        },
    })
}

#[test]
fn node_is_asked_for_one_type_and_one_that_ignores_it_is_filtered_here() {
    let (device, action) = (Pubkey::new_unique(), Pubkey::new_unique());
    let (url, served) = node(json!([
        account(&device, Device::DISCRIMINATOR),
        account(&action, Action::DISCRIMINATOR),
    ]));
    let chain = RpcChain::new(&url, CommitmentConfig::confirmed());
    let found = chain
        .program_accounts(&registry::ID, Device::DISCRIMINATOR)
        .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, device);
    assert_eq!(found[0].1.owner, registry::ID);

    let request = served.join().unwrap();
    assert_eq!(request["method"], "getProgramAccounts");
    assert_eq!(request["params"][0], registry::ID.to_string());
    let config = &request["params"][1];
    assert_eq!(config["commitment"], "confirmed");
    let filter = &config["filters"][0]["memcmp"];
    assert_eq!(filter["offset"], 0);
    let bytes = bs58::decode(filter["bytes"].as_str().unwrap()).into_vec();
    assert_eq!(bytes.unwrap(), Device::DISCRIMINATOR);
}
