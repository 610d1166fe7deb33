//! Pays the supplier of one line of a record (economics §8.3, §8.7).

use anchor_lang::prelude::*;
use anchor_spl::{
    associated_token::get_associated_token_address,
    token::{Mint, Token, TokenAccount},
};
use ide::program::Ide;
use ion_economics::{
    booking::{RecordInput, Stamp},
    fees::supplier_fee,
    math,
    params::booking as params,
    units::UnixSeconds,
};
use registry::state::{Device, Params};

use crate::{
    checks,
    constants::*,
    error::BookingError,
    escrow::{deposit_revenue, Escrow, RevenueCall},
    events::{emit, EarnDestination, LineEarned, U64Change},
    state::{Booking, TneTotals, WorkRecord},
};

/// Arguments of `earn`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct EarnArgs {
    /// Number of the line.
    pub line: u8,
}

/// Caller: anyone, to the associated account of the device's payout wallet; that wallet itself, to
/// any token account it owns. A booking stamped `Ide` pays into the fee vault, whoever calls. Works
/// while the program is paused.
#[event_cpi]
#[derive(Accounts)]
#[instruction(args: EarnArgs)]
pub struct Earn<'info> {
    pub by: Signer<'info>,

    /// CHECK: registry's Config; ide reads it.
    #[account(address = CONFIG @ BookingError::WrongConfig)]
    pub config: UncheckedAccount<'info>,

    #[account(address = PARAMS @ BookingError::WrongParams)]
    pub params: Box<Account<'info, Params>>,

    #[account(mut)]
    pub booking: Box<Account<'info, Booking>>,

    #[account(mut, has_one = booking @ BookingError::WrongRecordBooking)]
    pub record: Box<Account<'info, WorkRecord>>,

    #[account(address = booking.line(args.line)?.device @ BookingError::WrongDevice)]
    pub device: Box<Account<'info, Device>>,

    #[account(mut, address = booking.escrow @ BookingError::WrongEscrow)]
    pub escrow: Box<Account<'info, TokenAccount>>,

    #[account(address = escrow.mint @ BookingError::WrongMint)]
    pub mint: Box<Account<'info, Mint>>,

    /// CHECK: address and ability to receive in `destination_kind`; it may be closed or frozen, and
    /// is not used by a booking stamped `Ide`.
    #[account(mut)]
    pub destination: UncheckedAccount<'info>,

    #[account(mut)]
    pub tne: AccountLoader<'info, TneTotals>,

    /// CHECK: the fee vault of the currency; ide reads it.
    #[account(mut, address = booking.fee_vault()? @ BookingError::WrongFeeVault)]
    pub fee_vault: UncheckedAccount<'info>,

    /// CHECK: ide itself checks its ledgers.
    pub vaults: UncheckedAccount<'info>,

    /// CHECK: ide itself checks the epoch of today.
    #[account(mut)]
    pub epoch: UncheckedAccount<'info>,

    /// CHECK: the address with which this program signs.
    #[account(address = CALLER @ BookingError::WrongCaller)]
    pub caller: UncheckedAccount<'info>,

    /// CHECK: ide itself checks its event authority.
    pub ide_event_authority: UncheckedAccount<'info>,

    pub ide_program: Program<'info, Ide>,
    pub token_program: Program<'info, Token>,
}

/// What one line of a record pays.
struct Pay {
    gross: u64,
    fee: u64,
    net: u64,
    hire_usd_micros: u64,
}

/// Where the parts of a line's pay go.
struct Route {
    kind: EarnDestination,
    /// Into the fee vault now, base units.
    revenue: u64,
    /// Supplier fee that waits in the escrow until the fee vault can take it.
    fee_due: u64,
}

impl<'info> Earn<'info> {
    /// Where the pay of a booking stamped `Schedule` goes: to the destination when it can receive; to
    /// the line's balance when it could not for `pay_due_after` from the end of the challenge or
    /// ruling period.
    ///
    /// Errors: `WrongPayDestination`, `PayUndeliverable`.
    fn destination_kind(&self, now: i64) -> Result<EarnDestination> {
        let (wallet, mint) = (self.device.payout_wallet, self.mint.key());
        if checks::can_receive(&self.destination, &wallet, &mint) && self.by.key() == wallet {
            return Ok(EarnDestination::Supplier);
        }
        require_keys_eq!(
            self.destination.key(),
            get_associated_token_address(&wallet, &mint),
            BookingError::WrongPayDestination
        );
        if checks::can_receive(&self.destination, &wallet, &mint) {
            return Ok(EarnDestination::Supplier);
        }
        let credited_after = checks::stamp(
            &self.params,
            &params::PAY_DUE_AFTER,
            self.record.challenge_until.max(self.record.ruling_until),
            now,
        )?;
        require!(now > credited_after, BookingError::PayUndeliverable);
        Ok(EarnDestination::PayDue)
    }

    /// The whole pay of a booking stamped `Ide` is revenue. Of one stamped `Schedule` the supplier's
    /// fee is, and a fee vault that cannot take it holds up no supplier: the fee then waits.
    fn route(&self, pay: &Pay, now: i64) -> Result<Route> {
        if self.booking.stamp == Stamp::Ide as u8 {
            return Ok(Route {
                kind: EarnDestination::FeeVault,
                revenue: pay.gross,
                fee_due: 0,
            });
        }
        let kind = self.destination_kind(now)?;
        let (revenue, fee_due) = if checks::is_frozen(&self.fee_vault) {
            (0, pay.fee)
        } else {
            (pay.fee, 0)
        };
        Ok(Route {
            kind,
            revenue,
            fee_due,
        })
    }

    /// Gross pay of the line of this record, its supplier fee and the rest.
    fn pay(&self, line: u8) -> Result<Pay> {
        let entry = self
            .record
            .lines
            .get(usize::from(line))
            .ok_or(BookingError::UnknownLine)?;
        let gross = math::sub(entry.billed, entry.cut).map_err(BookingError::from)?;
        let booked = self.booking.line(line)?;
        if self.booking.stamp == Stamp::Ide as u8 {
            return Ok(Pay {
                gross,
                fee: 0,
                net: gross,
                hire_usd_micros: entry.hire_usd_micros,
            });
        }
        let fee = supplier_fee(
            booked.earned,
            gross,
            booked.fee_taken,
            self.booking.supplier_fee_bps,
        )
        .map_err(BookingError::from)?;
        let net = math::sub(gross, fee).map_err(BookingError::from)?;
        Ok(Pay {
            gross,
            fee,
            net,
            hire_usd_micros: 0,
        })
    }

    fn escrow(&self) -> Escrow<'_, 'info> {
        Escrow {
            booking: &self.booking,
            escrow: self.escrow.to_account_info(),
            mint: &self.mint,
            token_program: self.token_program.key(),
        }
    }
}

/// Moves a line's pay from the escrow to its supplier and the supplier's fee to the fee vault; of a
/// booking stamped `Ide`, all of it to the fee vault with the hire that falls due.
///
/// Errors: `WrongRecordBooking`, `UnknownLine`, `WrongDevice`, `AlreadyEarned`, `ChallengeOpen`,
/// `RulingOpen`, `WrongMint`, `WrongPayDestination`, `PayUndeliverable`, `WrongFeeVault`,
/// `WrongShard`.
pub fn handle_earn<'info>(ctx: Context<'info, Earn<'info>>, args: EarnArgs) -> Result<()> {
    let now = checks::now()?;
    let accounts = &mut *ctx.accounts;
    accounts.tne.load()?.check_shard(&accounts.booking.key())?;
    require!(
        !accounts.record.is_earned(args.line),
        BookingError::AlreadyEarned
    );
    let challenge_until = accounts.record.challenge_until;
    let ruling_until = accounts.record.ruling_until;
    accounts.record.step(RecordInput::PeriodOver {
        now: UnixSeconds::new(now),
        challenge_until: UnixSeconds::new(challenge_until),
        ruling_until: UnixSeconds::new(ruling_until),
    })?;
    let pay = accounts.pay(args.line)?;
    let Route {
        kind,
        revenue,
        fee_due,
    } = accounts.route(&pay, now)?;

    let io_amount = accounts.record.io_part(pay.gross)?;
    let record = &mut accounts.record;
    record.earned_lines |= WorkRecord::bit(args.line);
    record.earned = math::add(record.earned, pay.gross).map_err(BookingError::from)?;
    record.settled_io = math::add(record.settled_io, io_amount).map_err(BookingError::from)?;
    let record_event_seq = record.next_event()?;
    let is_all_earned = record.is_all_earned();

    let booking = &mut accounts.booking;
    if is_all_earned {
        booking.finish_record(&accounts.record)?;
    }
    booking.fees_due = math::add(booking.fees_due, fee_due).map_err(BookingError::from)?;
    let line = booking.line_mut(args.line)?;
    let earned_before = line.earned;
    line.earned = math::add(line.earned, pay.gross).map_err(BookingError::from)?;
    line.fee_taken = math::add(line.fee_taken, pay.fee).map_err(BookingError::from)?;
    if kind == EarnDestination::PayDue {
        line.pay_due = math::add(line.pay_due, pay.net).map_err(BookingError::from)?;
    }
    let earned = U64Change {
        old: earned_before,
        new: line.earned,
    };
    let seq = booking.next_event()?;
    booking.invariant()?;
    accounts.tne.load_mut()?.count_earn(io_amount, now)?;

    let accounts = &*ctx.accounts;
    let escrow = accounts.escrow();
    if kind == EarnDestination::Supplier {
        escrow.send(accounts.destination.to_account_info(), pay.net)?;
    }
    deposit_revenue(
        &accounts.booking,
        RevenueCall {
            escrow: accounts.escrow.to_account_info(),
            mint: accounts.mint.to_account_info(),
            caller: accounts.caller.to_account_info(),
            fee_vault: accounts.fee_vault.to_account_info(),
            config: accounts.config.to_account_info(),
            vaults: accounts.vaults.to_account_info(),
            epoch: accounts.epoch.to_account_info(),
            token_program: accounts.token_program.to_account_info(),
            event_authority: accounts.ide_event_authority.to_account_info(),
            program: accounts.ide_program.to_account_info(),
        },
        ide::DepositRevenueArgs {
            amount: revenue,
            hire_usd_micros: pay.hire_usd_micros,
            device: accounts.device.key(),
            owner: accounts.device.owner,
        },
    )?;

    emit(
        &ctx.accounts.event_authority,
        &LineEarned {
            booking: accounts.booking.key(),
            record: accounts.record.key(),
            record_seq: accounts.record.seq,
            line: args.line,
            device: accounts.device.key(),
            owner: accounts.device.owner,
            amount: pay.gross,
            fee: pay.fee,
            is_fee_waiting: fee_due > 0,
            hire_usd_micros: pay.hire_usd_micros,
            currency: accounts.booking.currency,
            io_amount,
            destination_kind: kind,
            destination: match kind {
                EarnDestination::Supplier => accounts.destination.key(),
                EarnDestination::FeeVault => accounts.fee_vault.key(),
                EarnDestination::PayDue => Pubkey::default(),
            },
            earned,
            by: accounts.by.key(),
            record_event_seq,
            seq,
            at: now,
        },
    )?;
    Ok(())
}
