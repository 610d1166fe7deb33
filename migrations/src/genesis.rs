//! The list of transactions from deployed programs to a sealed genesis.

use anyhow::{Context, Result};
use ion_client::{
    accounts, addresses,
    instructions::{booking, ide, registry as governance, rewards, staking},
    send::Chain,
};
use ion_economics::{
    params::Program as Consumer,
    units::{HOUR, IO_ONE},
};
use registry::{
    InitializeArgs, RoleKeys,
    constants::CLASS_NAME_LEN,
    state::{ActionKind, ClassTerms, Config, VerifierKeys},
};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::{
    rent::Rent,
    tables,
    tokens::{self, Mint},
    wallets::Wallets,
};

/// IO that exists before the first block: everything but the schedule (economics §1.1, §6.1).
pub const GENESIS_SUPPLY_IO: u64 = 500_000_000 * IO_ONE;
/// Shards of the totals of staking and booking.
const SHARDS: u8 = 16;

/// What genesis decides.
#[derive(Clone, Debug)]
pub struct GenesisPlan {
    /// Upgrade authority of the programs; pays for genesis and holds both mint authorities at first.
    pub authority: Pubkey,
    /// Receives the supply that exists before the schedule.
    pub treasury: Pubkey,
    /// The IO mint.
    pub io_mint: Pubkey,
    /// The USDC mint.
    pub usdc_mint: Pubkey,
    /// Whether genesis makes the USDC mint; false where it exists.
    pub creates_usdc: bool,
    /// Holders of the roles.
    pub roles: RoleKeys,
    /// The first verifier set.
    pub verifiers: Vec<Pubkey>,
    /// Votes that attest a report.
    pub threshold: u8,
    /// The program that owns price accounts.
    pub price_receiver: Pubkey,
    /// The feed of IO in dollars.
    pub price_feed_id: [u8; 32],
    /// Seconds that a queued action waits after the seal.
    pub governance_timelock_seconds: i64,
    /// Lowest price of a quote of every class, 1e-6 USD per processor-hour.
    pub floor_price_usd_micros: u64,
    /// First hour of the emission schedule on this chain.
    pub start_hour: u64,
    /// Rent price of the chain.
    pub rent: Rent,
}

impl GenesisPlan {
    /// A plan whose roles are held by `wallets`, with the shortest lawful timelock, two votes of
    /// three verifiers and a floor of one cent per processor-hour.
    ///
    /// Errors: a key is missing.
    pub fn new(
        wallets: &Wallets,
        price_receiver: Pubkey,
        price_feed_id: [u8; 32],
        now: i64,
        rent: Rent,
    ) -> Result<Self> {
        let key = |name: &str| -> Result<Pubkey> { Ok(wallets.key(name)?.pubkey()) };
        Ok(Self {
            authority: key("authority")?,
            treasury: key("treasury")?,
            io_mint: key("io-mint")?,
            usdc_mint: key("usdc-mint")?,
            creates_usdc: true,
            roles: RoleKeys {
                governance: key("governance")?,
                guardian: key("guardian")?,
                slasher: key("slasher")?,
                arbiter: key("arbiter")?,
                scheduler: key("scheduler")?,
                exemption_admin: key("exemption-admin")?,
            },
            verifiers: vec![key("verifier-1")?, key("verifier-2")?, key("verifier-3")?],
            threshold: 2,
            price_receiver,
            price_feed_id,
            governance_timelock_seconds: ion_economics::params::registry::GOVERNANCE_TIMELOCK.min,
            floor_price_usd_micros: 10_000,
            start_hour: u64::try_from(now.div_euclid(HOUR))
                .context("the chain's clock is before 1970")?,
            rent,
        })
    }
}

/// How a step is known to have happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    /// This account exists.
    Exists(Pubkey),
    /// Genesis is sealed.
    Sealed,
}

/// One transaction of genesis.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it does.
    pub name: String,
    /// Its instructions, all or none.
    pub instructions: Vec<Instruction>,
    mark: Mark,
}

impl Step {
    fn new(name: impl Into<String>, creates: Pubkey, instructions: Vec<Instruction>) -> Self {
        Self {
            name: name.into(),
            instructions,
            mark: Mark::Exists(creates),
        }
    }

    /// Whether a key has to sign.
    pub fn needs(&self, key: &Pubkey) -> bool {
        self.instructions
            .iter()
            .flat_map(|instruction| &instruction.accounts)
            .any(|meta| meta.is_signer && meta.pubkey == *key)
    }

    /// Whether it has happened already.
    ///
    /// Errors: the chain cannot be asked.
    pub fn is_done(&self, chain: &dyn Chain) -> Result<bool> {
        match self.mark {
            Mark::Exists(key) => Ok(chain.accounts(&[key])?.pop().flatten().is_some()),
            Mark::Sealed => {
                let config: Option<Config> = accounts::find(chain, &addresses::registry::config())?;
                Ok(config.is_some_and(|config| config.is_genesis_sealed()))
            }
        }
    }
}

/// Genesis in order. Every step is one transaction that the authority pays, and none depends on a
/// clock: until the seal queued actions execute at once.
///
/// Errors: a table does not parse.
pub fn steps(plan: &GenesisPlan) -> Result<Vec<Step>> {
    let mut steps = mint_steps(plan)?;
    steps.push(Step::new(
        "initialise the registry",
        addresses::registry::config(),
        vec![governance::initialize(
            &plan.authority,
            &plan.io_mint,
            &plan.usdc_mint,
            InitializeArgs {
                price_receiver: plan.price_receiver,
                price_feed_id: plan.price_feed_id,
                staking_program: ::staking::ID,
                rewards_program: ::rewards::ID,
                ide_program: ::ide::ID,
                booking_program: ::booking::ID,
                roles: plan.roles.clone(),
                verifiers: VerifierKeys {
                    keys: plan.verifiers.clone(),
                    threshold: plan.threshold,
                },
                governance_timelock_seconds: plan.governance_timelock_seconds,
            },
        )],
    ));
    for consumer in [
        Consumer::Staking,
        Consumer::Rewards,
        Consumer::Ide,
        Consumer::Booking,
    ] {
        let program = governance::consumer_program(consumer);
        steps.push(Step::new(
            format!("parameters of {consumer:?}"),
            addresses::registry::params(&program),
            vec![governance::init_params(&plan.authority, consumer, &program)],
        ));
    }
    steps.push(Step::new(
        "initialise the engine",
        addresses::ide::vaults(),
        vec![ide::initialize(
            &plan.authority,
            &plan.io_mint,
            &plan.usdc_mint,
        )],
    ));
    steps.push(Step::new(
        "initialise what carries over from day to day",
        addresses::ide::engine(),
        vec![ide::initialize_engine(&plan.authority)],
    ));
    steps.push(Step::new(
        "hand the IO mint to the schedule",
        addresses::rewards::emission(),
        vec![rewards::initialize(
            &plan.authority,
            &plan.authority,
            &plan.io_mint,
            &plan.usdc_mint,
            plan.start_hour,
        )],
    ));
    for shard in 0..SHARDS {
        steps.push(Step::new(
            format!("totals shard {shard}"),
            addresses::booking::tne_totals(shard),
            vec![
                staking::init_shard(&plan.authority, shard),
                booking::init_shard(&plan.authority, shard),
            ],
        ));
    }
    let classes = tables::classes()?;
    let seal = u64::try_from(classes.len())?;
    for (id, class) in (0..).zip(classes) {
        let mut name = [0; CLASS_NAME_LEN];
        name[..class.name.len()].copy_from_slice(class.name.as_bytes());
        let terms = ClassTerms {
            pool: class.pool,
            multiplier_fp: class.mult_fp,
            max_cpu_pct: class.max_cpu_pct,
            max_gpu_pct: class.max_gpu_pct,
            floor_price_usd_micros: plan.floor_price_usd_micros,
        };
        let payload = ActionKind::CreateClass {
            id: class.id,
            name,
            terms,
        };
        steps.push(Step::new(
            format!("class {}", class.name),
            addresses::registry::class(class.id),
            vec![
                governance::queue_action(&plan.authority, &plan.roles.governance, id, payload),
                governance::create_class(&plan.authority, id, class.id),
                governance::close_action(&plan.authority, id, &plan.authority),
            ],
        ));
    }
    steps.push(Step {
        name: "seal genesis".to_owned(),
        instructions: vec![
            governance::queue_action(
                &plan.authority,
                &plan.roles.governance,
                seal,
                ActionKind::SealGenesis,
            ),
            governance::execute_action(&plan.authority, seal, &ActionKind::SealGenesis),
            governance::close_action(&plan.authority, seal, &plan.authority),
        ],
        mark: Mark::Sealed,
    });
    Ok(steps)
}

/// Both mints and the supply, which is minted before the authority is handed to the schedule.
fn mint_steps(plan: &GenesisPlan) -> Result<Vec<Step>> {
    let mut io = tokens::create_mint(
        Mint::Io,
        &plan.io_mint,
        &plan.authority,
        &plan.authority,
        plan.rent,
    )?
    .to_vec();
    io.extend(tokens::mint_to_wallet(
        &plan.io_mint,
        &plan.authority,
        &plan.authority,
        &plan.treasury,
        GENESIS_SUPPLY_IO,
    )?);
    let mut steps = vec![Step::new(
        "create the IO mint and its first supply",
        plan.io_mint,
        io,
    )];
    if plan.creates_usdc {
        let usdc = tokens::create_mint(
            Mint::Usdc,
            &plan.usdc_mint,
            &plan.authority,
            &plan.authority,
            plan.rent,
        )?;
        steps.push(Step::new(
            "create the USDC mint",
            plan.usdc_mint,
            usdc.to_vec(),
        ));
    }
    Ok(steps)
}
