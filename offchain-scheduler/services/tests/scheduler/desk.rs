//! A scheduler that listens, and requests to it.

use super::*;

impl Desk {
    /// A scheduler over devices (byte of the address, processors) on a chain that makes blocks.
    pub(super) async fn open(
        database: Database,
        devices: &[(u8, u8)],
        change: impl FnOnce(&mut SchedulerSettings),
    ) -> Self {
        let store = database.store.clone();
        let sent = Arc::new(FakeChain::new());
        let ledger = Arc::new(Ledger::new(devices, sent.clone()));
        let mut settings = SchedulerSettings::default();
        settings.chain.poll = Duration::from_millis(10);
        settings.quotes.poll = Duration::from_millis(5);
        settings.quotes.wait = Duration::from_secs(120);
        settings.sender.poll = Duration::from_millis(5);
        settings.scheduler.fleet_refresh = Duration::from_millis(10);
        change(&mut settings);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (trigger, token) = shutdown::channel();
        let parts = Parts {
            settings,
            key: Keypair::new(),
            reader: ledger.clone() as Arc<dyn SchedulerChain>,
            sending: sent.clone(),
            genesis_hash: GENESIS,
            store: store.clone(),
        };
        let (own, stop) = shutdown::channel();
        let tasks = scheduler::start(parts, listener, token).await.unwrap();
        tokio::spawn(tasks.run(trigger, Duration::from_secs(1)));
        let blocks = sent.clone();
        tokio::spawn(async move {
            while stop.pause(Duration::from_millis(20)).await {
                blocks.advance(1);
            }
        });
        Self {
            ledger,
            sent,
            url,
            store,
            _trigger: own,
            _database: database,
        }
    }

    pub(super) async fn post(
        &self,
        renter: u8,
        sequence: u64,
        request: &QuoteRequest,
    ) -> Result<QuoteAnswer, (u16, ErrorBody)> {
        let realm = Realm {
            genesis_hash: GENESIS,
            program_id: booking::ID.to_bytes(),
        };
        let key = SigningKey::from_bytes(&[renter; 32]);
        let now = self.ledger.with(|facts| facts.now);
        let envelope = seal(&key, Domain::QuoteRequest, &realm, sequence, now, request).unwrap();
        self.post_bytes(borsh::to_vec(&envelope).unwrap()).await
    }

    pub(super) async fn post_bytes(&self, body: Vec<u8>) -> Result<QuoteAnswer, (u16, ErrorBody)> {
        let response = reqwest::Client::new()
            .post(format!("{}{QUOTE_PATH}", self.url))
            .body(body)
            .send()
            .await
            .unwrap();
        match response.status().as_u16() {
            200 => Ok(response.json().await.unwrap()),
            status => Err((status, response.json().await.unwrap())),
        }
    }

    pub(super) async fn get(&self, path: &str) -> reqwest::Response {
        reqwest::get(format!("{}{path}", self.url)).await.unwrap()
    }
}
