//! `ion stake deposit`.

use ::staking::state::DeviceStake;
use clap::Args;
use ion_client::{
    accounts, addresses,
    instructions::staking::{self, StakedDevice},
};
use solana_signer::Signer;

use super::show;
use crate::{
    amount::{Amount, Unit},
    commands::device,
    context::{Context, token_account},
    failure::Outcome,
    signer,
    write::Write,
};

/// Arguments of `stake deposit`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ion stake deposit 7Xw... 200\n  ion stake deposit 7Xw... 20000000000 --raw --dry-run"
)]
pub struct DepositArgs {
    /// Device id or address
    device: String,

    /// IO to deposit
    amount: String,

    /// Key of the device's owner, needed for the first deposit from another wallet
    #[arg(long, value_name = "SIGNER")]
    owner: Option<String>,
}

impl DepositArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let amount = Amount::parse(&self.amount, Unit::Io, ctx.args.raw)?;
        let (address, device) = device::show::find(ctx, &self.device)?;
        let config = ctx.config()?;
        let wallet = ctx.wallet()?;
        let owner = self
            .owner
            .as_deref()
            .map(|uri| signer::read(uri, "owner's key"))
            .transpose()?;

        // The first deposit makes the account too, so that one command stakes.
        let stake =
            accounts::find::<DeviceStake>(&ctx.chain, &addresses::staking::device_stake(&address))?;
        let open = match stake {
            Some(_) => None,
            None => Some(staking::open_stake(
                &ctx.payer_wallet()?,
                &config.io_mint,
                &address,
            )),
        };
        let is_new = open.is_some();
        let deposit = staking::stake(
            &wallet,
            owner.as_ref().map(Signer::pubkey).as_ref(),
            &config.io_mint,
            &token_account(&wallet, &config.io_mint),
            &StakedDevice {
                device: address,
                class: device.class,
            },
            amount.base,
        );
        let mut write = Write::new(
            format!("Deposit {amount} as stake of device {address}"),
            deposit,
        )
        .after(open)
        .effect("from_wallet", wallet)
        .effect("deposit", amount);
        let required = show::required_io(ctx, &address)?;
        let eligible = if is_new {
            0
        } else {
            show::facts(ctx, &address)?.eligible_io
        };
        let after = eligible.saturating_add(amount.base);
        write = write
            .effect("eligible_afterwards", Amount::io(after))
            .effect("required", Amount::io(required))
            .effect("is_sufficient_afterwards", after >= required);
        if is_new {
            write = write.warning("creates the stake account of the device and its vault too");
        }
        write = write.warning("leaves only by ion stake unstake and its cooldown, except what is above the requirement");
        if let Some(owner) = &owner {
            write = write.signed_by(owner);
        }
        write.run(ctx, |ctx| show::state(ctx, &address))
    }
}
