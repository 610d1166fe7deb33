//! Suppliers that hire their own devices, day after day, by the rules that the programs run.
//!
//! Each case is played twice over the same days: once the supplier only offers its processors, once it
//! also rents them all. What it has in the end, tokens at their price, must not be more for renting.

use ion_economics::{
    billing::line_cost_usd_micros,
    fees,
    ide::{
        DayMoney, EpochInput, EpochRules, Health, HealthRules, History, Ledgers, Mode, Order,
        Payment, RateHistory, RateSet, SealPrice, Status, availability_usd_micros, divide,
        hire_usd_micros, seal,
    },
    params::{Param, booking, ide},
    price::{usd_to_io_ceil, usd_to_io_floor},
    units::UsdMicros,
};

/// Days of renting, and days after it in which reserves and arrears are paid out.
const RENTED: u64 = 45;
const AFTER: u64 = 45;
/// Minutes of a day, all of them served.
const DAY_MINUTES: u32 = 1_440;
/// List price of a processor-hour, 1e-6 USD.
const LIST: u64 = 2_490_000;
/// Price of IO, 1e-12 USD, and its lower bound.
const PRICE: u128 = 150_000_000_000;
const FLOOR: u128 = 149_400_000_000;
/// Rounding that one day can give to one party, 1e-6 USD: one unit per division and conversion.
const DUST: i128 = 8;

/// What a case changes.
#[derive(Clone, Copy, Debug)]
struct Case {
    reservation_bps: u16,
    payment_bps: u16,
    is_io: bool,
    /// Part of the list price that availability gets, bps; hire gets the rest.
    avail_bps: u64,
    rules: EpochRules,
    /// Processors of the supplier, and of all others.
    own: u8,
    others: u64,
    /// Emission of a day, IO base units, and what others' renters pay, 1e-6 USD.
    emission_io: u64,
    market_usd: u64,
    start: Ledgers,
}

/// What a party holds.
#[derive(Clone, Copy, Default)]
struct Purse {
    io: i128,
    usdc: i128,
}

impl Purse {
    fn worth(&self) -> i128 {
        self.usdc + self.io * i128::try_from(PRICE).unwrap() / 100_000_000_000_000
    }
}

/// What a day of renting costs: compute and both fees, in the currency of the case.
fn rent(case: &Case) -> u64 {
    let usd = line_cost_usd_micros(LIST, case.own, DAY_MINUTES).unwrap();
    let (compute, payment_bps) = if case.is_io {
        let io = usd_to_io_ceil(UsdMicros::from_base_units(usd), FLOOR).unwrap();
        (io.base_units(), 0)
    } else {
        (usd, case.payment_bps)
    };
    let fees = fees::renter_fees(compute, case.reservation_bps, payment_bps).unwrap();
    compute + fees.reservation + fees.payment
}

/// Shares of the supplier and of the others in a payment.
fn shares(total: u64, weights: [u64; 2]) -> u64 {
    let mut parts = [0; 2];
    divide(total, &weights, &mut parts).unwrap();
    parts[0]
}

fn pay(purse: &mut Purse, payment: &Payment, weights: [u64; 2]) -> u64 {
    purse.io += i128::from(shares(payment.io().unwrap(), weights));
    purse.usdc += i128::from(shares(payment.usdc, weights));
    shares(payment.usd_micros, weights)
}

/// Plays all days; what the supplier has in the end, and what is still owed to it, 1e-6 USD.
fn play(case: &Case, is_renting: bool) -> (i128, i128) {
    let avail_rate = LIST * case.avail_bps / 10_000;
    let avail = availability_usd_micros(avail_rate, case.own, DAY_MINUTES).unwrap();
    let hire = hire_usd_micros(LIST - avail_rate, case.own, DAY_MINUTES).unwrap();
    let others = case.others * avail_rate * 24 + case.market_usd / 2;
    let cost = rent(case);
    let mut purse = Purse::default();
    let mut arrears = [0u64; 2];
    let (mut ledgers, mut history, mut health) = (case.start, History::EMPTY, Health::INITIAL);
    let mut burn_due = 0;
    for day in 0..RENTED + AFTER {
        let is_hired = is_renting && day < RENTED;
        let paid = if is_hired { cost } else { 0 };
        let (mut revenue_usdc, mut revenue_io) = (case.market_usd, 0);
        if case.is_io {
            purse.io -= i128::from(paid);
            revenue_io += paid;
        } else {
            purse.usdc -= i128::from(paid);
            revenue_usdc += paid;
        }
        let owed = [if is_hired { avail + hire } else { avail }, others];
        let output = seal(&EpochInput {
            mode: Mode::Ide,
            rules: case.rules,
            price: Some(SealPrice {
                release12: PRICE,
                floor12: FLOOR,
            }),
            ledgers,
            money: DayMoney {
                emission_io: case.emission_io,
                revenue_usdc,
                revenue_io,
            },
            obligation_usd_micros: owed.iter().sum(),
            arrears_usd_micros: arrears.iter().sum(),
            burn_due_usd_micros: burn_due,
            history,
            health,
        })
        .unwrap();
        let paid_today = pay(&mut purse, &output.paid_obligation, owed);
        let paid_late = pay(&mut purse, &output.paid_arrears, arrears);
        arrears[0] = arrears[0] - paid_late + (owed[0] - paid_today);
        arrears[1] = output.arrears_usd_micros - arrears[0];
        (ledgers, history, health) = (output.ledgers, output.history, output.health);
        burn_due = output.burn_due_usd_micros;
    }
    (purse.worth(), i128::from(arrears[0]))
}

fn short(value: i64) -> u16 {
    u16::try_from(value).unwrap()
}

fn ends(param: &Param) -> [i64; 3] {
    [param.min, param.default, param.max]
}

fn rules(order: Order, burn: i64, unemitted: i64, carry: i64, reserve: i64) -> EpochRules {
    let long = |param: &Param| u32::try_from(param.default).unwrap();
    EpochRules {
        order,
        burn_bps: short(burn),
        unemitted_burn_bps: short(unemitted),
        carry_days: short(carry),
        reserve_max_days: short(reserve),
        health: HealthRules {
            deficit_bps: long(&ide::PSI_DEFICIT),
            critical_bps: long(&ide::PSI_CRITICAL),
            normal_bps: long(&ide::PSI_NORMAL),
            epochs: u8::try_from(ide::PSI_EPOCHS.default).unwrap(),
            cap_bps: long(&ide::PSI_EMA_CAP),
            critical_days: short(ide::CRITICAL_DAYS.default),
        },
    }
}

/// Emission that pays for `usd` (1e-6 USD).
fn io_for(usd: u64) -> u64 {
    usd_to_io_floor(UsdMicros::from_base_units(usd), PRICE)
        .unwrap()
        .base_units()
}

/// Networks from one that cannot pay to one that burns: emission and market, as parts of what all the
/// processors are owed in a day at full list price, percent.
const WEALTH: [(u64, u64); 5] = [(0, 0), (10, 5), (60, 40), (200, 0), (30, 300)];
/// Processors of the others beside the supplier's eight: it is alone, nearly alone, one of many.
const OTHERS: [u64; 4] = [0, 1, 8, 5_000];

fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    for reservation_bps in ends(&booking::RESERVATION_FEE_BPS).map(short) {
        for (is_io, payment_bps) in ends(&booking::USDC_FEE_BPS)
            .map(|bps| (false, short(bps)))
            .into_iter()
            .chain([(true, 0)])
        {
            for avail_bps in [0, 5_000, 10_000] {
                for others in OTHERS {
                    for (emission, market) in WEALTH {
                        let full = (8 + others) * LIST * 24;
                        all.push(Case {
                            reservation_bps,
                            payment_bps,
                            is_io,
                            avail_bps,
                            rules: rules(
                                Order::RewardFirst,
                                ide::BURN_BPS.default,
                                ide::UNEMITTED_BURN_BPS.default,
                                ide::CARRY_DAYS.default,
                                ide::RESERVE_MAX_DAYS.default,
                            ),
                            own: 8,
                            others,
                            emission_io: io_for(full * emission / 100),
                            market_usd: full * market / 100,
                            start: Ledgers {
                                reward_io: 0,
                                fee_usdc: full * 20,
                                fee_io: 0,
                            },
                        });
                    }
                }
            }
        }
    }
    all
}

/// The supplier gains nothing by renting its own devices; returns what it loses, 1e-6 USD.
fn loss(case: &Case) -> i128 {
    let (honest, owed) = play(case, false);
    let (renting, owed_renting) = play(case, true);
    let dust = DUST * i128::from(RENTED + AFTER);
    assert!(renting <= honest + dust, "{case:?}: {honest} to {renting}");
    assert!(
        renting + owed_renting <= honest + owed + dust,
        "{case:?}: with arrears {} to {}",
        honest + owed,
        renting + owed_renting
    );
    honest - renting
}

#[test]
fn supplier_that_hires_itself_never_gains_at_any_fee_rate_or_wealth_of_the_network() {
    let mut strict = 0;
    for case in cases() {
        let lost = loss(&case);
        let fees = i128::from(rent(&case))
            - i128::from(rent(&Case {
                reservation_bps: 0,
                payment_bps: 0,
                ..case
            }));
        let is_charged = fees > 0;
        // Alone in a network that owes it everything, it pays into its own arrears.
        if is_charged && case.others > 0 {
            assert!(lost > 0, "{case:?} costs nothing");
            strict += 1;
        }
    }
    assert!(strict > 400, "{strict}");
}

#[test]
fn supplier_that_hires_itself_never_gains_at_any_bound_of_the_engine() {
    let base = cases();
    for order in [Order::RewardFirst, Order::FeesFirst] {
        for burn in ends(&ide::BURN_BPS) {
            for unemitted in ends(&ide::UNEMITTED_BURN_BPS) {
                for carry in ends(&ide::CARRY_DAYS) {
                    for reserve in ends(&ide::RESERVE_MAX_DAYS) {
                        // every seventeenth case: each place of each list comes up
                        for case in base.iter().step_by(17) {
                            loss(&Case {
                                rules: rules(order, burn, unemitted, carry, reserve),
                                ..*case
                            });
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn rates_of_a_class_cannot_pay_more_than_its_list_price() {
    let set = |avail, hire| RateSet {
        from_day: 20_000,
        avail_usd_micros: avail,
        hire_usd_micros: hire,
        list_usd_micros: LIST,
        max_processors: 1,
    };
    let make = |set| RateHistory::EMPTY.with(set, Status::Normal, 10_000, 20_000);
    assert!(make(set(LIST, 0)).is_ok());
    assert!(make(set(0, LIST)).is_ok());
    assert!(make(set(LIST / 2, LIST / 2)).is_ok());
    assert!(make(set(LIST, 1)).is_err());
    assert!(make(set(1, LIST)).is_err());
    // so that a device that skips its own work by renting itself is owed no more than it paid
    for qty in [1u8, 3, 8, 64] {
        for minutes in [1, 59, 60, 61, 1_439, 1_440] {
            let paid = line_cost_usd_micros(LIST, qty, minutes).unwrap();
            for avail in [0, 1, LIST / 3, LIST - 1, LIST] {
                let owed = availability_usd_micros(avail, qty, minutes).unwrap()
                    + hire_usd_micros(LIST - avail, qty, minutes).unwrap();
                assert!(owed <= paid, "{qty} {minutes} {avail}");
            }
        }
    }
}
