//! Bookings with faults and replacements, recomputed from their events.

use ion_client::{
    audit::{self, BookingTerms},
    instructions::booking as ix,
};
use ion_economics::units::DAY;
use solana_signer::Signer;

use crate::stage::Stage;

const FAILOVER: u8 = 2;

#[track_caller]
fn proven(stage: &Stage) {
    let terms = BookingTerms::published(stage.currency);
    let figures =
        audit::audit_booking(&stage.world.chain, &stage.id, &terms).expect("the events fit");
    for figure in &figures {
        assert!(figure.is_equal(), "{figure:?}");
    }
}

#[test]
fn replaced_and_failed_lines_are_recomputed_at_every_step() {
    let (stage, spares) = Stage::running_with(2, 1, FAILOVER);
    stage.world.warp(47 * 60 + 11);
    stage.fault(0, 40, 40, 0).unwrap();
    proven(&stage);
    stage
        .send(&stage.world.scheduler, stage.failover_ix(0, &spares[0]))
        .unwrap();
    proven(&stage);
    stage.crank(stage.refund_ix()).unwrap();
    stage.world.warp(DAY);
    stage.record(0, false, &[40, 1_430, 1_300]).unwrap();
    proven(&stage);
    stage.fault(1, 1_480, 1_470, 1_430).unwrap();
    stage.world.warp(601);
    stage.crank(stage.fail_ix(1)).unwrap();
    proven(&stage);
    stage.world.warp(DAY);
    stage.crank(stage.end_hired_ix()).unwrap();
    stage.record(1, true, &[40, 1_430, 2_700]).unwrap();
    proven(&stage);
    stage.crank(stage.refund_ix()).unwrap();
    stage.earn_all_and_settle();
    proven(&stage);
}

#[test]
fn head_fault_and_silence_are_recomputed() {
    let (stage, _) = Stage::running_with(2, 0, 0);
    stage.world.warp(47 * 60);
    stage.fault(0, 40, 40, 0).unwrap();
    stage.crank(stage.fail_all_ix(0)).unwrap();
    stage.record(0, true, &[40, 46]).unwrap();
    proven(&stage);
    stage.crank(stage.refund_ix()).unwrap();
    stage.earn_all_and_settle();
    proven(&stage);

    let (stage, _) = Stage::running_with(2, 0, 0);
    stage.world.warp(2_000 * 60 + 420);
    stage.fault(1, 2_000, 2_000, 1_440).unwrap();
    stage.crank(stage.fail_ix(1)).unwrap();
    stage.world.warp(880 * 60);
    stage.crank(stage.end_hired_ix()).unwrap();
    stage.world.warp(7 * DAY + 1);
    stage
        .crank(ix::end(&stage.world.authority.pubkey(), &stage.key(), &[]))
        .unwrap();
    proven(&stage);
    stage.crank(stage.refund_ix()).unwrap();
    stage.crank(stage.settle_ix_opened()).unwrap();
    proven(&stage);
}

#[test]
fn termination_while_a_line_is_failing_is_recomputed() {
    let (stage, _) = Stage::running_with(2, 0, FAILOVER);
    stage.world.warp(47 * 60);
    stage.fault(1, 40, 40, 0).unwrap();
    let terminate = ix::terminate(
        &stage.renter.pubkey(),
        &stage.key(),
        stage.booking().op_seq,
        &stage.hired(),
    );
    stage.send(&stage.renter, terminate).unwrap();
    proven(&stage);
    stage.record(0, true, &[47, 40]).unwrap();
    proven(&stage);
}
