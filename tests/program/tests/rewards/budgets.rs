//! Budgets that one number for the instruction does not say.

use ion_client::addresses;
use ion_program_tests::rewards_stage::Network;
use solana_pubkey::Pubkey;

/// Compute units of one further try for an address.
const PER_TRY: u64 = 1_500;

/// Units of the last release, with the block's address at bump 255.
fn release_units(network: &Network, hour: u64) -> u64 {
    let measured = network.world.measured();
    let last = measured
        .iter()
        .rfind(|one| one.instruction == "rewards.release_block")
        .expect("a release was measured");
    let (key, bump) = Pubkey::find_program_address(&[b"block", &hour.to_le_bytes()], &rewards::ID);
    assert_eq!(key, addresses::rewards::block(hour));
    last.compute_units - PER_TRY * u64::from(u8::MAX - bump)
}

#[test]
fn a_release_costs_at_most_35_000_and_in_mode_ide_40_000() {
    let network = Network::new();
    let first = network.emission().next_hour.next_multiple_of(24);
    network.switch(first);
    while network.emission().next_hour < first {
        let hour = network.release_next();
        let units = release_units(&network, hour);
        assert!(units <= 35_000, "hour {hour}: {units}");
    }
    network.open_epoch(first);
    for hour in first..first + 5 {
        network.after(hour);
        network.release(hour, true).expect("due");
        let units = release_units(&network, hour);
        assert!(units <= 40_000, "hour {hour}: {units}");
    }
}
