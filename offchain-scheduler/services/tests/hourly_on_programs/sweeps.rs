//! Tokens that strangers sent to vaults.

use anchor_spl::token::spl_token::instruction::transfer;
use ide::state::Vaults;
use ion_client::{addresses, instructions::ide as ide_ix};
use ion_program_tests::{
    World, booking_stage,
    staking_stage::{REQUIRED, Stage},
};
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::{
    desk::{DAY, Desk, HOUR},
    machine::Staged,
};

/// Start of the next hour in which an address has its turn.
fn turn_of(key: &Pubkey, now: i64) -> i64 {
    let [.., high, low] = key.to_bytes();
    let wanted = i64::from(u16::from_be_bytes([high, low])) % 24;
    let next = now.div_euclid(HOUR) + 1;
    (next..next + 24).find(|hour| hour % 24 == wanted).unwrap() * HOUR
}

/// The treasury sends IO to an account.
fn give(world: &World, to: &Pubkey, amount_io: u64) {
    let from = anchor_spl::associated_token::get_associated_token_address(
        &world.treasury.pubkey(),
        &world.plan.io_mint,
    );
    let owner = world.treasury.pubkey();
    let gift = transfer(&anchor_spl::token::ID, &from, to, &owner, &[], amount_io).unwrap();
    world.send(&world.treasury, &[], &[gift]).unwrap();
}

/// Sweeps the vault in the hour of `turn` and looks that the reward vault got `amount_io`.
async fn swept<S: Staged>(
    desk: &mut Desk<S>,
    kind: &'static str,
    vault: &Pubkey,
    turn: &Pubkey,
    amount_io: u64,
) {
    let at = desk.world(|world| turn_of(turn, world.now()));
    let reward_vault = addresses::ide::reward_vault();
    desk.world(|world| world.set_time(at - 1));
    desk.pass().await;
    assert_eq!(desk.state(kind, vault).await, None, "not its hour");
    let before = desk.world(|world| world.token(&reward_vault));
    desk.pass_after(1).await;
    desk.assert_landed_once(kind, vault).await;
    let after = desk.world(|world| world.token(&reward_vault));
    assert_eq!(after - before, amount_io);
    desk.pass_after(DAY).await;
    assert_eq!(desk.state(kind, vault).await, None, "nothing is left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn vaults_of_devices_and_cases_are_swept() {
    let stage = Stage::staked(REQUIRED);
    stage.world.warp(HOUR);
    let charge = stage.outage(stage.world.now() - 600);
    stage.propose(&charge).unwrap();
    let (device, vault) = (stage.device.device, stage.vault());
    let case = stage.case_key(&charge);
    stage.donate(700);
    let mut desk = Desk::new(stage).await;
    swept(&mut desk, "sweep_stake", &vault, &device, 700).await;
    // One after the other: both may have the same hour.
    let vault = case.vault();
    desk.world(|world| give(world, &vault, 900));
    swept(&mut desk, "sweep_case", &vault, &case.address(), 900).await;
    let has_gift =
        |stage: &Stage| stage.world.token(&vault) > stage.case(&charge).vault_io().unwrap();
    assert!(!desk.chain.with(has_gift));
    desk.chain.with(|stage| stage.assert_true_case(&charge));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn vault_of_the_schedule_is_swept() {
    let world = World::new();
    let vault = addresses::rewards::distribution();
    give(&world, &vault, 500);
    let mut desk = Desk::new(world).await;
    swept(&mut desk, "sweep_distribution", &vault, &vault, 500).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn vaults_of_the_engine_are_swept_while_all_unsealed_days_are_open() {
    let world = World::new();
    let vault = addresses::ide::pay_io();
    give(&world, &vault, 400);
    let first = world.get::<Vaults>(&addresses::ide::vaults()).first_day;
    let at = turn_of(&vault, world.now());
    let mut desk = Desk::new(world).await;
    desk.world(|world| world.set_time(at));
    desk.pass().await;
    assert_eq!(desk.state("sweep_engine", vault).await, None, "no epochs");
    let last = u64::try_from(at.div_euclid(DAY)).unwrap() + 1;
    desk.world(|world| {
        let by = world.authority.pubkey();
        for day in first..=last {
            if !world.exists(&addresses::ide::epoch(day)) {
                let open = ide_ix::open_epoch(&by, day);
                world.send(&world.authority, &[], &[open]).unwrap();
            }
        }
    });
    let reward_vault = addresses::ide::reward_vault();
    let before = desk.world(|world| world.token(&reward_vault));
    desk.pass().await;
    desk.assert_landed_once("sweep_engine", vault).await;
    let after = desk.world(|world| world.token(&reward_vault));
    assert_eq!(after - before, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dust_is_left_and_gifts_to_an_escrow_are_swept() {
    let stage = booking_stage::Stage::running();
    let (key, escrow) = (stage.key(), stage.escrow());
    let held = stage.world.token(&escrow);
    let give = move |world: &World, amount: u64| {
        let mut account = world.raw(&escrow);
        account.data[64..72].copy_from_slice(&(held + amount).to_le_bytes());
        world.put(&escrow, account);
    };
    give(&stage.world, 99);
    let mut desk = Desk::with(stage, |settings| settings.cranks.sweep_min_usdc = 100).await;
    let at = desk.world(|world| turn_of(&key, world.now()));
    desk.world(|world| world.set_time(at));
    desk.pass().await;
    assert_eq!(desk.state("sweep_escrow", escrow).await, None, "dust");
    desk.world(|world| give(world, 100));
    let vault = addresses::ide::fee_usdc();
    let before = desk.world(|world| world.token(&vault));
    desk.pass().await;
    desk.assert_landed_once("sweep_escrow", escrow).await;
    assert_eq!(desk.world(|world| world.token(&vault)), before + 100);
}
