//! A JSON-RPC node that knows devices and the time, and lands nothing.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use anchor_lang::{AccountSerialize, AnchorDeserialize};
use anyhow::Context;
use axum::{Router, body::Bytes, extract::State, routing::post};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use ion_client::addresses;
use ion_economics::{device::DeviceStatus, params::Program as Consumer};
use serde_json::{Value, json};
use solana_pubkey::Pubkey;

const CLOCK: Pubkey = solana_pubkey::pubkey!("SysvarC1ock11111111111111111111111111111111");
/// Bytes of the clock sysvar; the Unix time is the last of its five fields.
const CLOCK_BYTES: usize = 40;
/// Genesis hash of the cluster.
pub const GENESIS: [u8; 32] = [1; 32];
/// Devices of one owner.
const DEVICES_PER_OWNER: u32 = 50;

/// Present Unix time, which is the chain's, too.
pub fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|elapsed| i64::try_from(elapsed.as_secs()).ok())
        .unwrap_or_default()
}

/// Everything that the node shows.
pub struct Node {
    /// Single accounts: owner and data.
    accounts: HashMap<String, (Pubkey, Vec<u8>)>,
    /// Lists of accounts by program, as JSON: written once, so that showing 50,000 devices takes the
    /// node no time that the verifier is measured against.
    lists: HashMap<String, String>,
}

/// An account whose fields are zero where `set` does not change them.
fn account<T: AnchorDeserialize + AccountSerialize>(
    set: impl FnOnce(&mut T),
) -> anyhow::Result<Vec<u8>> {
    let mut account =
        T::deserialize(&mut [0_u8; 4_096].as_slice()).context("make a zeroed account")?;
    set(&mut account);
    let mut data = Vec::new();
    account
        .try_serialize(&mut data)
        .map_err(|error| anyhow::anyhow!("{error}"))
        .context("serialize an account")?;
    Ok(data)
}

fn shown(owner: &Pubkey, data: &[u8]) -> Value {
    json!({
        "data": [BASE64.encode(data), "base64"],
        "executable": false,
        "lamports": 1_000_000_000_u64,
        "owner": owner.to_string(),
        "rentEpoch": u64::MAX,
        "space": data.len(),
    })
}

fn address_of(number: u32) -> Pubkey {
    let mut bytes = [0xA5; 32];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    Pubkey::new_from_array(bytes)
}

impl Node {
    /// A cluster with one verifier and devices that are up, by their keys.
    pub fn new(verifier: Pubkey, devices: &[[u8; 32]]) -> anyhow::Result<Self> {
        let mut accounts = HashMap::new();
        let set = account(|set: &mut registry::state::VerifierSet| {
            set.threshold = 1;
            set.count = 1;
            set.keys[0] = verifier;
        })?;
        accounts.insert(
            addresses::registry::verifier_set().to_string(),
            (registry::ID, set),
        );
        for (consumer, program) in [
            (Consumer::Registry, registry::ID),
            (Consumer::Staking, staking::ID),
            (Consumer::Rewards, rewards::ID),
            (Consumer::Ide, ide::ID),
            (Consumer::Booking, booking::ID),
        ] {
            let params = account(|params: &mut registry::state::Params| {
                params.consumer = consumer.to_u8();
                params.program = program;
                for param in consumer.params() {
                    if let Some(value) = params.values.get_mut(usize::from(param.slot)) {
                        *value = param.default;
                    }
                }
            })?;
            accounts.insert(
                addresses::registry::params(&program).to_string(),
                (registry::ID, params),
            );
        }
        let config = account(|config: &mut registry::state::Config| {
            config.ide_from_hour = u64::MAX;
        })?;
        accounts.insert(
            addresses::registry::config().to_string(),
            (registry::ID, config),
        );
        // A schedule that has not begun.
        let emission = account(|emission: &mut rewards::state::Emission| {
            emission.start_hour = u64::MAX;
            emission.next_hour = u64::MAX;
            emission.next_final_hour = u64::MAX;
        })?;
        accounts.insert(
            addresses::rewards::emission().to_string(),
            (rewards::ID, emission),
        );
        let mut list = Vec::with_capacity(devices.len());
        for (number, key) in (0_u32..).zip(devices) {
            let data = account(|device: &mut registry::state::Device| {
                device.id = Pubkey::new_from_array(*key);
                device.device_key = Pubkey::new_from_array(*key);
                device.owner = address_of(u32::MAX - number / DEVICES_PER_OWNER);
                device.payout_wallet = device.owner;
                device.class = 1;
                device.qty = 1;
                device.status = DeviceStatus::Up.code();
                device.onboarded_at = 1;
            })?;
            list.push(json!({
                "pubkey": address_of(number).to_string(),
                "account": shown(&registry::ID, &data),
            }));
        }
        let mut lists = HashMap::new();
        lists.insert(registry::ID.to_string(), serde_json::to_string(&list)?);
        Ok(Node { accounts, lists })
    }

    fn find(&self, key: &str) -> Value {
        if key == CLOCK.to_string() {
            let mut data = vec![0_u8; CLOCK_BYTES];
            data[CLOCK_BYTES - 8..].copy_from_slice(&now().to_le_bytes());
            return shown(&Pubkey::default(), &data);
        }
        self.accounts
            .get(key)
            .map_or(Value::Null, |(owner, data)| shown(owner, data))
    }

    fn answer(&self, method: &str, params: &Value) -> Value {
        let context = json!({ "slot": 1, "apiVersion": "4.2.2" });
        let height = u64::try_from(now()).unwrap_or_default();
        match method {
            "getGenesisHash" => json!(bs58::encode(GENESIS).into_string()),
            "getAccountInfo" => {
                let key = params[0].as_str().unwrap_or_default();
                json!({ "context": context, "value": self.find(key) })
            }
            "getMultipleAccounts" => {
                let keys = params[0].as_array().cloned().unwrap_or_default();
                let found: Vec<Value> = keys
                    .iter()
                    .map(|key| self.find(key.as_str().unwrap_or_default()))
                    .collect();
                json!({ "context": context, "value": found })
            }
            "getLatestBlockhash" => json!({
                "context": context,
                "value": {
                    "blockhash": bs58::encode([2_u8; 32]).into_string(),
                    "lastValidBlockHeight": height + 150,
                },
            }),
            "getBlockHeight" | "getSlot" => json!(height),
            "getVersion" => json!({ "solana-core": "4.2.2", "feature-set": 1 }),
            "getRecentPrioritizationFees" => json!([]),
            _ => Value::Null,
        }
    }

    /// Serves until the process ends.
    pub async fn serve(self: Arc<Self>, listener: tokio::net::TcpListener) -> anyhow::Result<()> {
        let app = Router::new().route("/", post(call)).with_state(self);
        axum::serve(listener, app).await.context("serve the node")
    }
}

async fn call(State(node): State<Arc<Node>>, body: Bytes) -> Vec<u8> {
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let method = request["method"].as_str().unwrap_or_default();
    if method == "getProgramAccounts" {
        let program = request["params"][0].as_str().unwrap_or_default();
        let list = node.lists.get(program).map_or("[]", String::as_str);
        let id = &request["id"];
        return format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{list}}}").into_bytes();
    }
    let result = node.answer(method, &request["params"]);
    let reply = json!({ "jsonrpc": "2.0", "id": request["id"], "result": result });
    serde_json::to_vec(&reply).unwrap_or_default()
}
