//! Sealings computed by an independent implementation.

use super::*;
use std::vec::Vec;

#[test]
fn golden_sealings_by_exact_rationals_agree() {
    const GOLDEN: &str = include_str!("../../../fixtures/sealings.csv");
    let mut rows = 0;
    for line in GOLDEN.lines().skip(1) {
        let cells: Vec<u128> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        let at = |place: usize| u64::try_from(cells[place]).unwrap();
        let input = EpochInput {
            mode: Mode::Ide,
            rules: EpochRules {
                order: Order::from_param(i64::try_from(cells[0]).unwrap()),
                burn_bps: u16::try_from(cells[1]).unwrap(),
                unemitted_burn_bps: u16::try_from(cells[2]).unwrap(),
                ..RULES
            },
            price: (cells[3] > 0).then_some(SealPrice {
                release12: cells[3],
                floor12: cells[4],
            }),
            ledgers: Ledgers {
                reward_io: at(5),
                fee_usdc: at(6),
                fee_io: at(7),
            },
            money: DayMoney {
                emission_io: at(8),
                revenue_usdc: at(9),
                revenue_io: at(10),
            },
            obligation_usd_micros: at(11),
            arrears_usd_micros: at(12),
            burn_due_usd_micros: at(13),
            history: History::EMPTY,
            health: Health::INITIAL,
        };
        let out = seal(&input).unwrap();
        let got = [
            out.ledgers.reward_io,
            out.ledgers.fee_usdc,
            out.ledgers.fee_io,
            out.revenue_usd_micros,
            out.paid_obligation.usd_micros,
            out.paid_obligation.io().unwrap(),
            out.paid_obligation.usdc,
            out.paid_arrears.usd_micros,
            out.paid_arrears.io().unwrap(),
            out.paid_arrears.usdc,
            out.arrears_usd_micros,
            out.surplus_usd_micros,
            out.burned_io,
            out.earmarked_usdc,
            out.burn_due_usd_micros,
            out.retired_io,
            u64::from(out.ratio_bps.unwrap_or(0)),
        ];
        let expected: Vec<u64> = (14..31).map(at).collect();
        assert_eq!(got.as_slice(), expected.as_slice(), "{line}");
        rows += 1;
    }
    assert_eq!(rows, 600);
}
