//! A hired device with its agent, and the command beside them. The chain is in memory, for the command
//! behind a port that answers as a node does; the engine is a script.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Output,
    sync::Arc,
    time::{Duration, Instant},
};

use anchor_lang::{AccountSerialize, AnchorDeserialize};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use ion_economics::booking::{BookingStatus, LineStatus};
use ion_services::{
    agent::{self, AgentSettings, DeviceKey, Listeners},
    chain_view::{MemoryView, VerifierSetView},
    shutdown::{self, ShutdownTrigger},
};
use serde_json::{Value, json};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::call::{ion, stderr, stdout};

pub const START: i64 = 1_800_000_000;
pub const GENESIS: [u8; 32] = [1; 32];
pub const DEVICE: Pubkey = Pubkey::new_from_array([60; 32]);
pub const BOOKING: Pubkey = Pubkey::new_from_array([80; 32]);
const CLOCK: &str = "SysvarC1ock11111111111111111111111111111111";
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(10);

/// A state struct with every field zero.
fn zeroed<T: AnchorDeserialize>() -> T {
    T::deserialize(&mut [0u8; 2_048].as_slice()).unwrap()
}

/// A running booking of one device.
fn hire(
    renter: &Keypair,
    device_key: [u8; 32],
) -> (registry::state::Device, booking::state::Booking) {
    let mut device: registry::state::Device = zeroed();
    device.id = Pubkey::new_from_array(device_key);
    device.device_key = device.id;
    device.qty = 1;
    device.status = 1;
    device.hired_by = BOOKING;
    let mut line: booking::state::Line = zeroed();
    line.device = DEVICE;
    line.qty = 1;
    line.status = LineStatus::Hired as u8;
    let mut booking: booking::state::Booking = zeroed();
    booking.renter = renter.pubkey();
    booking.status = BookingStatus::Running as u8;
    booking.minutes = 60;
    booking.started_at = START;
    booking.ends_at = START + 3_600;
    booking.lines = vec![line];
    (device, booking)
}

/// Answers HTTP requests one after the other with what `reply` makes of their bodies; the address.
pub fn serve(reply: impl Fn(&[u8]) -> Vec<u8> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // A caller that went away is its own matter.
            let _ = stream.and_then(|stream| answer(stream, &reply));
        }
    });
    url
}

/// One request and its answer.
fn answer(mut stream: TcpStream, reply: impl Fn(&[u8]) -> Vec<u8>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let answer = reply(&body);
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        answer.len()
    );
    stream.write_all(&[head.as_bytes(), &answer].concat())
}

fn account(owner: &Pubkey, data: &[u8]) -> Value {
    json!({
        "data": [BASE64.encode(data), "base64"], "executable": false, "lamports": 1,
        "owner": owner.to_string(), "rentEpoch": 0, "space": data.len(),
    })
}

/// A node with the accounts of the chain in memory.
fn node(chain: Arc<MemoryView>) -> String {
    serve(move |body| {
        let request: Value = serde_json::from_slice(body).unwrap();
        let found = |key: &Value| {
            let text = key.as_str().unwrap();
            if text == CLOCK {
                let mut data = [0; 40];
                data[32..].copy_from_slice(&chain.with(|chain| chain.now).to_le_bytes());
                return account(&Pubkey::default(), &data);
            }
            let key: Pubkey = text.parse().unwrap();
            let mut data = Vec::new();
            chain.with(|chain| {
                if let Some(device) = chain.devices.get(&key) {
                    device.try_serialize(&mut data).unwrap();
                    account(&registry::ID, &data)
                } else if let Some(booking) = chain.bookings.get(&key) {
                    booking.try_serialize(&mut data).unwrap();
                    account(&booking::ID, &data)
                } else {
                    Value::Null
                }
            })
        };
        let result = match request["method"].as_str().unwrap() {
            "getGenesisHash" => json!(bs58::encode(GENESIS).into_string()),
            "getMultipleAccounts" => {
                let keys = request["params"][0].as_array().unwrap();
                let values: Vec<Value> = keys.iter().map(found).collect();
                json!({ "context": { "slot": 1 }, "value": values })
            }
            other => panic!("the test's node has no {other}"),
        };
        json!({ "jsonrpc": "2.0", "id": request["id"], "result": result })
            .to_string()
            .into_bytes()
    })
}

/// An engine that prints, and fails when it is told to. Committed and linked, never written: a file that
/// a thread still writes cannot be run while another one forks.
fn engine(folder: &Path) -> String {
    let path = folder.join("docker");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/job/engine.sh");
    symlink(script, &path).unwrap();
    path.display().to_string()
}

pub struct Bench {
    pub folder: tempfile::TempDir,
    pub chain: Arc<MemoryView>,
    node: String,
    agent: String,
    _trigger: ShutdownTrigger,
}

impl Bench {
    /// A hired device with its agent, which has an engine or none.
    pub async fn start(has_engine: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path();
        let renter = Keypair::new();
        let file = home.join("renter.json");
        solana_keypair::write_keypair_file(&renter, &file).unwrap();
        solana_keypair::write_keypair_file(&Keypair::new(), home.join("stranger.json")).unwrap();
        let key = DeviceKey::load_or_make(&home.join("key.json")).unwrap();
        let (device, booking) = hire(&renter, key.public_key());
        let set = VerifierSetView {
            keys: vec![],
            threshold: 1,
            version: 0,
        };
        let chain = Arc::new(MemoryView::new(START, set));
        chain.with(|chain| {
            chain.devices.insert(DEVICE, device);
            chain.bookings.insert(BOOKING, booking);
        });
        let mut settings = AgentSettings::default();
        settings.chain.poll = Duration::from_millis(10);
        settings.device.sequence_file = home.join("sequence");
        settings.device.nvidia_smi = "/no/such/tool".to_owned();
        settings.verifiers.urls = Vec::new();
        settings.jobs.folder = home.join("jobs");
        settings.jobs.max_body_bytes = 8_192;
        settings.jobs.engine = match has_engine {
            true => engine(home),
            false => "/no/engine".to_owned(),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let agent = format!("http://{}", listener.local_addr().unwrap());
        let listeners = Listeners {
            health: None,
            orders: Some(listener),
        };
        let (trigger, token) = shutdown::channel();
        let drain = settings.device.drain;
        let registry = registry::ID.to_bytes();
        let tasks = agent::start(settings, key, chain.clone(), registry, listeners, token)
            .await
            .unwrap();
        let (unused, _) = shutdown::channel();
        tokio::spawn(tasks.run(unused, drain));
        Self {
            node: node(chain.clone()),
            folder,
            chain,
            agent,
            _trigger: trigger,
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn file(&self, name: &str, content: &str) -> String {
        fs::write(self.path(name), content).unwrap();
        self.path(name).display().to_string()
    }

    /// Runs the command in the folder, against this agent.
    fn call(&self, wallet: &str, arguments: &[&str]) -> Output {
        self.call_at(&self.agent, wallet, arguments)
    }

    pub fn call_at(&self, agent: &str, wallet: &str, arguments: &[&str]) -> Output {
        let run = || {
            ion()
                .current_dir(self.folder.path())
                .env("ION_URL", &self.node)
                .env("ION_KEYPAIR", self.path(wallet))
                .env("ION_AGENT", agent)
                .args(["--output", "json", "job"])
                .args(arguments)
                .output()
                .unwrap()
        };
        tokio::task::block_in_place(run)
    }

    /// A call that succeeds; until the agent has read the chain's clock it may be told to wait.
    pub fn good(&self, arguments: &[&str]) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let output = self.call("renter.json", arguments);
            if output.status.success() {
                return serde_json::from_str(&stdout(&output)).unwrap();
            }
            let said = stderr(&output);
            assert!(said.contains("(unavailable)"), "{arguments:?}: {said}");
            assert!(Instant::now() < deadline, "{said}");
            std::thread::sleep(PAUSE);
        }
    }

    /// A call that ends with this code; what it says.
    pub fn bad(&self, wallet: &str, arguments: &[&str], code: i32) -> (Value, String) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let output = self.call(wallet, arguments);
            let said = stderr(&output);
            if said.contains("(unavailable)") {
                assert!(Instant::now() < deadline, "{said}");
                std::thread::sleep(PAUSE);
                continue;
            }
            assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
            let shown = serde_json::from_str(&stdout(&output)).unwrap();
            return (shown, said);
        }
    }
}
