//! Every sealed day of the engine, computed again from what was deposited, reported and decided.

use std::{collections::BTreeMap, sync::Arc};

use ide::{
    events::{
        AllowanceDeposited, AuctionEnded, AuctionFilled, AuctionOpened, EpochReportAccepted,
        EpochSealed, ExcessSwept, RemainderDeposited, RevenueDeposited, RulesApplied, VaultFunded,
    },
    state::{Epoch, LotKind},
};
use ion_economics::ide::{
    DayMoney, EpochInput, EpochOutput, EpochRules, Health, HealthRules, History as Window, Ledgers,
    Mode, Order, SealPrice, seal,
};

use solana_pubkey::Pubkey;

use super::{
    AuditError, Figure, contradiction, engine_figures,
    prefix::{self, Fold},
};
use crate::{
    accounts, addresses,
    events::{EmittedEvent, events_of},
    history::{History, TransactionRecord},
    send::Chain,
};

/// Money and hire of a day, as deposited.
#[derive(Clone, Copy, Default)]
struct Waiting {
    usdc: u64,
    io: u64,
    hire: u64,
    emission: u64,
}

/// What carries over from day to day, kept by the audit itself.
struct Books {
    sealed: Arc<Sealed>,
    figures: Vec<Figure>,
    ledgers: Ledgers,
    arrears: u64,
    burn_due: u64,
    carried_io: u64,
    window: Window,
    health: Health,
    cumulative_io: u64,
    cumulative_usdc: u64,
    waiting: BTreeMap<u64, Waiting>,
}

/// Computes every sealed day again: the ledgers follow from the deposits, gifts and lots of the
/// events, obligations from the hire of the deposits and the attested reports; prices and parameters
/// are those the sealing states. Each figure stands beside the one of the Epoch account.
///
/// Errors: `Chain`, `Account`, `UnknownEvent`, `Contradiction`.
pub fn audit_engine<C: Chain + History>(chain: &C) -> Result<Vec<Figure>, AuditError> {
    let (_, books) = prefix::compare(
        chain,
        &[addresses::ide::vaults()],
        |histories| Sealed::read(chain, histories.iter().flatten()).map(Arc::new),
        |sealed, _| Books::new(Arc::clone(sealed)),
    )?;
    books.first().map_or_else(|| Ok(Vec::new()), Fold::figures)
}

/// What is read beside the history of the vaults, after it.
struct Sealed {
    /// Reported availability by day, 1e-6 USD.
    avail: BTreeMap<u64, u64>,
    /// Accounts of the days that the history seals.
    epochs: BTreeMap<u64, Epoch>,
}

impl Sealed {
    fn read<'a, C: Chain + History>(
        chain: &C,
        history: impl Iterator<Item = &'a TransactionRecord>,
    ) -> Result<Self, AuditError> {
        let days: Vec<u64> = history
            .flat_map(events_of)
            .filter_map(|event| event.decode::<EpochSealed>(&ide::ID))
            .map(|sealed| sealed.day)
            .collect();
        // a report comes before the sealing of its day, so this history holds all that are needed
        let mut avail = BTreeMap::new();
        for record in chain.transactions(&addresses::ide::engine())? {
            for event in events_of(&record) {
                if let Some(report) = event.decode::<EpochReportAccepted>(&ide::ID) {
                    avail.insert(report.day, report.avail_usd_micros);
                }
            }
        }
        let keys: Vec<Pubkey> = days.iter().map(|day| addresses::ide::epoch(*day)).collect();
        let mut epochs = BTreeMap::new();
        for ((day, key), account) in days.iter().zip(&keys).zip(chain.accounts(&keys)?) {
            if let Some(account) = account {
                epochs.insert(*day, accounts::decode(key, &account)?);
            }
        }
        Ok(Self { avail, epochs })
    }
}

impl Fold for Books {
    fn fold(&mut self, _: &TransactionRecord, events: &[EmittedEvent]) -> Result<(), AuditError> {
        for event in events {
            if let Some(sealed) = event.decode::<EpochSealed>(&ide::ID) {
                let reported = self.sealed.avail.get(&sealed.day).copied().unwrap_or(0);
                let output = self.seal(&sealed, reported)?;
                let rows = match self.sealed.epochs.get(&sealed.day) {
                    Some(epoch) => engine_figures::compare(
                        &output,
                        epoch,
                        self.cumulative_io,
                        self.cumulative_usdc,
                    ),
                    None => vec![Figure {
                        name: format!("day {} account", sealed.day),
                        unit: "",
                        recomputed: 1,
                        recorded: 0,
                    }],
                };
                self.figures.extend(rows);
            } else {
                self.apply(event)?;
            }
        }
        Ok(())
    }

    fn figures(&self) -> Result<Vec<Figure>, AuditError> {
        Ok(self.figures.clone())
    }
}

impl Books {
    fn new(sealed: Arc<Sealed>) -> Self {
        Self {
            sealed,
            figures: Vec::new(),
            ledgers: Ledgers {
                reward_io: 0,
                fee_usdc: 0,
                fee_io: 0,
            },
            arrears: 0,
            burn_due: 0,
            carried_io: 0,
            window: Window::EMPTY,
            health: Health::INITIAL,
            cumulative_io: 0,
            cumulative_usdc: 0,
            waiting: BTreeMap::new(),
        }
    }

    /// Money that comes or goes between sealings.
    fn apply(&mut self, event: &EmittedEvent) -> Result<(), AuditError> {
        let program = ide::ID;
        let (mint_ledgers, waiting) = (&mut self.ledgers, &mut self.waiting);
        if let Some(deposit) = event.decode::<RevenueDeposited>(&program) {
            let day = waiting.entry(deposit.day).or_default();
            // one of the two amounts changed, by the amount of the deposit
            if deposit.revenue_usdc.old == deposit.revenue_usdc.new {
                grow(&mut day.io, deposit.amount)?;
            } else {
                grow(&mut day.usdc, deposit.amount)?;
            }
            grow(&mut day.hire, deposit.hire_usd_micros)
        } else if let Some(deposit) = event.decode::<AllowanceDeposited>(&program) {
            grow(
                &mut waiting.entry(deposit.day).or_default().emission,
                deposit.amount_io,
            )
        } else if let Some(deposit) = event.decode::<RemainderDeposited>(&program) {
            grow(&mut mint_ledgers.reward_io, deposit.amount_io)
        } else if let Some(gift) = event.decode::<VaultFunded>(&program) {
            let is_usdc = gift.yu_usdc.old != gift.yu_usdc.new;
            grow(entry(mint_ledgers, is_usdc), gift.amount)
        } else if let Some(swept) = event.decode::<ExcessSwept>(&program) {
            let is_usdc = swept.yu_usdc.old != swept.yu_usdc.new;
            grow(entry(mint_ledgers, is_usdc), swept.amount)
        } else if let Some(opened) = event.decode::<AuctionOpened>(&program) {
            if opened.kind == LotKind::Reserve.code() {
                shrink(&mut mint_ledgers.fee_usdc, opened.lot_usdc)?;
            }
            Ok(())
        } else if let Some(ended) = event.decode::<AuctionEnded>(&program) {
            if ended.kind == LotKind::Reserve.code() {
                grow(&mut mint_ledgers.fee_usdc, ended.unsold_usdc)?;
            }
            Ok(())
        } else if let Some(filled) = event.decode::<AuctionFilled>(&program) {
            if !filled.is_burned {
                grow(&mut mint_ledgers.fee_io, filled.io)?;
            }
            Ok(())
        } else {
            Ok(())
        }
    }

    /// One sealing by the rule.
    fn seal(&mut self, sealed: &EpochSealed, avail: u64) -> Result<EpochOutput, AuditError> {
        let day = self.waiting.remove(&sealed.day).unwrap_or_default();
        let mode = if sealed.mode == 0 {
            Mode::Schedule
        } else {
            Mode::Ide
        };
        let mut revenue_io = day.io;
        grow(&mut revenue_io, self.carried_io)?;
        let mut obligation = match mode {
            Mode::Schedule => 0,
            Mode::Ide => day.hire,
        };
        grow(&mut obligation, avail)?;
        let output = seal(&EpochInput {
            mode,
            rules: rules(&sealed.rules),
            price: (sealed.price_p12 != 0).then_some(SealPrice {
                release12: u128::from(sealed.price_p12),
                floor12: u128::from(sealed.floor_p12),
            }),
            ledgers: self.ledgers,
            money: DayMoney {
                emission_io: day.emission,
                revenue_usdc: day.usdc,
                revenue_io,
            },
            obligation_usd_micros: obligation,
            arrears_usd_micros: self.arrears,
            burn_due_usd_micros: self.burn_due,
            history: self.window,
            health: self.health,
        })
        .map_err(contradiction)?;
        for payment in [&output.paid_obligation, &output.paid_arrears] {
            grow(
                &mut self.cumulative_io,
                payment.io().map_err(contradiction)?,
            )?;
            grow(&mut self.cumulative_usdc, payment.usdc)?;
        }
        self.ledgers = output.ledgers;
        self.arrears = output.arrears_usd_micros;
        self.burn_due = output.burn_due_usd_micros;
        self.carried_io = output.carried_revenue_io;
        self.window = output.history;
        self.health = output.health;
        Ok(output)
    }
}

fn entry(ledgers: &mut Ledgers, is_usdc: bool) -> &mut u64 {
    if is_usdc {
        &mut ledgers.fee_usdc
    } else {
        &mut ledgers.reward_io
    }
}

fn grow(ledger: &mut u64, amount: u64) -> Result<(), AuditError> {
    *ledger = ledger
        .checked_add(amount)
        .ok_or_else(|| contradiction("a ledger exceeds its range"))?;
    Ok(())
}

fn shrink(ledger: &mut u64, amount: u64) -> Result<(), AuditError> {
    *ledger = ledger
        .checked_sub(amount)
        .ok_or_else(|| contradiction("a ledger paid more than it held"))?;
    Ok(())
}

fn rules(applied: &RulesApplied) -> EpochRules {
    EpochRules {
        order: Order::from_param(applied.order.into()),
        burn_bps: applied.burn_bps,
        unemitted_burn_bps: applied.unemitted_burn_bps,
        carry_days: applied.carry_days,
        reserve_max_days: applied.reserve_max_days,
        health: HealthRules {
            deficit_bps: applied.psi_deficit_bps,
            critical_bps: applied.psi_critical_bps,
            normal_bps: applied.psi_normal_bps,
            epochs: applied.psi_epochs,
            cap_bps: applied.psi_cap_bps,
            critical_days: applied.critical_days,
        },
    }
}
