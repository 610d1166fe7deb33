//! `ion ide claim`.

use clap::Args;
use ide::state::{ClaimRecord, RootRing};
use ion_client::{
    accounts, addresses,
    instructions::ide::{self as ix, PayoutRoute},
};
use registry::state::Device;

use crate::{
    amount::Amount,
    commands::device::show::find,
    context::{Context, parse_key, token_account},
    failure::{Failure, Outcome},
    output::Record,
    write::Write,
};

/// Arguments of `ide claim`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion ide claim 7Xw...\n  ion ide claim 7Xw... --party 5Yc...  # for somebody else: the money goes to that party\n\nPays what is proven at the newest matured root; \"ion ide prove\" proves it."
)]
pub struct ClaimArgs {
    /// Device id or address
    device: String,

    /// Owner of the device or co-staker on it [default: the signing key's]
    #[arg(long)]
    party: Option<String>,
}

impl ClaimArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let (key, account): (_, Device) = find(ctx, &self.device)?;
        let party = match &self.party {
            Some(text) => parse_key(text, "party")?,
            None => ctx.wallet()?,
        };
        let payee = if account.owner == party {
            account.payout_wallet
        } else {
            party
        };
        let address = addresses::ide::claim(&key, &party);
        let record: ClaimRecord = accounts::fetch(&ctx.chain, &address)?;
        let roots: RootRing = accounts::fetch(&ctx.chain, &addresses::ide::roots())?;
        let (mut io, mut usdc) = (record.ledger, record.ledger);
        let now = ctx.now()?;
        let due = (
            io.claim_io(&roots.ring, now),
            usdc.claim_usdc(&roots.ring, now),
        );
        let (io, usdc) = (due.0.unwrap_or(0), due.1.unwrap_or(0));
        if io == 0 && usdc == 0 {
            return Err(Failure::chain(
                "nothing can be claimed",
                due.0
                    .err()
                    .map_or_else(String::new, |error| format!("{error:?}")),
            )
            .next("run \"ion ide prove\" for the newest matured root, then this again"));
        }
        let config = ctx.config()?;
        let to = |amount: u64, mint| (amount > 0).then(|| token_account(&payee, mint));
        let route = PayoutRoute {
            wallet: None,
            device: key,
            party,
            to_io: to(io, &config.io_mint),
            to_usdc: to(usdc, &config.usdc_mint),
            io_mint: config.io_mint,
            usdc_mint: config.usdc_mint,
        };
        let mut write = Write::new("Pay out what the device has earned", ix::claim(&route));
        if io > 0 {
            write = write.after(ctx.create_token_account(&payee, &config.io_mint)?);
        }
        if usdc > 0 {
            write = write.after(ctx.create_token_account(&payee, &config.usdc_mint)?);
        }
        write
            .effect("to", payee)
            .effect("io", Amount::io(io))
            .effect("usdc", Amount::usdc(usdc))
            .run(ctx, move |ctx| {
                let record: ClaimRecord = accounts::fetch(&ctx.chain, &address)?;
                Ok(Record::new()
                    .with("record", address)
                    .with("claimed_io", Amount::io(record.ledger.claimed_io))
                    .with("claimed_usdc", Amount::usdc(record.ledger.claimed_usdc)))
            })
    }
}
