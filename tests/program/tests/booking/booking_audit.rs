//! A booking recomputed from its events, beside its account.

use ion_client::{
    audit::{self, BookingTerms, Figure},
    instructions::registry as reg,
};
use ion_economics::units::DAY;
use registry::UpdateDeviceArgs;
use solana_signer::Signer;

use crate::stage::{ASK, Stage};

#[track_caller]
fn proven(stage: &Stage) {
    let terms = BookingTerms::published(stage.currency);
    let figures: Vec<Figure> =
        audit::audit_booking(&stage.world.chain, &stage.id, &terms).expect("the events fit");
    for figure in &figures {
        assert!(figure.is_equal(), "{figure:?}");
    }
}

fn set_ask(stage: &Stage, ask: u64) {
    let args = UpdateDeviceArgs {
        payout_wallet: None,
        ask_usd_micros: Some(ask),
        open_until: None,
    };
    let update = reg::update_device(&stage.owner.pubkey(), &stage.devices[0], None, args);
    stage.send(&stage.owner, update).unwrap();
}

#[test]
fn extended_and_ruled_booking_is_recomputed_at_every_step() {
    let stage = Stage::running();
    set_ask(&stage, 2 * ASK);
    stage.extend(7, 1_440);
    proven(&stage);
    stage.world.warp(DAY);
    stage.record(0, false, &[1_400]).unwrap();
    stage.challenge(0);
    stage.rule(0, &[700]);
    proven(&stage);
    stage.world.warp(2 * DAY - 3_600);
    stage.send(&stage.renter, stage.terminate_ix()).unwrap();
    stage.record(1, false, &[2_800]).unwrap();
    stage.record(2, true, &[4_100]).unwrap();
    proven(&stage);
    stage.crank(stage.refund_ix()).unwrap();
    stage.world.warp(DAY + 1);
    stage.open_epoch();
    for seq in 0..3 {
        stage.crank(stage.earn_ix(seq, 0)).unwrap();
        proven(&stage);
    }
    stage.crank(stage.settle_ix()).unwrap();
    proven(&stage);
}

#[test]
fn fees_that_waited_for_a_frozen_vault_are_recomputed() {
    let stage = Stage::earnable();
    let vault = stage.fee_vault();
    let open = stage.world.raw(&vault);
    let mut frozen = open.clone();
    frozen.data[108] = 2;
    stage.world.put(&vault, frozen);
    stage.crank(stage.earn_ix(0, 0)).unwrap();
    proven(&stage);
    stage.world.put(&vault, open);
    stage.crank(stage.earn_ix(1, 0)).unwrap();
    proven(&stage);
    stage.crank(stage.settle_ix()).unwrap();
    proven(&stage);
}
