//! Properties over the whole input range.

use super::*;
use crate::ide::auction::*;
use crate::price::Price;
use proptest::prelude::*;
use std::vec;

/// Any 64-bit amount, with weight on the small and on the edges.
fn amount() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        0_u64..1_000,
        0_u64..1_000_000_000_000_000,
        any::<u64>(),
        Just(u64::MAX)
    ]
}

fn prices() -> impl Strategy<Value = Option<SealPrice>> {
    let one = prop_oneof![
        1_u128..1_000,
        1_000_000_u128..1_000_000_000_000_000,
        1_u128..=crate::price::MAX_P12
    ];
    prop::option::weighted(
        0.9,
        (one, 1_u32..=10_000).prop_map(|(p12, share)| SealPrice {
            release12: p12,
            floor12: (p12 * u128::from(share) / 10_000).max(1),
        }),
    )
}

fn inputs() -> impl Strategy<Value = EpochInput> {
    let money = (amount(), amount(), amount());
    let ledgers = (amount(), amount(), amount());
    let debts = (amount(), amount(), amount());
    let rules = (
        any::<bool>(),
        5_000_u16..=10_000,
        5_000_u16..=10_000,
        0_u16..=90,
    );
    let past = (
        prop::collection::vec((amount(), amount()), 0..40),
        0_u8..3,
        any::<bool>(),
    );
    (money, ledgers, debts, rules, past, prices()).prop_map(
        |(money, ledgers, debts, rules, past, price)| {
            let mut history = History::EMPTY;
            for (obligation, emission) in past.0 {
                history = history.with(obligation, emission).unwrap();
            }
            EpochInput {
                mode: if past.2 { Mode::Ide } else { Mode::Schedule },
                rules: EpochRules {
                    order: Order::from_param(i64::from(rules.0)),
                    burn_bps: rules.1,
                    unemitted_burn_bps: rules.2,
                    carry_days: rules.3,
                    ..RULES
                },
                price,
                ledgers: Ledgers {
                    reward_io: ledgers.0,
                    fee_usdc: ledgers.1,
                    fee_io: ledgers.2,
                },
                money: DayMoney {
                    emission_io: money.0,
                    revenue_usdc: money.1,
                    revenue_io: money.2,
                },
                obligation_usd_micros: debts.0,
                arrears_usd_micros: debts.1,
                burn_due_usd_micros: debts.2,
                history,
                health: Health {
                    status: Status::from_code(past.1).unwrap(),
                    ..Health::INITIAL
                },
            }
        },
    )
}

fn wide(values: &[u64]) -> u128 {
    values.iter().map(|value| u128::from(*value)).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn sealing_conserves_and_keeps_its_promises(input in inputs()) {
        let Ok(out) = seal(&input) else {
            // only a sum that leaves 64 bits
            let m = &input.money;
            let l = &input.ledgers;
            let most = u128::from(u64::MAX);
            let price = input.price.map_or(0, |price| price.release12);
            let worth = |io: u64| u128::from(io) * price / 100_000_000_000_000 + 1;
            let fits = wide(&[l.reward_io, m.emission_io]) <= most
                && wide(&[l.fee_usdc, m.revenue_usdc]) + worth(l.fee_io) + worth(m.revenue_io)
                    + u128::from(input.burn_due_usd_micros) <= most
                && wide(&[l.fee_io, m.revenue_io]) <= most
                && wide(&[input.arrears_usd_micros, input.obligation_usd_micros]) <= most;
            prop_assert!(!fits, "refused although everything fits");
            return Ok(());
        };
        let is_ide = input.mode == Mode::Ide;
        let (h, ar0) = if is_ide {
            (input.obligation_usd_micros, input.arrears_usd_micros)
        } else {
            (0, 0)
        };
        let (a, b) = (&out.paid_obligation, &out.paid_arrears);

        // conservation of IO and USDC
        prop_assert_eq!(
            wide(&[input.ledgers.reward_io, input.money.emission_io]),
            wide(&[out.ledgers.reward_io, a.reward_io, b.reward_io, out.retired_io])
        );
        prop_assert_eq!(
            wide(&[input.ledgers.fee_usdc, input.money.revenue_usdc]),
            wide(&[out.ledgers.fee_usdc, a.usdc, b.usdc, out.earmarked_usdc])
        );
        prop_assert_eq!(
            wide(&[input.ledgers.fee_io, input.money.revenue_io]),
            wide(&[out.ledgers.fee_io, a.fee_io, b.fee_io, out.burned_io, out.carried_revenue_io])
        );

        // debts
        prop_assert!(a.usd_micros <= h && b.usd_micros <= ar0);
        if is_ide {
            prop_assert_eq!(
                u128::from(out.arrears_usd_micros),
                u128::from(ar0) - u128::from(b.usd_micros) + u128::from(out.short_usd_micros)
            );
        } else {
            prop_assert_eq!(out.arrears_usd_micros, input.arrears_usd_micros);
        }
        prop_assert_eq!(u128::from(out.short_usd_micros), u128::from(h) - u128::from(a.usd_micros));

        // I26: a shortfall means empty ledgers, below one unit of IO in value
        if out.short_usd_micros > 0 {
            prop_assert_eq!(out.ledgers.fee_usdc, 0);
            prop_assert_eq!(b.usdc, 0);
            if let Some(price) = input.price {
                let unit = |io: u64| {
                    io == 0 || u128::from(out.short_usd_micros) * 100_000_000_000_000 < price.release12
                };
                prop_assert!(unit(out.ledgers.reward_io) && unit(out.ledgers.fee_io));
            }
        }

        // the value of released IO is never above the dollars credited by more than the rounding
        if let Some(price) = input.price {
            for paid in [a, b] {
                let io = u128::from(paid.reward_io) + u128::from(paid.fee_io);
                prop_assert!(
                    u128::from(paid.usdc) + io * price.release12 / 100_000_000_000_000
                        <= u128::from(paid.usd_micros)
                );
            }
        }

        // burns: at least the share and what was carried
        let share = u128::from(out.surplus_usd_micros) * u128::from(input.rules.burn_bps);
        let burned = wide(&[out.burned_usd_micros, out.earmarked_usdc, out.burn_due_usd_micros]);
        prop_assert!(
            (burned - u128::from(input.burn_due_usd_micros)) * 10_000 >= share
        );
        prop_assert_eq!(burned, u128::from(out.burn_usd_micros));
        if out.burn_due_usd_micros > 0 {
            prop_assert_eq!(out.ledgers.fee_usdc, 0);
        }

        // retirement
        if !is_ide || out.arrears_usd_micros > 0 || input.price.is_none() {
            prop_assert_eq!(out.retired_io, 0);
        }
        if input.price.is_none() {
            prop_assert_eq!(wide(&[a.reward_io, a.fee_io, b.reward_io, b.fee_io, out.burned_io]), 0);
            prop_assert_eq!(out.health, input.health);
        }
    }

    #[test]
    fn fresh_revenue_always_covers_its_own_burn(input in inputs()) {
        // I27: nothing carried in, so nothing is carried out
        let input = EpochInput { burn_due_usd_micros: 0, ..input };
        if let Ok(out) = seal(&input) {
            if input.price.is_some() {
                prop_assert_eq!(out.burn_due_usd_micros, 0);
            }
        }
    }

    /// A supplier that hires its own device pays at least what it gets, fees apart.
    #[test]
    fn e80_own_hire_never_pays_more_than_it_costs(
        list in 1_u64..1_000_000_000,
        shares in (0_u64..=10_000, 0_u64..=10_000),
        qty in 1_u8..=64,
        minutes in 1_u32..=525_600,
    ) {
        let set = RateSet {
            from_day: 1,
            avail_usd_micros: list * shares.0 / 10_000,
            hire_usd_micros: list * shares.1 / 10_000,
            list_usd_micros: list,
            max_processors: 1,
        };
        let lawful = RateHistory::EMPTY.with(set, Status::Normal, 0, 0);
        let cost = crate::billing::line_cost_usd_micros(list, qty, minutes).unwrap();
        let gets = availability_usd_micros(set.avail_usd_micros, qty, minutes).unwrap()
            + hire_usd_micros(set.hire_usd_micros, qty, minutes).unwrap();
        if lawful.is_ok() {
            prop_assert!(gets <= cost);
        } else {
            prop_assert!(set.avail_usd_micros + set.hire_usd_micros > list);
        }
    }

    #[test]
    fn division_is_exact_and_fair(
        total in amount(),
        weights in prop::collection::vec(amount(), 1..60),
    ) {
        let mut parts = vec![0; weights.len()];
        let sum = wide(&weights);
        let result = divide(total, &weights, &mut parts);
        if sum == 0 && total > 0 {
            prop_assert_eq!(result, Err(DivideError::NoWeight));
            return Ok(());
        }
        prop_assert_eq!(result, Ok(()));
        prop_assert_eq!(wide(&parts), u128::from(total));
        for (part, weight) in parts.iter().zip(&weights) {
            let floor = (u128::from(total) * u128::from(*weight)).checked_div(sum).unwrap_or(0);
            let extra = u128::from(*part) - floor;
            prop_assert!(extra <= 1 && (extra == 0 || *weight > 0));
        }
    }

    #[test]
    fn vault_never_pays_above_the_closing_bid(
        p12 in 1_000_000_u128..1_000_000_000_000_000,
        floor_bps in 9_000_u128..=10_000,
        start in -1_000_i16..=0,
        end in 0_i16..=500,
        elapsed in -10_i64..100_000,
        remaining in amount(),
        offers in prop::collection::vec(0_u64..80_000_000_000_000_000, 1..8),
    ) {
        let price = Price { p12, floor12: (p12 * floor_bps / 10_000).max(1), ema12: p12 };
        let terms = AuctionTerms { start_bps: start, end_bps: end, duration: 3_600 };
        let bid = bid12(&terms, &price, elapsed).unwrap();
        prop_assert!(bid <= p12 * u128::from(10_000 + end.unsigned_abs()) / 10_000);
        let (mut left, mut io, mut usdc) = (remaining, 0_u128, 0_u128);
        for offer in &offers {
            let filled = fill(left, *offer, bid).unwrap();
            prop_assert!(filled.io <= *offer && filled.usdc <= left);
            left -= filled.usdc;
            io += u128::from(filled.io);
            usdc += u128::from(filled.usdc);
        }
        // I23 over all fills, and no gain from slicing
        prop_assert!(usdc * 100_000_000_000_000 <= io * bid);
    }
}
