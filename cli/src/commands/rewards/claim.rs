//! `ion rewards claim` and `ion rewards claim-all`.

use clap::Args;
use ion_claims::Root;
use ion_client::{
    accounts, addresses,
    instructions::rewards::{ClaimOf, claim, open_claim, prove_leaf},
    pack::pack,
};
use ion_report::RootReport;
use registry::state::Device;
use rewards::state::ClaimRecord;
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

use super::tree;
use crate::{
    amount::Amount,
    commands::{case::evidence::StoreArgs, device},
    context::{Context, parse_key, token_account},
    failure::{Failure, Outcome},
    output::{Cell, Record},
    write::Write,
};

/// Arguments of `rewards claim`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion rewards claim 7Xw... --store .ion/objects\n  ion rewards claim 7Xw... --party 5Yc...  # for somebody else: the money goes to that party"
)]
pub struct ClaimArgs {
    /// Device id or address
    device: String,

    /// Owner of the device or co-staker on it [default: the signing key's]
    #[arg(long)]
    party: Option<String>,

    #[command(flatten)]
    store: StoreArgs,
}

/// Arguments of `rewards claim-all`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ion rewards claim-all --store .ion/objects")]
pub struct ClaimAllArgs {
    /// Whose rewards [default: the signing key's]
    #[arg(long)]
    party: Option<String>,

    #[command(flatten)]
    store: StoreArgs,
}

/// The tree that pays and the chain's time.
struct Paying {
    root: Root,
    report: RootReport,
}

fn party(ctx: &Context, named: Option<&String>) -> Outcome<Pubkey> {
    match named {
        Some(text) => parse_key(text, "party"),
        None => ctx.wallet(),
    }
}

fn paying(ctx: &Context, store: &StoreArgs) -> Outcome<Paying> {
    let store = store.required()?;
    let ring = tree::roots(ctx)?;
    let now = ctx.now()?;
    let Some(root) = tree::matured(&ring, now) else {
        let next = match tree::newest(&ring).and_then(|root| tree::waits_until(&root, now)) {
            Some(at) => format!("the next root matures {}", crate::time::show_time(at)),
            None => "roots are accepted once a day".to_owned(),
        };
        return Err(Failure::chain("nothing can be claimed yet", "no root has matured").next(next));
    };
    let report = tree::load(store.as_ref(), &root)?;
    Ok(Paying { root, report })
}

/// What is sent to claim one leaf.
struct Plan {
    /// Transactions in order. With a deep tree the proof goes before the claim, which is in the last
    /// one (economics §7.5).
    transactions: Vec<Vec<Instruction>>,
    destination_wallet: Pubkey,
    amount_io: u64,
}

impl Paying {
    /// The instructions that claim a leaf; `None` when nothing is left to claim.
    fn plan(&self, ctx: &Context, of: &ClaimOf, device: &Device) -> Outcome<Option<Plan>> {
        let lifetimes = &self.report.bundle.lifetimes;
        let Some((index, lifetime)) = lifetimes.find(&of.device.to_bytes(), &of.party.to_bytes())
        else {
            return Err(Failure::chain(
                "there is no such leaf",
                format!("{} never earned with device {}", of.party, of.device),
            )
            .next("ion rewards show lists the devices of a wallet"));
        };
        let record: Option<ClaimRecord> = accounts::find(
            &ctx.chain,
            &addresses::rewards::claim_record(&of.device, &of.party),
        )?;
        let (taken, proven) = record.as_ref().map_or((0, false), |record| {
            let ledger = &record.ledger;
            let at = |seq: u64| seq == self.root.seq;
            (
                ledger.claimed_io.saturating_add(ledger.forfeited_io),
                at(ledger.matured.seq) || at(ledger.newest.seq),
            )
        });
        // Clamped at 0 as the claim itself.
        let amount_io = lifetime.earned_io.saturating_sub(taken);
        if amount_io == 0 {
            return Ok(None);
        }
        let payer = ctx.payer_wallet()?;
        let io_mint = ctx.config()?.io_mint;
        // The owner's part goes to the payout wallet of now, a position's to its own wallet.
        let destination_wallet = if of.party == device.owner {
            device.payout_wallet
        } else {
            of.party
        };
        let create = ctx.create_token_account(&destination_wallet, &io_mint)?;
        let mut work = Vec::new();
        if record.is_none() {
            work.push(open_claim(&payer, of));
        }
        if !proven {
            let siblings = self.report.proof(index).unwrap_or_default();
            let index = u64::try_from(index).unwrap_or(u64::MAX);
            let leaf = lifetime.leaf();
            work.push(prove_leaf(&payer, self.root.seq, index, &leaf, siblings));
        }
        work.extend(create);
        work.push(claim(
            &payer,
            of,
            &token_account(&destination_wallet, &io_mint),
        ));
        Ok(Some(Plan {
            transactions: pack(&payer, work),
            destination_wallet,
            amount_io,
        }))
    }
}

fn write(intent: String, instructions: Vec<Instruction>) -> Option<Write<'static>> {
    let mut all = instructions.into_iter();
    let first = Write::new(intent, all.next()?);
    Some(all.fold(first, Write::and))
}

/// Sends what a plan needs; the signature of the claim.
fn send(ctx: &Context, of: &ClaimOf, plan: Plan) -> Outcome<Cell> {
    let amount = Amount::io(plan.amount_io);
    let mut transactions = plan.transactions;
    let last = transactions.pop().unwrap_or_default();
    for before in transactions {
        let intent = format!("Prove the rewards of device {}", of.device);
        if let Some(write) = write(intent, before) {
            write.carry_out(ctx)?;
        }
    }
    let intent = format!("Claim {amount} of block rewards of device {}", of.device);
    let Some(write) = write(intent, last) else {
        return Ok(Cell::Nothing);
    };
    let sent = write
        .effect("party", of.party)
        .effect("to_wallet", plan.destination_wallet)
        .effect("amount", amount)
        .carry_out(ctx)?;
    Ok(sent.map_or(Cell::Nothing, Cell::from))
}

impl ClaimArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (device_key, device) = device::show::find(ctx, &self.device)?;
        let of = ClaimOf {
            device: device_key,
            party: party(ctx, self.party.as_ref())?,
        };
        let paying = paying(ctx, &self.store)?;
        let Some(plan) = paying.plan(ctx, &of, &device)? else {
            return Err(Failure::chain(
                "nothing can be claimed",
                "everything of the newest matured root is claimed or held by a slash case",
            )
            .next("ion rewards show says when the next root matures"));
        };
        let amount = Amount::io(plan.amount_io);
        let wallet = plan.destination_wallet;
        let signature = send(ctx, &of, plan)?;
        if ctx.args.is_printed() {
            return Ok(());
        }
        ctx.print(
            &Record::new()
                .with("device", of.device)
                .with("party", of.party)
                .with("root", paying.root.seq)
                .with("amount", amount)
                .with("to_wallet", wallet)
                .with("signature", signature),
        );
        Ok(())
    }
}

impl ClaimAllArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let party = party(ctx, self.party.as_ref())?;
        let paying = paying(ctx, &self.store)?;
        let mut rows = Vec::new();
        let mut sum = 0_u64;
        for device_key in tree::devices_of(&paying.report, &party) {
            let of = ClaimOf {
                device: device_key,
                party,
            };
            let device: Device = accounts::fetch(&ctx.chain, &device_key)?;
            let Some(plan) = paying.plan(ctx, &of, &device)? else {
                continue;
            };
            let amount_io = plan.amount_io;
            let signature = send(ctx, &of, plan)?;
            sum = sum.saturating_add(amount_io);
            rows.push(
                Record::new()
                    .with("device", device_key)
                    .with("amount", Amount::io(amount_io))
                    .with("signature", signature),
            );
        }
        if ctx.args.is_printed() {
            return Ok(());
        }
        ctx.print(
            &Record::new()
                .with("party", party)
                .with("root", paying.root.seq)
                .with("amount", Amount::io(sum))
                .with("count", rows.len() as u64)
                .with("claims", rows),
        );
        Ok(())
    }
}
