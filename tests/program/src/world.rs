//! A network after genesis, for tests.

use std::cell::RefCell;

use anchor_lang::{AccountDeserialize, AnchorDeserialize, Discriminator, Owner};
use anchor_spl::associated_token::get_associated_token_address;
use ion_client::{
    accounts, events,
    history::{History, TransactionRecord},
    idl,
    send::{self, Chain, SendError},
};
use ion_migrations::{
    genesis::{self, GenesisPlan},
    rent::Rent,
    tokens,
    wallets::{GENESIS_WALLETS, Wallets},
};
use ion_test_oracle::PostedPrice;
use solana_account::Account;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::{chain::LiteChain, observe};

/// The chain's time when a world begins: 2026-02-01 00:30 UTC.
pub const WORLD_START: i64 = 1_769_905_800;
/// Lamports of a funded wallet.
const WALLET_LAMPORTS: u64 = 100_000_000_000;
/// The feed of IO in dollars in a test network.
pub const FEED: [u8; 32] = [7; 32];
/// The receiver program of the oracle in a test network.
pub const RECEIVER: Pubkey = ion_test_oracle::RECEIVER;

/// Compute units, size and keys of one measured instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// Program and instruction, `booking.pay`.
    pub instruction: String,
    /// Compute units of the transaction that held nothing else.
    pub compute_units: u64,
    /// Bytes of that transaction.
    pub bytes: usize,
    /// Account keys of that transaction.
    pub keys: usize,
    /// Inner instructions that ran.
    pub inner: usize,
}

/// Everybody with a role, and a chain on which genesis is sealed.
pub struct World {
    /// The chain.
    pub chain: LiteChain,
    /// Upgrade authority, mint authority of USDC, payer of genesis.
    pub authority: Keypair,
    /// Holder of the governance role.
    pub governance: Keypair,
    /// Holder of the guardian role.
    pub guardian: Keypair,
    /// Holder of the scheduler role.
    pub scheduler: Keypair,
    /// Holder of the slasher role.
    pub slasher: Keypair,
    /// Holder of the arbiter role.
    pub arbiter: Keypair,
    /// The verifier set, threshold 2.
    pub verifiers: [Keypair; 3],
    /// A wallet with the genesis supply of IO.
    pub treasury: Keypair,
    /// What genesis was told.
    pub plan: GenesisPlan,
    measured: RefCell<Vec<Measured>>,
}

impl World {
    /// A world after genesis, sealed, with every class of the tables.
    ///
    /// # Panics
    /// If genesis fails.
    pub fn new() -> Self {
        let world = Self::before_genesis();
        let keys = world.genesis_keys();
        for step in genesis::steps(&world.plan).expect("the tables parse") {
            let signers: Vec<&Keypair> = keys
                .iter()
                .filter(|key| step.needs(&key.pubkey()))
                .collect();
            world
                .send(&world.authority, &signers, &step.instructions)
                .unwrap_or_else(|error| panic!("genesis step {}: {error}", step.name));
        }
        world.measured.borrow_mut().clear();
        world
    }

    /// The programs are deployed and nothing is initialised.
    pub fn before_genesis() -> Self {
        let key = |name: &str| {
            Wallets::Development
                .key(name)
                .expect("development keys are derived")
        };
        let authority = key("authority");
        let chain = LiteChain::new(&authority.pubkey());
        chain.set_time(WORLD_START);
        let verifiers = ["verifier-1", "verifier-2", "verifier-3"].map(key);
        let rent = Rent::read(&chain).expect("the machine has a rent sysvar");
        let plan = GenesisPlan::new(&Wallets::Development, RECEIVER, FEED, WORLD_START, rent)
            .expect("development keys are derived");
        let world = Self {
            chain,
            governance: key("governance"),
            guardian: key("guardian"),
            scheduler: key("scheduler"),
            slasher: key("slasher"),
            arbiter: key("arbiter"),
            treasury: key("treasury"),
            authority,
            verifiers,
            plan,
            measured: RefCell::default(),
        };
        let funded = world.verifiers.iter().chain([
            &world.authority,
            &world.governance,
            &world.guardian,
            &world.scheduler,
            &world.slasher,
            &world.arbiter,
            &world.treasury,
        ]);
        for key in funded {
            world.fund(&key.pubkey());
        }
        world
    }

    /// Every key that may have to sign a genesis step.
    pub fn genesis_keys(&self) -> Vec<Keypair> {
        GENESIS_WALLETS
            .iter()
            .map(|name| {
                Wallets::Development
                    .key(name)
                    .expect("development keys are derived")
            })
            .collect()
    }

    /// Gives a wallet lamports.
    ///
    /// # Panics
    /// If the machine refuses the airdrop.
    pub fn fund(&self, wallet: &Pubkey) {
        let refused = self
            .chain
            .with(|svm| svm.airdrop(wallet, WALLET_LAMPORTS).is_err());
        assert!(!refused, "the machine gives lamports");
    }

    /// A new wallet with lamports and this much of both tokens (base units).
    ///
    /// # Panics
    /// If it cannot be funded.
    pub fn wallet(&self, io: u64, usdc: u64) -> Keypair {
        let wallet = Keypair::new();
        self.fund(&wallet.pubkey());
        self.give(&wallet.pubkey(), io, usdc);
        wallet
    }

    /// Gives a wallet's associated accounts tokens (base units); creates both accounts.
    ///
    /// # Panics
    /// If the transfer fails.
    pub fn give(&self, wallet: &Pubkey, io: u64, usdc: u64) {
        let payer = self.authority.pubkey();
        let io_mint = self.plan.io_mint;
        let usdc_mint = self.plan.usdc_mint;
        let mut instructions = vec![
            tokens::create_associated_account(&payer, wallet, &io_mint),
            tokens::create_associated_account(&payer, wallet, &usdc_mint),
        ];
        if io > 0 {
            let treasury = self.treasury.pubkey();
            instructions.push(
                tokens::transfer(tokens::Mint::Io, &io_mint, &treasury, wallet, io)
                    .expect("classic token"),
            );
        }
        if usdc > 0 {
            let [_, mint] = tokens::mint_to_wallet(&usdc_mint, &payer, &payer, wallet, usdc)
                .expect("classic token");
            instructions.push(mint);
        }
        let signers = [&self.treasury];
        self.send(
            &self.authority,
            &signers[..usize::from(io > 0)],
            &instructions,
        )
        .expect("funding succeeds");
    }

    /// Sends instructions in one transaction.
    ///
    /// Errors: as [`send::send`].
    pub fn send(
        &self,
        payer: &Keypair,
        signers: &[&Keypair],
        instructions: &[Instruction],
    ) -> Result<TransactionRecord, SendError> {
        let observer = observe::current();
        if let Some(observer) = &observer {
            observer.before(self, payer, signers, instructions);
        }
        let signature = send::send(&self.chain, payer, signers, instructions)?;
        let record = self
            .chain
            .transaction(&signature)?
            .expect("a confirmed transaction is in history");
        let inner = record.inner_instructions().count();
        assert!(
            inner + instructions.len() <= send::MAX_INSTRUCTIONS,
            "{inner} inner instructions"
        );
        if let [instruction] = instructions {
            let sent = send::build(payer, signers, instructions, Default::default())?;
            let bytes = send::serialize(&sent)?.len();
            let keys = sent.message.static_account_keys().len();
            self.measure(instruction, &record, bytes, keys);
        }
        if let Some(observer) = &observer {
            observer.after(&record);
        }
        Ok(record)
    }

    /// Notes what the transaction of one instruction has cost.
    pub(crate) fn measure(
        &self,
        instruction: &Instruction,
        record: &TransactionRecord,
        bytes: usize,
        keys: usize,
    ) {
        let Some(program) = idl::program_name(&instruction.program_id) else {
            return;
        };
        let Some(name) = idl::instruction_name(&instruction.program_id, &instruction.data) else {
            return;
        };
        self.measured.borrow_mut().push(Measured {
            instruction: format!("{program}.{name}"),
            compute_units: record.compute_units,
            bytes,
            keys,
            inner: record.inner_instructions().count(),
        });
    }

    /// What every instruction sent alone has cost since genesis.
    pub fn measured(&self) -> Vec<Measured> {
        self.measured.borrow().clone()
    }

    /// The chain's time in Unix seconds.
    pub fn now(&self) -> i64 {
        self.chain.now()
    }

    /// Moves the chain's time forward.
    pub fn warp(&self, seconds: i64) {
        self.chain.set_time(self.now() + seconds);
    }

    /// Sets the chain's time.
    pub fn set_time(&self, unix_seconds: i64) {
        self.chain.set_time(unix_seconds);
    }

    /// Decodes an account that must exist.
    ///
    /// # Panics
    /// If it does not exist or is of another type.
    #[track_caller]
    pub fn get<T: AccountDeserialize + Owner>(&self, key: &Pubkey) -> T {
        accounts::fetch(&self.chain, key).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Whether anything exists at an address.
    pub fn exists(&self, key: &Pubkey) -> bool {
        self.chain.accounts(&[*key]).expect("reading cannot fail")[0].is_some()
    }

    /// The account at an address, raw.
    ///
    /// # Panics
    /// If there is none.
    pub fn raw(&self, key: &Pubkey) -> Account {
        self.chain
            .accounts(&[*key])
            .expect("reading cannot fail")
            .remove(0)
            .expect("the account exists")
    }

    /// Writes an account, for what no transaction can do.
    ///
    /// # Panics
    /// If the machine refuses it.
    pub fn put(&self, key: &Pubkey, account: Account) {
        self.chain
            .with(|svm| svm.set_account(*key, account))
            .expect("the machine takes the account");
    }

    /// A wallet's balance of IO in its associated account, base units.
    ///
    /// # Panics
    /// If that address holds something else.
    pub fn io_of(&self, wallet: &Pubkey) -> u64 {
        self.token(&get_associated_token_address(wallet, &self.plan.io_mint))
    }

    /// A wallet's balance of USDC in its associated account, base units.
    ///
    /// # Panics
    /// If that address holds something else.
    pub fn usdc_of(&self, wallet: &Pubkey) -> u64 {
        self.token(&get_associated_token_address(wallet, &self.plan.usdc_mint))
    }

    /// Balance of a token account, 0 if there is none.
    ///
    /// # Panics
    /// If that address holds something else.
    #[track_caller]
    pub fn token(&self, account: &Pubkey) -> u64 {
        accounts::token_balance(&self.chain, account).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Writes a price account and returns its address.
    pub fn post_price(&self, price: PostedPrice) -> Pubkey {
        let key = Pubkey::new_unique();
        self.put(&key, price.account(RECEIVER));
        key
    }

    /// Price 0.15 USD per IO, published now.
    pub fn price_now(&self) -> PostedPrice {
        PostedPrice::at(self.now(), FEED)
    }

    /// The only event of type `T` in a transaction.
    ///
    /// # Panics
    /// If there is none or more than one.
    #[track_caller]
    pub fn event<T: AnchorDeserialize + Discriminator>(
        &self,
        program: Pubkey,
        record: &TransactionRecord,
    ) -> T {
        let mut found: Vec<T> = events::events_of(record)
            .iter()
            .filter_map(|event| event.decode(&program))
            .collect();
        assert_eq!(found.len(), 1, "events of this type in the transaction");
        found.remove(0)
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}
