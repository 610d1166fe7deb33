//! Seed collision: no two accounts of any kind share an address.

use std::collections::BTreeMap;

use ion_client::addresses::{booking, ide, registry, rewards, staking};
use ion_merkle::report::ReportKind;
use rand::{Rng, SeedableRng, rngs::StdRng};
use solana_pubkey::Pubkey;

/// Rounds of random inputs.
const ROUNDS: u64 = 24;

#[test]
fn distinct_inputs_have_distinct_addresses() {
    let mut random = StdRng::seed_from_u64(4);
    let mut seen: BTreeMap<Pubkey, String> = BTreeMap::new();
    let mut note = |name: String, address: Pubkey| {
        let other = seen.insert(address, name.clone());
        assert_eq!(other, None, "{name} has the address of another account");
    };
    note("config".into(), registry::config());
    note("roles".into(), registry::roles());
    note("verifiers".into(), registry::verifier_set());
    note("emission".into(), rewards::emission());
    note("distribution".into(), rewards::distribution());
    note("reward roots".into(), rewards::roots());
    note("engine".into(), ide::engine());
    note("vaults".into(), ide::vaults());
    note("payout roots".into(), ide::roots());
    for round in 0..ROUNDS {
        // Small numbers and numbers whose bytes are those of others: the shapes in which seeds collide.
        let number = match round % 3 {
            0 => round,
            1 => round << 8,
            _ => random.r#gen(),
        };
        let (class, part) = (round as u16, (round << 4) as u16);
        let (a, b): ([u8; 32], [u8; 32]) = (random.r#gen(), random.r#gen());
        let (a, b) = (Pubkey::new_from_array(a), Pubkey::new_from_array(b));
        let id: [u8; 16] = random.r#gen();
        let offence: [u8; 32] = random.r#gen();
        let of = |what: &str| format!("{what} of round {round}");
        note(of("action"), registry::action(number));
        note(of("class"), registry::class(class));
        note(of("device"), registry::device(&a));
        note(of("exemption"), registry::exemption(&a));
        for kind in [ReportKind::DeviceReport, ReportKind::WorkReport] {
            note(
                of(&format!("poll {kind:?}")),
                registry::poll(kind, &a, number),
            );
        }
        note(of("stake"), staking::device_stake(&a));
        note(of("stake vault"), staking::vault(&a));
        note(of("offer"), staking::offer(&a, number));
        note(of("position"), staking::co_position(&a, number));
        note(of("co-staker"), staking::co_staker(&a));
        note(of("case"), staking::case(&a, &offence, part));
        note(of("case vault"), staking::case_vault(&a));
        note(of("block"), rewards::block(number));
        note(of("claim"), rewards::claim_record(&a, &b));
        note(
            of("claim of the pair reversed"),
            rewards::claim_record(&b, &a),
        );
        note(of("payout"), ide::claim(&a, &b));
        note(of("payout of the pair reversed"), ide::claim(&b, &a));
        note(of("epoch"), ide::epoch(number));
        note(of("rates"), ide::rates(class));
        note(of("auction"), ide::auction(number));
        note(of("quote"), booking::quote(&id));
        note(of("booking"), booking::booking(&id));
        note(of("escrow"), booking::escrow(&a));
        note(of("work record"), booking::work_record(&a, round as u32));
        note(of("day of totals"), booking::tne_day(number));
    }
}
