//! Stake, offers and co-stakers.

use ion_client::instructions::staking as stk;
use ion_economics::units::DAY;
use ion_program_tests::staking_stage::{
    CO_CAP, COOLDOWN, REQUIRED, Stage, WAIT, io, register_only,
};
use solana_signer::Signer;

use crate::{
    measure::{Sample, samples},
    tries::Known,
};

/// Stake, offers, one co-staker from offer to payout.
pub fn staking_alone() -> Vec<Sample> {
    let stage = Stage::new();
    let (owner, co) = (stage.owner.pubkey(), stage.co.pubkey());
    let fresh = register_only(&stage.world, &stage.owner);
    let open = stk::open_stake(&owner, &stage.mint(), &fresh);
    stage.send(&stage.owner, open).expect("opens");
    stage.stake(REQUIRED).expect("stakes");
    stage.offer(CO_CAP, 4_000).expect("offers");
    stage.accept(&stage.co, 1, CO_CAP, 4_000).expect("accepts");
    stage.overflow(CO_CAP).expect("takes");
    stage.world.warp(40 * DAY);
    stage.stake(io(1)).expect("tops up");
    stage.overflow(io(1)).expect("takes on another day");
    stage.co_unstake(&stage.co, 1).expect("leaves");
    stage.world.warp(WAIT);
    stage.advance(1).expect("advances");
    stage.refresh().expect("refreshes");
    stage.world.warp(COOLDOWN);
    stage.pay_out(&co, 1).expect("pays out");
    stage.close_position(&co, 1).expect("closes");
    stage.stake(CO_CAP).expect("covers");
    stage.offer(CO_CAP, 4_000).expect("offers");
    stage.retract(2).expect("retracts");
    stage.offer(CO_CAP, 4_000).expect("offers");
    stage.world.warp(31 * DAY);
    stage.close_offer(3).expect("closes an expired offer");
    samples(&stage.world, 1, &Known::default())
}

/// The exits with all four slots taken.
pub fn staking_exits() -> Vec<Sample> {
    let stage = Stage::staked(REQUIRED);
    for (wallet, seq) in [
        (&stage.co, 1),
        (&stage.co, 2),
        (&stage.other, 3),
        (&stage.other, 4),
    ] {
        stage.offer(CO_CAP, 4_000).expect("offers");
        stage.accept(wallet, seq, CO_CAP, 4_000).expect("accepts");
        if seq < 4 {
            stage.co_unstake(wallet, seq).expect("leaves");
        }
    }
    stage.begin_unstake().expect("leaves");
    stage.world.warp(COOLDOWN + WAIT);
    stage.refresh().expect("refreshes");
    stage.withdraw().expect("withdraws");
    for (wallet, seq) in [
        (&stage.co, 1),
        (&stage.co, 2),
        (&stage.other, 3),
        (&stage.other, 4),
    ] {
        stage.pay_out(&wallet.pubkey(), seq).expect("pays out");
    }
    samples(&stage.world, 1, &Known::default())
}

/// A refresh that finds four passed waits and a device short of its requirement.
pub fn waits_refreshed() -> Vec<Sample> {
    let stage = Stage::staked(REQUIRED);
    for (wallet, seq) in [
        (&stage.co, 1),
        (&stage.co, 2),
        (&stage.other, 3),
        (&stage.other, 4),
    ] {
        stage.offer(CO_CAP, 4_000).expect("offers");
        stage.accept(wallet, seq, CO_CAP, 4_000).expect("accepts");
        stage.co_unstake(wallet, seq).expect("leaves");
        stage.world.warp(60);
    }
    stage.edit_book(|book| book.active_io -= 1);
    stage.world.warp(WAIT);
    stage.refresh().expect("refreshes");
    samples(&stage.world, 1, &Known::default())
}
