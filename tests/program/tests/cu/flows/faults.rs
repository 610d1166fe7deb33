//! Flows of faults, replacements and groups.

use ion_client::instructions::booking as book;
use ion_program_tests::booking_stage::Stage;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::{
    measure::{Sample, samples},
    tries::Known,
};

const FAILOVER: u8 = 2;

fn known(stage: &Stage, ids: Vec<[u8; 16]>) -> Known {
    Known {
        ids,
        wallets: vec![stage.payout.pubkey(), stage.payer.pubkey()],
        mints: vec![stage.world.plan.io_mint, stage.world.plan.usdc_mint],
    }
}

/// One line fails, is replaced, and its replacement fails.
pub fn one_line() -> Vec<Sample> {
    let (stage, spares) = Stage::running_with(1, 1, FAILOVER);
    stage.world.warp(3_000);
    stage.fault(0, 45, 45, 0).expect("a fault");
    let failover = stage.failover_ix(0, &spares[0]);
    stage
        .send(&stage.world.scheduler, failover)
        .expect("replaces");
    stage.world.warp(1_200);
    stage.fault(1, 60, 10, 0).expect("a fault");
    stage.crank(stage.fail_all_ix(1)).expect_err("in its grace");
    stage.world.warp(600);
    stage.crank(stage.fail_all_ix(1)).expect("fails");
    samples(&stage.world, 1, &known(&stage, vec![stage.id]))
}

/// One of eight lines fails, then the head line and all with it.
pub fn eight_lines() -> Vec<Sample> {
    let (stage, _) = Stage::running_with(8, 0, 0);
    stage.world.warp(3_000);
    stage.fault(5, 45, 45, 0).expect("a fault");
    stage.crank(stage.fail_ix(5)).expect("fails");
    stage.fault(0, 45, 45, 0).expect("a fault");
    stage.crank(stage.fail_all_ix(0)).expect("fails");
    samples(&stage.world, 8, &known(&stage, vec![stage.id]))
}

/// A line of seven is replaced: the booking has eight.
pub fn eighth_slot() -> Vec<Sample> {
    let (stage, spares) = Stage::running_with(7, 1, FAILOVER);
    stage.world.warp(3_000);
    stage.fault(3, 45, 45, 0).expect("a fault");
    let failover = stage.failover_ix(3, &spares[0]);
    stage
        .send(&stage.world.scheduler, failover)
        .expect("replaces");
    samples(&stage.world, 8, &known(&stage, vec![stage.id]))
}

/// A group of two bookings of four lines.
pub fn group() -> Vec<Sample> {
    let mut stage = Stage::with_devices(8);
    let halves = [stage.devices.split_off(4), stage.devices.clone()];
    let mut ids = Vec::new();
    let mut bookings: Vec<(Pubkey, u32)> = Vec::new();
    for (half, nonce) in halves.into_iter().zip(31..) {
        stage.devices = half;
        stage.id = stage.fresh_id(nonce);
        ids.push(stage.id);
        let mut args = stage.quote_args();
        args.group[15] = 2;
        stage
            .send(&stage.world.scheduler, stage.quote_ix(args))
            .expect("quotes");
        stage.book();
        stage.pay_all();
        stage.lock_all();
        bookings.push((stage.key(), stage.booking().op_seq));
    }
    let start = book::start_group(&stage.world.scheduler.pubkey(), &bookings);
    stage
        .send(&stage.world.scheduler, start)
        .expect("starts the group");
    samples(&stage.world, 8, &known(&stage, ids))
}
