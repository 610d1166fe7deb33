//! The exemption admin's key: fifty devices of eight processors, a day later, for a month, from minor
//! rules, and the guardian cancels them before.

use ion_client::{addresses::registry as addresses, instructions::registry as ix};
use ion_economics::{
    exemption::{ALL, GOVERNANCE_ONLY},
    params::registry::{EXEMPTION_CAP, EXEMPTION_DELAY, EXEMPTION_MAX, EXEMPTION_MAX_QTY},
};
use ion_program_tests::{World, expect_error, flows::H100};
use registry::{
    GrantExemptionArgs,
    error::RegistryError,
    state::{Config, Exemption},
};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::*;

fn grant(
    world: &World,
    by: &Keypair,
    device: &Pubkey,
    flags: u32,
) -> Result<(), ion_client::send::SendError> {
    let args = GrantExemptionArgs {
        flags,
        window_seconds: EXEMPTION_MAX.default,
        reason_hash: [1; 32],
    };
    send(
        world,
        by,
        ix::grant_exemption(&by.pubkey(), &by.pubkey(), device, args),
    )
    .map(|_| ())
}

#[test]
fn a_thief_exempts_fifty_small_devices_from_minor_rules_a_day_later() {
    let world = World::new();
    let thief = key(&world, "exemption-admin");
    let qty = u8::try_from(EXEMPTION_MAX_QTY.default).expect("a small number");
    let devices: Vec<Pubkey> = (0..=EXEMPTION_CAP.default)
        .map(|_| world.register(H100, qty, 1, 0).key)
        .collect();
    let minor = ALL & !GOVERNANCE_ONLY;
    let (last, first) = devices.split_last().expect("fifty-one devices");
    for device in first {
        grant(&world, &thief, device, minor).expect("within the limits");
    }
    expect_error(
        grant(&world, &thief, last, minor),
        registry::ID,
        RegistryError::ExemptionCapReached,
        0,
    );
    let config: Config = world.get(&addresses::config());
    assert_eq!(i64::from(config.live_exemptions), EXEMPTION_CAP.default);
    for device in first {
        let account: Exemption = world.get(&addresses::exemption(device));
        assert_eq!(account.flags & GOVERNANCE_ONLY, 0);
        assert_eq!(
            account.starts_at,
            account.granted_at + EXEMPTION_DELAY.default
        );
        assert_eq!(account.ends_at, account.starts_at + EXEMPTION_MAX.default);
        let guardian = &world.guardian;
        let cancel = ix::cancel_exemption(&guardian.pubkey(), device);
        send(&world, guardian, cancel).expect("the guardian cancels before the start");
    }
    let config: Config = world.get(&addresses::config());
    assert_eq!(config.live_exemptions, 0);
}

#[test]
fn a_thief_grants_no_larger_device_and_no_flag_of_governance() {
    let world = World::new();
    let thief = key(&world, "exemption-admin");
    let qty = u8::try_from(EXEMPTION_MAX_QTY.default + 1).expect("a small number");
    let large = world.register(H100, qty, 1, 0).key;
    expect_error(
        grant(&world, &thief, &large, 1),
        registry::ID,
        RegistryError::ExemptionTooLarge,
        0,
    );
    let small = world.register(H100, 1, 1, 0).key;
    for bit in 0..32 {
        let flag = 1_u32 << bit;
        let expected = if flag & ALL == 0 {
            RegistryError::InvalidExemptionFlags
        } else if flag & GOVERNANCE_ONLY != 0 {
            RegistryError::ExemptionFlagReserved
        } else {
            continue;
        };
        world.warp(1);
        expect_error(
            grant(&world, &thief, &small, flag),
            registry::ID,
            expected,
            0,
        );
    }
    let cancel = ix::cancel_exemption(&thief.pubkey(), &small);
    grant(&world, &thief, &small, 1).expect("a lawful one");
    expect_error(
        send(&world, &thief, cancel),
        registry::ID,
        RegistryError::NotGovernanceOrGuardian,
        0,
    );
}
