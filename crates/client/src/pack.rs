//! Dividing a long piece of work over transactions.

use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_instruction::Instruction;
use solana_message::{Message, VersionedMessage};
use solana_pubkey::Pubkey;
use solana_signature::Signature;
use solana_transaction::versioned::VersionedTransaction;

use crate::send::{MAX_INSTRUCTIONS, serialize};

/// Instructions that every sender puts before the work: compute limit and price.
const BUDGET: usize = 2;

/// Packs instructions, in order, into as few transactions as hold them, with room for a compute limit
/// and a price in each. An instruction that fits no transaction stands alone, and sending it says so.
pub fn pack(payer: &Pubkey, work: Vec<Instruction>) -> Vec<Vec<Instruction>> {
    let mut packed: Vec<Vec<Instruction>> = Vec::new();
    for instruction in work {
        if let Some(last) = packed.last_mut() {
            last.push(instruction);
            if fits(payer, last) {
                continue;
            }
            // It was pushed just now.
            if let Some(instruction) = last.pop() {
                packed.push(vec![instruction]);
            }
        } else {
            packed.push(vec![instruction]);
        }
    }
    packed
}

/// Whether these instructions fit one transaction, beside a compute limit and a price.
pub fn fits(payer: &Pubkey, work: &[Instruction]) -> bool {
    if work.len().saturating_add(BUDGET) > MAX_INSTRUCTIONS {
        return false;
    }
    let mut all = vec![
        ComputeBudgetInstruction::set_compute_unit_limit(u32::MAX),
        ComputeBudgetInstruction::set_compute_unit_price(u64::MAX),
    ];
    all.extend_from_slice(work);
    let message = Message::new(&all, Some(payer));
    let signatures = usize::from(message.header.num_required_signatures);
    serialize(&VersionedTransaction {
        signatures: vec![Signature::default(); signatures],
        message: VersionedMessage::Legacy(message),
    })
    .is_ok()
}

#[cfg(test)]
mod tests {
    use ion_merkle::earnings::EarningsLeaf;
    use proptest::prelude::*;
    use solana_instruction::AccountMeta;

    use super::*;
    use crate::instructions::rewards::{ClaimOf, claim, fail_block, open_claim, prove_leaf};

    fn key(byte: u8) -> Pubkey {
        Pubkey::new_from_array([byte; 32])
    }

    /// Opening, proof at so many levels, and claim of one leaf.
    fn claiming(levels: usize) -> Vec<Instruction> {
        let (payer, of) = (
            key(1),
            ClaimOf {
                device: key(2),
                party: key(3),
            },
        );
        let leaf = EarningsLeaf {
            device: [2; 32],
            party: [3; 32],
            lifetime_io: 1,
            lifetime_usdc: 0,
            arrears_usd_micros: 0,
        };
        vec![
            open_claim(&payer, &of),
            prove_leaf(&payer, 1, 0, &leaf, vec![[9; 32]; levels]),
            claim(&payer, &of, &key(4)),
        ]
    }

    fn sizes(levels: usize) -> Vec<usize> {
        let packed = pack(&key(1), claiming(levels));
        assert!(
            packed.iter().all(|one| fits(&key(1), one)),
            "{levels} levels"
        );
        assert_eq!(packed.concat(), claiming(levels), "in order, none lost");
        packed.iter().map(Vec::len).collect()
    }

    #[test]
    fn a_claim_is_one_transaction_while_the_tree_is_small_and_two_up_to_a_million_leaves() {
        assert_eq!(sizes(0), [3]);
        assert_eq!(sizes(10), [3]);
        assert_eq!(sizes(20), [2, 1]);
        // Only a proof with the deepest trees leaves no room for the opening beside it.
        let deepest = (0..64).rev().find(|levels| sizes_fit(*levels));
        assert!(deepest >= Some(20), "{deepest:?}");
    }

    fn sizes_fit(levels: usize) -> bool {
        pack(&key(1), claiming(levels))
            .iter()
            .all(|one| fits(&key(1), one))
    }

    #[test]
    fn six_failures_of_hours_fit_a_transaction_and_a_seventh_does_not() {
        let hours: Vec<Instruction> = (0..13)
            .map(|hour| fail_block(&key(1), &key(5), 494_520 + hour))
            .collect();
        let packed: Vec<usize> = pack(&key(1), hours).iter().map(Vec::len).collect();
        assert_eq!(packed, [6, 6, 1]);
    }

    #[test]
    fn an_instruction_that_fits_nowhere_stands_alone() {
        let huge = Instruction {
            program_id: key(7),
            accounts: Vec::new(),
            data: vec![0; 1_300],
        };
        let mut work = claiming(0);
        work.insert(1, huge.clone());
        let packed = pack(&key(1), work);
        assert_eq!(packed.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 2]);
        assert!(!fits(&key(1), &packed[1]));
        assert!(pack(&key(1), Vec::new()).is_empty());
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_reordered_and_everything_fits(
            parts in prop::collection::vec((0_usize..900, 0_u8..6), 0..30),
        ) {
            let work: Vec<Instruction> = parts
                .iter()
                .map(|(bytes, account)| Instruction {
                    program_id: key(7),
                    accounts: vec![AccountMeta::new(key(20 + account), false)],
                    data: vec![0; *bytes],
                })
                .collect();
            let packed = pack(&key(1), work.clone());
            prop_assert!(packed.iter().all(|one| !one.is_empty() && fits(&key(1), one)));
            prop_assert_eq!(packed.concat(), work);
        }
    }
}
