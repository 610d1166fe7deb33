//! What the instructions of a booking's life write: nothing that all bookings share.

use std::collections::{BTreeMap, BTreeSet};

use booking::{
    ApplyWorkLeafArgs, CreateQuoteArgs, QuoteExtensionArgs, ReportFaultArgs, state::Booking,
};
use ion_client::{
    addresses,
    instructions::booking::{self as ix, CloseExtras, Extension, QuotedDevice},
};
use ion_economics::booking::{Currency, Stamp};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

const DAY: u64 = 20_000;

/// Every instruction of one booking whose parties, devices and shard are its own.
fn life(nonce: u8, mint: &Pubkey, scheduler: &Pubkey) -> BTreeMap<&'static str, Instruction> {
    let id = [nonce; 16];
    let key = addresses::booking::booking(&id);
    let [by, renter, payer, source, destination] = std::array::from_fn(|_| Pubkey::new_unique());
    let arbiter = addresses::registry::roles(); // any key: it only signs
    let line = QuotedDevice {
        device: Pubkey::new_unique(),
        class: 5,
    };
    let (device, price) = (line.device, addresses::registry::config());
    let usdc = Currency::Usdc;
    let hired = [device];
    let quote = CreateQuoteArgs {
        id,
        group: [0; 16],
        renter,
        payer,
        currency: 0,
        source: 0,
        flags: 0,
        minutes: 60,
        lines: 1,
    };
    let leaf = ApplyWorkLeafArgs {
        hour: 1,
        root: [1; 32],
        leaf_count: 1,
        bundle: [1; 32],
        record_seq: 0,
        is_final: true,
        served_minutes: [0; 8],
        index: 0,
        siblings: vec![],
    };
    let fault = ReportFaultArgs {
        fault_seq: 1,
        line: 0,
        kind: 1,
        fault_at: 0,
        served_minutes: 0,
        kept_minutes: 0,
        bundle: [1; 32],
    };
    let extension = Extension {
        quote_id: [nonce + 100; 16],
        max_total: 1,
        op_seq: 1,
    };
    let more = QuoteExtensionArgs {
        id: extension.quote_id,
        minutes: 60,
    };
    BTreeMap::from([
        (
            "create_quote",
            ix::create_quote(scheduler, None, &[line], quote),
        ),
        ("book", ix::book(&renter, mint, &id, 1)),
        ("pay", ix::pay(&payer, mint, &key, &source, 1, 1)),
        ("lock_lines", ix::lock_lines(&by, &key, &[line])),
        ("start", ix::start(scheduler, &key, 1)),
        ("start_group", ix::start_group(scheduler, &[(key, 1)])),
        ("cancel", ix::cancel(&renter, &key, 1, &hired)),
        ("cancel_unstarted", ix::cancel_unstarted(&by, &key, &hired)),
        ("expire", ix::expire(&by, &key, &hired)),
        (
            "quote_extension",
            ix::quote_extension(scheduler, &key, Stamp::Schedule, None, &[line], more),
        ),
        (
            "extend",
            ix::extend(&renter, &payer, &key, mint, &source, &extension, &hired),
        ),
        ("terminate", ix::terminate(&renter, &key, 1, &hired)),
        ("end", ix::end(&by, &key, &hired)),
        ("report_fault", ix::report_fault(&by, &key, &device, fault)),
        ("failover", ix::failover(scheduler, &key, 0, &line, 1)),
        ("fail_line", ix::fail_line(&by, &key, 0, &hired)),
        (
            "apply_work_leaf",
            ix::apply_work_leaf(&by, &key, Some(&price), leaf),
        ),
        ("price_record", ix::price_record(&by, &key, 0, &price)),
        ("challenge", ix::challenge(&renter, &key, 0, [0; 32], 1)),
        (
            "rule_record",
            ix::rule_record(&arbiter, &key, 0, [0; 8], [0; 32]),
        ),
        (
            "earn",
            ix::earn(&by, &key, 0, 0, &device, usdc, mint, &destination, DAY),
        ),
        ("close_record", ix::close_record(&by, &key, 0, &by)),
        (
            "pull_refund",
            ix::pull_refund(&by, &key, mint, &destination),
        ),
        (
            "pull_pay_due",
            ix::pull_pay_due(&by, &key, 0, &device, mint, &destination),
        ),
        ("settle", ix::settle(&by, &key, usdc, mint, DAY)),
        (
            "close",
            ix::close(&by, &key, mint, &renter, &CloseExtras::default()),
        ),
        ("close_quote", ix::close_quote(&by, &id, scheduler)),
    ])
}

fn written(instruction: &Instruction) -> BTreeSet<Pubkey> {
    instruction
        .accounts
        .iter()
        .filter(|meta| meta.is_writable)
        .map(|meta| meta.pubkey)
        .collect()
}

/// Instructions that no booking's life needs: of the totals, of governance, of gifts by strangers.
const OUTSIDE: [&str; 5] = [
    "adjust",
    "fold_tne_day",
    "init_shard",
    "open_tne_day",
    "sweep_excess",
];

#[test]
fn every_instruction_of_the_program_is_looked_at() {
    let text = include_str!("../../../../idl/booking.json");
    let idl: serde_json::Value = serde_json::from_str(text).expect("the interface is JSON");
    let published: BTreeSet<&str> = idl["instructions"]
        .as_array()
        .expect("instructions")
        .iter()
        .map(|instruction| instruction["name"].as_str().expect("a name"))
        .collect();
    let (mint, scheduler) = (Pubkey::new_unique(), Pubkey::new_unique());
    let life = life(1, &mint, &scheduler);
    let listed = life.keys().copied().chain(OUTSIDE).collect();
    assert_eq!(published, listed);
}

#[test]
fn nothing_that_all_bookings_share_is_written() {
    let (mint, scheduler) = (Pubkey::new_unique(), Pubkey::new_unique());
    let shard = |nonce: u8| Booking::shard(&addresses::booking::booking(&[nonce; 16]));
    let other = (2..100)
        .find(|nonce| shard(*nonce) != shard(1))
        .expect("another shard");
    let (first, second) = (life(1, &mint, &scheduler), life(other, &mint, &scheduler));
    let (fee_vault, epoch) = (addresses::ide::fee_usdc(), addresses::ide::epoch(DAY));
    for (name, instruction) in &first {
        let shared: BTreeSet<Pubkey> = written(instruction)
            .intersection(&written(&second[name]))
            .copied()
            .collect();
        let allowed: &[Pubkey] = match *name {
            "earn" | "settle" => &[fee_vault, epoch],
            // the scheduler's own wallet pays the rent of its quotes and replacement lines
            "create_quote" | "quote_extension" | "failover" | "close_quote" => {
                std::slice::from_ref(&scheduler)
            }
            _ => &[],
        };
        println!(
            "{name}: {} written, {} shared",
            written(instruction).len(),
            shared.len()
        );
        assert_eq!(
            shared,
            allowed.iter().copied().collect(),
            "{name} writes what all bookings share"
        );
    }
}
