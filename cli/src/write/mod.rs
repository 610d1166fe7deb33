//! The one way in which a command changes the chain.
//!
//! Build, simulate, show, ask, send, resend until the blockhash is dead, confirm, read the new state.
//! Nothing is sent that would fail in the simulation.

mod consent;
mod multisig;
mod over_table;
mod preview;
mod print;
mod several;
mod words;

use std::time::{Duration, Instant};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use ion_client::{
    errors::describe_failure,
    history::History,
    idl,
    send::{self, Chain, ChainError, SendError, TxStatus},
};
use serde_json::{Value, json};
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_message::AddressLookupTableAccount;
use solana_rpc_client::api::request::RpcRequest;
use solana_signer::Signer;
use solana_transaction::versioned::VersionedTransaction;
use solana_transaction_error::TransactionError;

pub use self::words::deadline;
use self::{
    consent::confirm,
    preview::{Preview, compute_unit_price, fee_at},
    words::indent,
};
use crate::{
    amount::Amount,
    args::Commitment,
    context::Context,
    failure::{Failure, Outcome},
    output::{self, Cell, Format, Record},
};

/// Units that a transaction may use at most.
const MAX_COMPUTE_UNITS: u64 = 1_400_000;
const POLL_INTERVAL: Duration = Duration::from_millis(100);
const RESEND_INTERVAL: Duration = Duration::from_secs(2);
/// How long the record of a confirmed transaction may take to appear.
const RECORD_DEADLINE: Duration = Duration::from_secs(10);

/// A change of the chain, ready to be shown and sent.
pub struct Write<'a> {
    /// What the command does, in plain words with amounts: "Deposit 200 IO as stake of device X".
    pub intent: String,
    /// The instructions.
    pub instructions: Vec<Instruction>,
    /// Signers besides the signing key and the fee payer.
    pub signers: Vec<&'a Keypair>,
    /// What will be true afterwards: amounts, deadlines, destinations.
    pub effect: Record,
    /// What the person must know before agreeing.
    pub warnings: Vec<String>,
    /// What must still be true after the person agreed.
    guard: Option<Guard<'a>>,
    /// Tables that the transaction looks accounts up in.
    tables: Vec<AddressLookupTableAccount>,
}

type Guard<'a> = Box<dyn Fn(&Context) -> Outcome<()> + 'a>;

impl<'a> Write<'a> {
    /// A change by one instruction that the signing key alone signs.
    pub fn new(intent: impl Into<String>, instruction: Instruction) -> Self {
        Self {
            intent: intent.into(),
            instructions: vec![instruction],
            signers: Vec::new(),
            effect: Record::new(),
            warnings: Vec::new(),
            guard: None,
            tables: Vec::new(),
        }
    }

    /// Puts an instruction in front of the others.
    pub fn after(mut self, instruction: Option<Instruction>) -> Self {
        if let Some(instruction) = instruction {
            self.instructions.insert(0, instruction);
        }
        self
    }

    /// Adds an instruction behind the others.
    pub fn and(mut self, instruction: Instruction) -> Self {
        self.instructions.push(instruction);
        self
    }

    /// Adds a signer.
    pub fn signed_by(mut self, signer: &'a Keypair) -> Self {
        self.signers.push(signer);
        self
    }

    /// Says what will be true afterwards.
    pub fn effect(mut self, name: &'static str, value: impl Into<Cell>) -> Self {
        self.effect = self.effect.with(name, value);
        self
    }

    /// Checks once more, between the agreement and the sending, that what was shown still holds.
    pub fn guarded(mut self, guard: impl Fn(&Context) -> Outcome<()> + 'a) -> Self {
        self.guard = Some(Box::new(guard));
        self
    }

    /// Adds something that the person must know.
    pub fn warning(mut self, warning: impl Into<String>) -> Self {
        self.warnings.push(warning.into());
        self
    }

    /// Carries the change out; `state` reads what to print afterwards.
    ///
    /// Errors: every kind.
    pub fn run(
        self,
        ctx: &Context,
        state: impl FnOnce(&Context) -> Outcome<Record>,
    ) -> Outcome<()> {
        if ctx.args.is_printed() {
            return self.print_instructions(ctx);
        }
        let preview = self.simulate(ctx)?;
        self.show(ctx, &preview);
        if ctx.args.dry_run {
            if ctx.format() != Format::Text {
                output::print(ctx.format(), &preview.report("simulated", &self));
            }
            return Ok(());
        }
        confirm(ctx)?;
        if let Some(guard) = &self.guard {
            guard(ctx)?;
        }
        let signature = self.send(ctx, &preview)?;
        let record = landed(ctx, &signature);
        let (compute_units, fee) =
            record.map_or((preview.compute_units, preview.fee), |record| record);
        let result = Record::new()
            .with("status", ctx.settings.commitment.value.as_str())
            .with("signature", signature)
            .with("compute_units", compute_units)
            .with("fee", Amount::sol(fee))
            .with("state", state(ctx)?);
        ctx.print(&result);
        Ok(())
    }

    fn with_budget(&self, ctx: &Context, limit: u64) -> Outcome<Vec<Instruction>> {
        let limit = match ctx.args.with_compute_unit_limit {
            Some(limit) => limit,
            None => u32::try_from(limit.min(MAX_COMPUTE_UNITS)).unwrap_or(u32::MAX),
        };
        let mut all = vec![ComputeBudgetInstruction::set_compute_unit_limit(limit)];
        if let Some(price) = compute_unit_price(ctx)? {
            all.push(ComputeBudgetInstruction::set_compute_unit_price(price));
        }
        all.extend(self.instructions.iter().cloned());
        Ok(all)
    }

    fn sign(&self, ctx: &Context, limit: u64) -> Outcome<Signed> {
        let instructions = self.with_budget(ctx, limit)?;
        let latest = ctx.chain.blockhash()?;
        let payer = ctx.payer()?;
        let mut signers = self.signers.clone();
        // The signing key may not be needed: a crank is signed by its fee payer alone.
        let keypair = ctx.keypair()?;
        signers.push(keypair);
        let transaction =
            send::build_over(payer, &signers, &instructions, &self.tables, latest.hash)?;
        Ok(Signed {
            transaction,
            instructions,
            last_valid_block_height: latest.last_valid_block_height,
        })
    }

    fn simulate(&self, ctx: &Context) -> Outcome<Preview> {
        let signed = self.sign(ctx, MAX_COMPUTE_UNITS)?;
        let bytes = send::serialize(&signed.transaction)?;
        let payer = ctx.payer()?.pubkey();
        let before = ctx
            .chain
            .client()
            .get_balance(&payer)
            .map_err(|error| Failure::rpc("the payer's balance cannot be read", error))?;
        let options = json!({
            "encoding": "base64",
            "commitment": ctx.settings.commitment.value,
            "replaceRecentBlockhash": true,
            "accounts": { "encoding": "base64", "addresses": [payer.to_string()] },
        });
        let answer: Value = ctx
            .chain
            .client()
            .send(
                RpcRequest::SimulateTransaction,
                json!([BASE64.encode(bytes), options]),
            )
            .map_err(|error| Failure::rpc("the transaction cannot be simulated", error))?;
        let result = &answer["value"];
        let logs: Vec<String> = result["logs"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|line| line.as_str().map(str::to_owned))
            .collect();
        if !result["err"].is_null() {
            return Err(self.refusal(&result["err"], &signed, logs));
        }
        let compute_units = result["unitsConsumed"].as_u64().unwrap_or_default();
        let limit = compute_units
            .saturating_add(compute_units / 10)
            .saturating_add(300);
        let fee = fee_at(
            ctx,
            &signed.transaction,
            ctx.args.with_compute_unit_limit.map_or(limit, u64::from),
        )?;
        let after = result["accounts"][0]["lamports"].as_u64();
        // What the payer loses in the simulation beyond the fee is rent of new accounts; less than
        // nothing when rent comes back. The simulated transaction pays its own fee.
        let simulated_limit = ctx
            .args
            .with_compute_unit_limit
            .map_or(MAX_COMPUTE_UNITS, u64::from);
        let simulated_fee = fee_at(ctx, &signed.transaction, simulated_limit)?;
        let rent =
            after.map(|after| i128::from(before) - i128::from(after) - i128::from(simulated_fee));
        Ok(Preview {
            compute_units,
            limit,
            fee,
            rent,
            logs,
        })
    }

    fn show_words(&self) {
        eprintln!("{}", self.intent);
        eprint!("{}", indent(&self.effect.to_text()));
        for warning in &self.warnings {
            eprintln!("  ! {warning}");
        }
    }

    fn show(&self, ctx: &Context, preview: &Preview) {
        self.show_words();
        eprint!("{}", indent(&preview.cost().to_text()));
        if ctx.args.verbose {
            eprintln!("  cluster {}", ctx.settings.url.value);
            for instruction in &self.instructions {
                let program =
                    idl::program_name(&instruction.program_id).unwrap_or("system or token program");
                let name = idl::instruction_name(&instruction.program_id, &instruction.data)
                    .unwrap_or("instruction");
                eprintln!("  {program}.{name} {}", instruction.program_id);
                for account in &instruction.accounts {
                    let role = match (account.is_signer, account.is_writable) {
                        (true, true) => "signs, writes",
                        (true, false) => "signs",
                        (false, true) => "writes",
                        (false, false) => "reads",
                    };
                    eprintln!("    {} {role}", account.pubkey);
                }
            }
            for line in &preview.logs {
                eprintln!("  log {line}");
            }
        }
    }

    fn refusal(&self, error: &Value, signed: &Signed, logs: Vec<String>) -> Failure {
        match serde_json::from_value::<TransactionError>(error.clone()) {
            Ok(error) => self.refused(&error, signed, logs),
            Err(_) => {
                let mut failure = Failure::chain("the transaction would fail", error);
                failure.logs = logs;
                failure
            }
        }
    }

    /// Names the refusal. The index is that of the person's instructions: those that set the compute
    /// budget stand before them.
    fn refused(&self, error: &TransactionError, signed: &Signed, logs: Vec<String>) -> Failure {
        let added = signed
            .instructions
            .len()
            .saturating_sub(self.instructions.len());
        match describe_failure(error, &signed.instructions) {
            Some(mut refusal) => {
                let added = u8::try_from(added).unwrap_or(u8::MAX);
                refusal.instruction = refusal.instruction.saturating_sub(added);
                Failure::refused(refusal, logs)
            }
            None => {
                let mut failure: Failure = SendError::Runtime(error.clone()).into();
                failure.logs = logs;
                failure
            }
        }
    }

    fn send(&self, ctx: &Context, preview: &Preview) -> Outcome<String> {
        let signed = self.sign(ctx, preview.limit)?;
        let bytes = send::serialize(&signed.transaction)?;
        let signature = signed.transaction.signatures[0];
        let submit = || match ctx.chain.submit(&bytes) {
            Err(ChainError::Rejected(TransactionError::AlreadyProcessed)) => Ok(()),
            other => other.map(|_| ()),
        };
        match submit() {
            Ok(()) => {}
            Err(ChainError::Rejected(error)) => {
                return Err(self.refused(&error, &signed, Vec::new()));
            }
            Err(error) => return Err(error.into()),
        }
        let spinner = indicatif::ProgressBar::new_spinner()
            .with_message(format!("sent {signature}, waiting"));
        spinner.enable_steady_tick(POLL_INTERVAL);
        let until = Instant::now() + send::CONFIRMATION_DEADLINE;
        let mut resend_at = Instant::now() + RESEND_INTERVAL;
        let outcome = loop {
            // A node that stops answering now leaves the outcome open: that is not a failed send.
            if let Ok(statuses) = ctx.chain.status(&[signature], false) {
                match statuses.statuses.first() {
                    Some(TxStatus::Succeeded) => break Ok(signature.to_string()),
                    Some(TxStatus::Failed(error)) => {
                        break Err(self.refused(error, &signed, Vec::new()));
                    }
                    _ if statuses.finalized_block_height > signed.last_valid_block_height => {
                        break Err(Failure::unconfirmed(&signature.to_string()));
                    }
                    _ => {}
                }
            }
            if Instant::now() >= until {
                break Err(Failure::unconfirmed(&signature.to_string()));
            }
            if Instant::now() >= resend_at {
                resend_at = Instant::now() + RESEND_INTERVAL;
                // The same bytes may be sent again freely; the status tells what became of them.
                let _ = submit();
            }
            std::thread::sleep(POLL_INTERVAL);
        };
        spinner.finish_and_clear();
        outcome
    }
}

struct Signed {
    transaction: VersionedTransaction,
    instructions: Vec<Instruction>,
    last_valid_block_height: u64,
}

/// Compute units and fee of a landed transaction; `None` while the node does not have it.
fn landed(ctx: &Context, signature: &str) -> Option<(u64, u64)> {
    // Nodes give out transactions only from `confirmed` on.
    if ctx.settings.commitment.value == Commitment::Processed.name() {
        return None;
    }
    let signature = signature.parse().ok()?;
    let until = Instant::now() + RECORD_DEADLINE;
    while Instant::now() < until {
        if let Ok(Some(record)) = ctx.chain.transaction(&signature) {
            return Some((record.compute_units, record.fee_lamports));
        }
        std::thread::sleep(POLL_INTERVAL);
    }
    None
}
