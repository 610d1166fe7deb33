//! `open_stake`.

use anchor_lang::error::ErrorCode;
use ion_client::{addresses::staking as addr, instructions::staking as ix};
use ion_program_tests::{expect_error, expect_framework_error};
use solana_signer::Signer;
use staking::{error::StakingError, events::StakeOpened, state::shard_of};

use crate::stage::{Stage, foreign_copy, register, swap, unsigned};

#[test]
fn opened_stake_is_empty_and_records_its_payer() {
    let stage = Stage::new();
    let (owner, device) = (stage.owner.pubkey(), stage.device.device);
    let book = stage.book();
    assert_eq!((book.version, book.device, book.payer), (1, device, owner));
    assert_eq!(book.shard, shard_of(&device));
    assert!(!book.is_bound() && !book.has_open_offer());
    assert_eq!(
        book.ledger()
            .expect("reads")
            .principal()
            .expect("adds up")
            .base_units(),
        0
    );
    assert_eq!(book.event_seq, 1);
    let vault = stage.world.raw(&stage.vault());
    let vault =
        ion_client::accounts::decode_token(&stage.vault(), &vault).expect("a token account");
    assert_eq!(
        (vault.mint, vault.owner, vault.amount),
        (stage.mint(), stage.stake_key(), 0)
    );
    assert!(vault.delegate.is_none() && vault.close_authority.is_none());
}

#[test]
fn stake_opened_by_a_stranger_belongs_to_nobody() {
    let stage = Stage::new();
    let device = {
        let fresh = register_without_stake(&stage);
        let record = stage
            .send(
                &stage.other,
                ix::open_stake(&stage.other.pubkey(), &stage.mint(), &fresh),
            )
            .expect("opens");
        let event: StakeOpened = stage.world.event(staking::ID, &record);
        let key = addr::device_stake(&fresh);
        assert_eq!(
            (event.stake, event.device, event.vault),
            (key, fresh, addr::vault(&key))
        );
        assert_eq!(
            (event.payer, event.seq, event.at),
            (stage.other.pubkey(), 1, stage.world.now())
        );
        fresh
    };
    let book: staking::state::DeviceStake = stage.world.get(&addr::device_stake(&device));
    assert_eq!(book.payer, stage.other.pubkey());
    assert!(!book.is_bound());
}

/// A registered device whose stake account is not open.
pub fn register_without_stake(stage: &Stage) -> solana_pubkey::Pubkey {
    use ion_client::{addresses, instructions::registry as reg};
    let key = solana_keypair::Keypair::new();
    let owner = stage.owner.pubkey();
    let args = registry::RegisterDeviceArgs {
        qty: 1,
        payout_wallet: owner,
        ask_usd_micros: 1,
        open_until: 0,
    };
    let ix = reg::register_device(&owner, &owner, &key.pubkey(), crate::stage::CLASS, args);
    stage
        .world
        .send(&stage.owner, &[&key], &[ix])
        .expect("registers");
    addresses::registry::device(&key.pubkey())
}

#[test]
fn stake_opens_once_and_only_with_the_io_mint_and_a_real_device() {
    let stage = Stage::new();
    let payer = stage.other.pubkey();
    let second = ix::open_stake(&payer, &stage.mint(), &stage.device.device);
    expect_error(stage.send(&stage.other, second), staking::ID, 0_u32, 0); // system program: in use

    let fresh = register_without_stake(&stage);
    let open = ix::open_stake(&payer, &stage.mint(), &fresh);
    let usdc = swap(&open, &stage.mint(), &stage.world.plan.usdc_mint);
    expect_error(
        stage.send(&stage.other, usdc),
        staking::ID,
        StakingError::WrongMint,
        0,
    );
    let copy = foreign_copy(&stage.world, &fresh);
    let fake = ix::open_stake(&payer, &stage.mint(), &copy);
    expect_framework_error(
        stage.send(&stage.other, fake),
        staking::ID,
        ErrorCode::AccountOwnedByWrongProgram,
        0,
    );
    let silent = unsigned(&open, &payer);
    expect_framework_error(
        stage.crank(silent),
        staking::ID,
        ErrorCode::AccountNotSigner,
        0,
    );
}

#[test]
fn pre_funded_addresses_do_not_keep_a_stake_from_opening() {
    let stage = Stage::new();
    let fresh = register_without_stake(&stage);
    let key = addr::device_stake(&fresh);
    for address in [key, addr::vault(&key)] {
        stage.world.fund(&address);
    }
    stage
        .send(
            &stage.owner,
            ix::open_stake(&stage.owner.pubkey(), &stage.mint(), &fresh),
        )
        .expect("opens");
    let _ = register(&stage.world, &stage.owner);
}
