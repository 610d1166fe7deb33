//! What the toolchain and the runtime promise, on the real bytecode of the probe program.

use anchor_lang::InstructionData;
use borsh::BorshDeserialize;
use litesvm::{
    types::{FailedTransactionMetadata, TransactionMetadata},
    LiteSVM,
};
use probe::{
    limits::{LOCAL_BYTES, STRIDE},
    Operation, Pair, PanicKind, Results,
};
use rand::{rngs::StdRng, Rng, SeedableRng};
use solana_instruction::Instruction;
use solana_instruction_error::InstructionError;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use solana_transaction_error::TransactionError;

/// Pairs whose results fit the return data of one transaction (1,024 bytes).
const PAIRS_PER_TRANSACTION: usize = 10;
const RANDOM_PAIRS: usize = 10_000;
/// Random pairs whose division is measured, beside all pairs of edge values.
const MEASURED_RANDOM_PAIRS: usize = 600;
const SEED: u64 = 0x10_2026;
/// Compute units that a transaction of one instruction may use.
const COMPUTE_UNIT_LIMIT: u64 = 200_000;
/// Budgets in compute units of one 128-bit division.
const BUDGET_ONE_LIMB_DIVISOR: u64 = 450;
const BUDGET_TWO_LIMB_DIVISOR: u64 = 900;

struct Chain {
    svm: LiteSVM,
    payer: Keypair,
}

type Outcome = Result<TransactionMetadata, Box<FailedTransactionMetadata>>;

impl Chain {
    fn new() -> Self {
        let mut svm = LiteSVM::new().with_transaction_history(0);
        let bytecode = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/deploy/probe.so");
        svm.add_program_from_file(probe::ID, bytecode).unwrap_or_else(|error| {
            panic!("{bytecode} cannot be loaded ({error:?}): run `cargo xtask build-sbf --probe` first")
        });
        let payer = Keypair::new();
        svm.airdrop(&payer.pubkey(), 1_000_000_000_000)
            .expect("the faucet has funds");
        Self { svm, payer }
    }

    fn send(&mut self, instructions: &[Instruction]) -> Outcome {
        // Equal instructions may be sent twice.
        self.svm.expire_blockhash();
        let blockhash = self.svm.latest_blockhash();
        let transaction = ion_client::send::build(&self.payer, &[], instructions, blockhash)
            .expect("the transaction fits the wire");
        self.svm.send_transaction(transaction).map_err(Box::new)
    }

    fn call<T: BorshDeserialize>(&mut self, data: impl InstructionData) -> T {
        let meta = self
            .send(&[instruction(data)])
            .unwrap_or_else(|failed| panic!("{:?}\n{}", failed.err, failed.meta.pretty_logs()));
        T::try_from_slice(&meta.return_data.data).expect("the return data decodes")
    }

    fn compute(&mut self, pairs: &[Pair]) -> Vec<Results> {
        pairs
            .chunks(PAIRS_PER_TRANSACTION)
            .flat_map(|chunk| {
                self.call::<Vec<Results>>(probe::instruction::Compute {
                    pairs: chunk.to_vec(),
                })
            })
            .collect()
    }

    /// Compute units of a transaction that performs one operation.
    fn cost(&mut self, operation: Operation, pair: Pair) -> u64 {
        self.send(&[instruction(probe::instruction::Perform { operation, pair })])
            .unwrap_or_else(|failed| panic!("{:?}\n{}", failed.err, failed.meta.pretty_logs()))
            .compute_units_consumed
    }
}

fn instruction(data: impl InstructionData) -> Instruction {
    Instruction {
        program_id: probe::ID,
        accounts: Vec::new(),
        data: data.data(),
    }
}

fn refusal(outcome: Outcome) -> TransactionError {
    outcome.expect_err("the runtime must stop this").err
}

/// Values at which limbs, digits and signs turn over, and their neighbours.
fn edge_values() -> Vec<u128> {
    let mut values = vec![
        u128::MAX,
        u128::MAX - 1,
        u128::from(u64::MAX) << 64,
        10u128.pow(12),
        10u128.pow(38),
    ];
    for bit in [0, 1, 31, 32, 33, 63, 64, 65, 95, 96, 97, 126, 127] {
        let power = 1u128 << bit;
        values.extend([power - 1, power, power + 1]);
    }
    values
}

fn edge_pairs() -> Vec<Pair> {
    let values = edge_values();
    values
        .iter()
        .flat_map(|&a| values.iter().map(move |&b| Pair { a, b }))
        .collect()
}

/// Pairs of every bit length alike, so that each branch of the division is taken often.
fn random_pairs(count: usize) -> Vec<Pair> {
    let mut random = StdRng::seed_from_u64(SEED);
    let mut value = || random.r#gen::<u128>() >> random.gen_range(0..128u32);
    (0..count)
        .map(|_| Pair {
            a: value(),
            b: value(),
        })
        .collect()
}

fn assert_agrees(pairs: &[Pair]) {
    let results = Chain::new().compute(pairs);
    assert_eq!(results.len(), pairs.len());
    for (pair, on_chain) in pairs.iter().zip(results) {
        assert_eq!(
            on_chain,
            pair.compute(),
            "bytecode and host differ on {pair:#x?}"
        );
    }
}

#[test]
fn arithmetic_on_random_pairs_agrees_with_host() {
    assert_agrees(&random_pairs(RANDOM_PAIRS));
}

#[test]
fn arithmetic_on_edge_pairs_agrees_with_host() {
    assert_agrees(&edge_pairs());
}

#[test]
fn division_costs_at_most_its_budget() {
    let pairs = edge_pairs()
        .into_iter()
        .chain(random_pairs(MEASURED_RANDOM_PAIRS));
    let (one_limb, two_limbs): (Vec<_>, Vec<_>) = pairs
        .filter(|pair| pair.b != 0)
        .partition(|pair| pair.b <= u128::from(u64::MAX));
    let mut chain = Chain::new();
    let without = chain.cost(Operation::Nothing, one_limb[0]);
    for operation in [
        Operation::Divide,
        Operation::Remainder,
        Operation::SignedDivide,
        Operation::SignedRemainder,
    ] {
        for (pairs, budget) in [
            (&one_limb, BUDGET_ONE_LIMB_DIVISOR),
            (&two_limbs, BUDGET_TWO_LIMB_DIVISOR),
        ] {
            let costs: Vec<_> = pairs
                .iter()
                .map(|&pair| chain.cost(operation, pair) - without)
                .collect();
            let mean = costs.iter().sum::<u64>() / costs.len() as u64;
            let (worst, pair) = costs
                .iter()
                .zip(pairs)
                .max_by_key(|(cost, _)| **cost)
                .expect("there are pairs");
            println!(
                "{operation:?}: mean {mean}, worst {worst} of {budget} CU, {} pairs",
                pairs.len()
            );
            assert!(
                *worst <= budget,
                "{operation:?} of {pair:#x?} costs {worst} CU, more than {budget}"
            );
            assert!(
                mean >= 10,
                "{operation:?} was not performed: mean {mean} CU"
            );
        }
    }
}

#[test]
fn panic_aborts_the_transaction() {
    use PanicKind::{DivisionByZero, Explicit, Index, Overflow, Unwrap};
    for kind in [Explicit, Unwrap, Index, Overflow, DivisionByZero] {
        let mut chain = Chain::new();
        let recipient = Pubkey::new_unique();
        let paid_before = chain.svm.get_balance(&chain.payer.pubkey());
        let transfer = solana_system_interface::instruction::transfer(
            &chain.payer.pubkey(),
            &recipient,
            5_000_000_000,
        );
        let outcome = chain.send(&[
            transfer,
            instruction(probe::instruction::PanicWith { kind }),
        ]);
        assert_eq!(
            refusal(outcome),
            TransactionError::InstructionError(1, InstructionError::ProgramFailedToComplete),
            "{kind:?}"
        );
        assert_eq!(
            chain.svm.get_balance(&recipient).unwrap_or(0),
            0,
            "{kind:?}: the transfer before it is undone"
        );
        let fee = 5_000;
        assert_eq!(
            chain.svm.get_balance(&chain.payer.pubkey()),
            paid_before.map(|lamports| lamports - fee),
            "{kind:?}: only the fee is paid"
        );
    }
}

/// Sum of what the checksum of `bytes` bytes of `value` reads.
fn checksum(bytes: usize, value: u64) -> u64 {
    bytes.div_ceil(STRIDE) as u64 * value
}

/// Asserts that `beyond` is stopped, and by the limit of memory: `within`, which does nearly the same
/// below the limit, succeeds with less than half of the compute units. (A transaction that a limit
/// stops is charged all of them, so its own charge tells nothing.)
fn assert_stopped_between(within: Instruction, beyond: Instruction) {
    let meta = Chain::new()
        .send(&[within])
        .expect("below the limit it runs");
    assert!(meta.compute_units_consumed < COMPUTE_UNIT_LIMIT / 2);
    assert_eq!(
        refusal(Chain::new().send(&[beyond])),
        TransactionError::InstructionError(0, InstructionError::ProgramFailedToComplete)
    );
}

#[test]
fn stack_within_the_limit_holds_its_values() {
    for depth in [0u8, 1, 20, 50] {
        let expected: u64 = (0..=depth)
            .map(|level| checksum(LOCAL_BYTES, u64::from(level)))
            .sum();
        let found: u64 = Chain::new().call(probe::instruction::Descend { depth });
        assert_eq!(found, expected, "depth {depth}");
    }
}

#[test]
fn stack_beyond_the_limit_aborts() {
    let descend = |depth| instruction(probe::instruction::Descend { depth });
    assert_stopped_between(descend(50), descend(64));
}

#[test]
fn heap_within_the_limit_holds_its_values() {
    for bytes in [0u32, 1, 10_000, 31_000] {
        let found: u64 = Chain::new().call(probe::instruction::Allocate { bytes });
        assert_eq!(found, checksum(bytes as usize, 7), "{bytes} bytes");
    }
}

#[test]
fn heap_beyond_the_limit_aborts() {
    let allocate = |bytes| instruction(probe::instruction::Allocate { bytes });
    assert_stopped_between(allocate(31_000), allocate(32 * 1024 + 1));
}
