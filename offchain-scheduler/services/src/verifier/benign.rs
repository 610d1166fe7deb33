//! Refusals that mean that nothing is left to do, and those that mean "later".

use ion_chain::{Benign, Order};

/// Refusals that close a row: another verifier was faster, or the same is wanted again under a later
/// period anyway.
pub fn benign() -> Benign {
    use ::rewards::error::RewardsError as W;
    use booking::error::BookingError as B;
    use ide::error::IdeError as I;
    use registry::error::RegistryError as R;
    /// System program: the account exists.
    const EXISTS: u32 = 0;
    /// Anchor: the account is gone.
    const GONE: u32 = 3_012;
    Benign::default()
        .add("open_poll", EXISTS)
        .add("open_epoch", EXISTS)
        .add("open_tne_day", EXISTS)
        .add("fold_tne_day", B::ShardFolded.into())
        .add("open_poll", R::PollAttested.into())
        .add("release_block", EXISTS)
        .add("release_block", W::WrongHour.into())
        .add("complete_block", W::BlockNotProcessing.into())
        .add("complete_block", W::WrongHour.into())
        .add("fail_block", W::BlockNotProcessing.into())
        .add("fail_block", W::SummaryAttested.into())
        .add("accept_root", W::SeqNotNewer.into())
        .add("accept_root", W::ThroughNotNewer.into())
        .add("end_epoch", I::EpochNotAccruing.into())
        .add("accept_epoch_report", I::EpochNotEnded.into())
        .add("apply_epoch_rows", I::NoRowsExpected.into())
        .add("apply_epoch_rows", I::RowHash.into())
        .add("apply_epoch_rows", I::RowCount.into())
        .add("void_epoch_report", I::EpochNotEnded.into())
        .add("void_epoch_report", I::WrongReport.into())
        .add("seal_epoch", I::SealOutOfOrder.into())
        .add("seal_epoch", I::OracleUnusable.into())
        .add("open_auction", EXISTS)
        .add("open_auction", I::AuctionRunning.into())
        .add("open_auction", I::AuctionTooSoon.into())
        .add("open_auction", I::NothingToAuction.into())
        .add("open_auction", I::Paused.into())
        .add("end_auction", I::AuctionEnded.into())
        .add("accept_payout_root", I::RootSeqNotNewer.into())
        .add("accept_payout_root", I::RootThroughNotNewer.into())
        .add("vote_report", R::PollAttested.into())
        .add("vote_report", R::VoteUnchanged.into())
        .add("apply_device_leaf", R::LeafNotNewer.into())
        .add("apply_work_leaf", EXISTS)
        .add("apply_work_leaf", B::WrongRecord.into())
        .add("apply_work_leaf", GONE)
        .add("end", B::WrongState.into())
        .add("end", GONE)
        .add("expire", B::WrongState.into())
        .add("expire", GONE)
        .add("cancel_unstarted", B::WrongState.into())
        .add("cancel_unstarted", GONE)
        .add("earn", B::AlreadyEarned.into())
        .add("earn", GONE)
        .add("earn", B::PayUndeliverable.into())
        .add("settle", B::WrongState.into())
        .add("settle", GONE)
        .add("pull_refund", B::NothingToPull.into())
        .add("pull_refund", GONE)
        .add_kind("close_poll")
        .add_kind("close_record")
        .add_kind("close")
        .add_kind("close_block")
        .add_kind("advance_exit")
        .add_kind("finalize_case")
        .add_kind("refresh_stake")
        .add_kind("close_offer")
        .add_kind("withdraw_position")
        .add_kind("close_position")
        .add_kind("restore_leg")
        .add_kind("burn_forfeited")
        .add_kind("prove_leaf")
        .add_kind("pay_renter")
        .add_kind("pull_pay_due")
        .add_kind("close_action")
        .add_kind("close_exemption")
        .add_kind("sweep_stake")
        .add_kind("sweep_case")
        .add_kind("sweep_escrow")
        .add_kind("sweep_distribution")
        .add_kind("sweep_engine")
        .add_kind("fail_line")
        .add("report_fault", B::FaultSeqUsed.into())
        .add("report_fault", B::WrongState.into())
        .add("report_fault", GONE)
        .add("price_record", B::AlreadyPriced.into())
        .add("price_record", B::OracleUnusable.into())
        .add("price_record", GONE)
}

/// Refusals of rows that come too early: the program ends hours in order, and a row for a later one
/// waits in the outbox for those before it.
pub fn order() -> Order {
    use ::rewards::error::RewardsError as W;
    Order::default()
        .add("fail_block", W::EarlierBlockOpen.into())
        .add("complete_block", W::EarlierBlockOpen.into())
}
