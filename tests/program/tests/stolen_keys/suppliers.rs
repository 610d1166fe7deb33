//! The keys of a supplier: the device key signs nothing on chain but its own replacement's arrival,
//! and the owner's wallet reaches its own device alone.

use ion_client::instructions::registry as ix;
use ion_program_tests::{World, expect_error, flows::H100};
use registry::{UpdateDeviceArgs, error::RegistryError, state::Device};
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::stage::*;

fn change(wallet: Option<solana_pubkey::Pubkey>) -> UpdateDeviceArgs {
    UpdateDeviceArgs {
        payout_wallet: wallet,
        ask_usd_micros: None,
        open_until: None,
    }
}

#[test]
fn a_stolen_device_key_changes_nothing_and_is_replaced_by_the_owner() {
    let world = World::new();
    let device = world.register(H100, 1, 1, 0);
    let thief = &device.device_key;
    world.fund(&thief.pubkey());
    for instruction in [
        ix::update_device(
            &thief.pubkey(),
            &device.key,
            None,
            change(Some(thief.pubkey())),
        ),
        ix::pause_device(&thief.pubkey(), &device.key),
        ix::terminate_device(&thief.pubkey(), &device.key),
    ] {
        expect_error(
            send(&world, thief, instruction),
            registry::ID,
            RegistryError::NotDeviceOwner,
            0,
        );
    }
    let heir = Keypair::new();
    let owner = device.owner.pubkey();
    let replace = ix::update_device(&owner, &device.key, Some(heir.pubkey()), change(None));
    world
        .send(&device.owner, &[&heir], &[replace])
        .expect("the owner replaces it");
    assert_eq!(world.get::<Device>(&device.key).device_key, heir.pubkey());
}

#[test]
fn a_stolen_owner_wallet_redirects_its_own_earnings_and_no_other_device() {
    let world = World::new();
    let (stolen, other) = (world.register(H100, 1, 1, 0), world.register(H100, 1, 1, 0));
    let thief = stranger(&world).pubkey();
    let owner = stolen.owner.pubkey();
    let redirect = ix::update_device(&owner, &stolen.key, None, change(Some(thief)));
    send(&world, &stolen.owner, redirect).expect("it is the owner's key");
    assert_eq!(world.get::<Device>(&stolen.key).payout_wallet, thief);
    let redirect = ix::update_device(&owner, &other.key, None, change(Some(thief)));
    expect_error(
        send(&world, &stolen.owner, redirect),
        registry::ID,
        RegistryError::NotDeviceOwner,
        0,
    );
    let account: Device = world.get(&stolen.key);
    assert_eq!(
        (account.owner, account.id),
        (owner, stolen.device_key.pubkey())
    );
}
