//! What a command works with: the node, the keys and the flags of the call.

use std::{cell::OnceCell, str::FromStr};

use anchor_spl::associated_token::get_associated_token_address;
use ion_client::{accounts, addresses, instructions, rpc::RpcChain, send::Chain};
use ion_migrations::tokens;
use registry::state::Config;
use solana_commitment_config::CommitmentConfig;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::{
    args::GlobalArgs,
    failure::{Failure, Outcome},
    output::{self, Format, Record},
    settings::Settings,
    signer,
};

const CLOCK: Pubkey = Pubkey::from_str_const("SysvarC1ock11111111111111111111111111111111");

/// The call.
pub struct Context {
    /// Flags.
    pub args: GlobalArgs,
    /// Resolved settings.
    pub settings: Settings,
    /// The node at the commitment of the call.
    pub chain: RpcChain,
    keypair: OnceCell<Keypair>,
    fee_payer: OnceCell<Option<Keypair>>,
}

impl Context {
    /// Resolves the settings; opens no connection and reads no key.
    ///
    /// Errors: usage.
    pub fn new(args: GlobalArgs) -> Outcome<Self> {
        let settings = Settings::resolve(&args)?;
        let commitment = CommitmentConfig::from_str(&settings.commitment.value).map_err(|_| {
            Failure::usage(
                "the commitment is not understood",
                format!("\"{}\"", settings.commitment.value),
            )
            .next("give processed, confirmed or finalized")
        })?;
        let chain =
            RpcChain::new(&settings.url.value, commitment).skip_preflight(args.skip_preflight);
        Ok(Self {
            args,
            settings,
            chain,
            keypair: OnceCell::new(),
            fee_payer: OnceCell::new(),
        })
    }

    /// Form of the result.
    pub fn format(&self) -> Format {
        self.args.format()
    }

    /// The signing key, read on first use.
    ///
    /// Errors: usage.
    pub fn keypair(&self) -> Outcome<&Keypair> {
        if self.keypair.get().is_none() {
            let read = signer::read(&self.settings.keypair.value, "signing key")?;
            // The cell was empty and there is one thread.
            let _ = self.keypair.set(read);
        }
        self.keypair
            .get()
            .ok_or_else(|| Failure::usage("the signing key cannot be read", "no key"))
    }

    /// The vault of `--multisig`, which then signs and pays.
    ///
    /// Errors: usage.
    pub fn vault(&self) -> Outcome<Option<Pubkey>> {
        self.args
            .multisig
            .as_deref()
            .map(|text| parse_key(text, "vault"))
            .transpose()
    }

    /// Address of the signing key. With `--print-only` the setting may be a bare address, such as a
    /// multisig's vault, since nothing is signed.
    ///
    /// Errors: usage.
    pub fn wallet(&self) -> Outcome<Pubkey> {
        if let Some(vault) = self.vault()? {
            return Ok(vault);
        }
        if self.args.print_only
            && let Ok(key) = Pubkey::from_str(&self.settings.keypair.value)
        {
            return Ok(key);
        }
        Ok(self.keypair()?.pubkey())
    }

    /// Address of the key that pays fees and rent, as [`Self::wallet`].
    ///
    /// Errors: usage.
    pub fn payer_wallet(&self) -> Outcome<Pubkey> {
        if let Some(vault) = self.vault()? {
            return Ok(vault);
        }
        if self.args.print_only {
            let named = self
                .settings
                .fee_payer
                .as_ref()
                .map(|setting| Pubkey::from_str(&setting.value));
            return match named {
                Some(Ok(key)) => Ok(key),
                Some(Err(_)) => Ok(self.payer()?.pubkey()),
                None => self.wallet(),
            };
        }
        Ok(self.payer()?.pubkey())
    }

    /// The key that pays fees and rent: the signing key unless another is named.
    ///
    /// Errors: usage.
    pub fn payer(&self) -> Outcome<&Keypair> {
        if self.fee_payer.get().is_none() {
            let named = self.settings.fee_payer.as_ref();
            let read = named
                .map(|setting| signer::read(&setting.value, "fee payer"))
                .transpose()?;
            // The cell was empty and there is one thread.
            let _ = self.fee_payer.set(read);
        }
        match self.fee_payer.get() {
            Some(Some(payer)) => Ok(payer),
            _ => self.keypair(),
        }
    }

    /// Time of the chain in Unix seconds: deadlines are measured by it, not by this machine's clock.
    ///
    /// Errors: rpc.
    pub fn now(&self) -> Outcome<i64> {
        // Layout of the clock: slot, epoch_start_timestamp, epoch, leader_schedule_epoch, unix_timestamp.
        const TIME_AT: usize = 32;
        let account = self.chain.accounts(&[CLOCK])?.into_iter().next().flatten();
        account
            .and_then(|account| {
                account
                    .data
                    .get(TIME_AT..TIME_AT + 8)?
                    .try_into()
                    .ok()
                    .map(i64::from_le_bytes)
            })
            .ok_or_else(|| {
                Failure::rpc(
                    "the time of the chain cannot be read",
                    "the node has no clock account",
                )
            })
    }

    /// The on-chain configuration.
    ///
    /// Errors: rpc; program when the cluster is not set up.
    pub fn config(&self) -> Outcome<Config> {
        accounts::find(&self.chain, &addresses::registry::config())?.ok_or_else(|| {
            Failure::chain(
                "the cluster is not set up",
                format!("{} has no configuration of Ion", self.settings.url.value),
            )
            .next(
                "start a local chain with cargo xtask localnet, or name another cluster with --url",
            )
        })
    }

    /// The instruction that creates the associated token account of a wallet, if it does not exist.
    ///
    /// Errors: rpc, usage.
    pub fn create_token_account(
        &self,
        wallet: &Pubkey,
        mint: &Pubkey,
    ) -> Outcome<Option<Instruction>> {
        let address = token_account(wallet, mint);
        let exists = self
            .chain
            .accounts(&[address])?
            .into_iter()
            .next()
            .flatten()
            .is_some();
        if exists {
            return Ok(None);
        }
        Ok(Some(tokens::create_associated_account(
            &self.payer_wallet()?,
            wallet,
            mint,
        )))
    }

    /// The instruction that creates the account of a UTC day, if it does not exist: fees need it.
    ///
    /// Errors: rpc, usage.
    pub fn open_epoch(&self, day: u64) -> Outcome<Option<Instruction>> {
        let exists = self
            .chain
            .accounts(&[addresses::ide::epoch(day)])?
            .into_iter()
            .next()
            .flatten()
            .is_some();
        if exists {
            return Ok(None);
        }
        Ok(Some(instructions::ide::open_epoch(
            &self.payer_wallet()?,
            day,
        )))
    }

    /// Prints a record in the form of the call.
    pub fn print(&self, record: &Record) {
        output::print(self.format(), record);
    }
}

/// Reads a public key.
///
/// Errors: usage.
pub fn parse_key(text: &str, what: &str) -> Outcome<Pubkey> {
    Pubkey::from_str(text).map_err(|_| {
        Failure::usage(
            format!("the {what} is not understood"),
            format!("\"{text}\" is no public key"),
        )
        .next("give it in base58, 32 to 44 characters")
    })
}

/// Associated token account of a wallet.
pub fn token_account(wallet: &Pubkey, mint: &Pubkey) -> Pubkey {
    get_associated_token_address(wallet, mint)
}
