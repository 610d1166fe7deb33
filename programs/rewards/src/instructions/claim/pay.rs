//! Pays what a party earned (economics §7.5).

use anchor_lang::prelude::*;
use anchor_spl::{
    associated_token::get_associated_token_address,
    token::{self, Token, TokenAccount, Transfer},
};
use ion_economics::math;
use registry::state::Device;

use crate::{
    constants::*,
    error::RewardsError,
    events::{RewardClaimed, U64Change},
    state::{ClaimRecord, Emission, RootRing},
};

/// Caller: anyone. The owner's share goes to the payout wallet of the device as it is now, a
/// position's to its wallet: to any token account of that wallet when it signs, else to its associated
/// account. No pause stops it.
#[event_cpi]
#[derive(Accounts)]
pub struct Claim<'info> {
    pub claimer: Signer<'info>,

    #[account(address = ROOTS @ RewardsError::WrongRoots)]
    pub roots: AccountLoader<'info, RootRing>,

    /// Only `open_claim` makes accounts of this type, one per device and party.
    #[account(mut)]
    pub record: Box<Account<'info, ClaimRecord>>,

    #[account(address = record.device @ RewardsError::WrongDevice)]
    pub device: Box<Account<'info, Device>>,

    /// The vault it guards is written by every claim, so its ledger makes no account hotter.
    #[account(mut, address = EMISSION @ RewardsError::WrongEmission)]
    pub emission: Box<Account<'info, Emission>>,

    #[account(mut, address = emission.distribution @ RewardsError::WrongDistribution)]
    pub distribution: Box<Account<'info, TokenAccount>>,

    #[account(
        mut,
        constraint = destination.mint == distribution.mint @ RewardsError::WrongTokenMint,
    )]
    pub destination: Box<Account<'info, TokenAccount>>,

    pub token_program: Program<'info, Token>,
}

impl Claim<'_> {
    /// The wallet that is paid.
    fn wallet(&self) -> Pubkey {
        if self.record.party == self.device.owner {
            self.device.payout_wallet
        } else {
            self.record.party
        }
    }

    /// Errors: `WrongDestination`.
    fn validate(&self) -> Result<()> {
        let wallet = self.wallet();
        require_keys_eq!(
            self.destination.owner,
            wallet,
            RewardsError::WrongDestination
        );
        if self.claimer.key() != wallet {
            require_keys_eq!(
                self.destination.key(),
                get_associated_token_address(&wallet, &self.destination.mint),
                RewardsError::WrongDestination
            );
        }
        Ok(())
    }

    fn pay(&self, amount_io: u64) -> Result<()> {
        token::transfer(
            CpiContext::new_with_signer(
                self.token_program.key(),
                Transfer {
                    from: self.distribution.to_account_info(),
                    to: self.destination.to_account_info(),
                    authority: self.emission.to_account_info(),
                },
                &[&[EMISSION_SEED, &[self.emission.bump]]],
            ),
            amount_io,
        )
    }
}

/// Pays all that the record may claim at the newest matured root: lifetime less claimed, held and
/// burned. No fee, no expiry.
///
/// Errors: `NoMaturedRoot`, `StaleProof`, `NothingToClaim`, `WrongDestination`, `WrongTokenMint`,
/// `WrongDevice`, `WrongRoots`, `WrongEmission`, `WrongDistribution`, `ClaimAboveLifetime`,
/// `ArithmeticOverflow`.
pub fn handle_claim(ctx: Context<Claim>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    ctx.accounts.validate()?;

    let accounts = &mut *ctx.accounts;
    let record = &mut accounts.record;
    let old = record.ledger.claimed_io;
    let (amount_io, lifetimes_io) = {
        let roots = accounts.roots.load()?;
        let amount_io = record
            .ledger
            .claim_io(&roots.ring, now)
            .map_err(RewardsError::from)?;
        let paying = roots.ring.newest_matured(now);
        (amount_io, paying.map_or(0, |root| root.lifetime_io))
    };
    record.invariant()?;
    let seq = record.next_event()?;
    accounts.emission.claimed_io =
        math::add(accounts.emission.claimed_io, amount_io).map_err(RewardsError::from)?;
    accounts.emission.check_within(lifetimes_io)?;
    accounts.emission.owed_io()?;
    ctx.accounts.pay(amount_io)?;

    let record = &ctx.accounts.record;
    emit_cpi!(RewardClaimed {
        record: record.key(),
        actor: ctx.accounts.claimer.key(),
        device: record.device,
        party: record.party,
        wallet: ctx.accounts.wallet(),
        destination: ctx.accounts.destination.key(),
        amount_io,
        claimed_io: U64Change {
            old,
            new: record.ledger.claimed_io,
        },
        forfeited_io: record.ledger.forfeited_io,
        lifetime_io: record.ledger.matured.lifetime_io,
        root_seq: record.ledger.matured.seq,
        seq,
        at: now,
    });
    Ok(())
}
