//! Random slashes: no party bears another and nothing is above a cap.

use super::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_party_bears_another_and_nothing_is_above_a_cap(
        weights in prop::array::uniform5(0_u64..1_000_000_000_000),
        gone in prop::array::uniform5(0_u64..1_000_000_000),
        rewards in prop::array::uniform5((0_u64..1_000_000_000, 0_u64..1_000_000_000)),
        amount in 0_u64..2_000_000_000_000,
        window in 0_u64..1_000_000_000,
        left in 0_u64..3_000_000_000_000,
    ) {
        let mut facts = [PartyFacts::NONE; PARTIES];
        for (i, fact) in facts.iter_mut().enumerate() {
            let weight = unit(weights[i]);
            *fact = PartyFacts {
                weight,
                available: unit(weights[i].saturating_sub(if i == 0 { gone[0] } else { 0 })),
                unclaimed: [unit(rewards[i].0), unit(rewards[i].1)],
            };
        }
        let total: u64 = weights.iter().sum();
        let charge = Charge::Table { amount: unit(amount), window: unit(window) };
        let division = divide(&facts, charge, unit(left)).unwrap();
        prop_assert!(division.taken.base_units() <= left);
        prop_assert!(division.charged.base_units() <= amount.min(total));
        let free = divide(&facts, charge, NO_LIMIT).unwrap();
        prop_assert_eq!(free.charged.base_units(), amount.min(total));
        let mut taken = 0;
        for (i, (fact, part)) in facts.iter().zip(&division.parts).enumerate() {
            prop_assert!(part.stake <= fact.available);
            prop_assert!(part.holds[0] <= fact.unclaimed[0] && part.holds[1] <= fact.unclaimed[1]);
            taken += part.stake.base_units() + part.holds[0].base_units() + part.holds[1].base_units();
            // what another party owns or has claimed changes nothing for this one
            let mut others = facts;
            for (j, other) in others.iter_mut().enumerate() {
                if j != i {
                    other.available = Io::ZERO;
                    other.unclaimed = [Io::ZERO; TREES];
                }
            }
            let alone = divide(&others, charge, NO_LIMIT).unwrap();
            prop_assert_eq!(alone.parts[i], free.parts[i]);
        }
        prop_assert_eq!(taken, division.taken.base_units());
    }

    #[test]
    fn leg_is_burned_or_given_back_to_the_unit(leg: u64, uphold in 0_u16..=10_000) {
        let (burned, back) = split_leg(unit(leg), bps(uphold)).unwrap();
        prop_assert_eq!(burned.checked_add(back), Ok(unit(leg)));
    }

    #[test]
    fn parts_of_one_offence_never_charge_more_than_the_table(
        lefts in prop::collection::vec(1_u64..5_000_000_000, 1..20),
    ) {
        let required = io(1_600);
        let mut available = io(2_000);
        let mut charged = Io::ZERO;
        for left in lefts {
            let amount = target(&CapTerms {
                required,
                bps: 3_000,
                charged_before: charged,
                rolling_used: 0,
                rolling_cap: 5_000,
            }).unwrap();
            let division = divide(&plain(available, &[]), table(amount), unit(left)).unwrap();
            charged = charged.checked_add(division.charged).unwrap();
            available = available.checked_sub(division.taken).unwrap();
            prop_assert!(charged <= io(480));
        }
    }
}
