//! `open_auction`, `fill_auction`, `end_auction`, and what an attacker would try.

mod attacks;

use anchor_spl::associated_token::get_associated_token_address;
use ide::{
    error::IdeError,
    events::{AuctionEnded, AuctionFilled, AuctionOpened, U64Change},
    state::{AuctionState, LotKind},
};
use ion_client::{addresses, instructions::ide as ix};
use ion_economics::{
    params::ide as params,
    units::{IO_ONE, USDC_ONE},
};
use ion_program_tests::{expect_error, ide_stage::IdeStage};
use ion_test_oracle::PostedPrice;
use registry::state::PauseBit;
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::stage::{copy, foreign_copy, with_account, with_extra};

const LOT: u64 = 5_000 * USDC_ONE;

/// A stage with an open lot of 5,000 USDC and 1,000 more earmarked.
fn opened() -> IdeStage {
    let stage = IdeStage::with_earmark(LOT + 1_000 * USDC_ONE);
    stage.open_auction(LotKind::Burn).expect("opens");
    stage
}

fn refused(stage: &IdeStage, instruction: Instruction, error: IdeError) {
    expect_error(stage.send(&[], instruction), ide::ID, error, 0);
}

#[test]
fn open_takes_the_capped_lot_out_of_the_earmark() {
    let stage = IdeStage::with_earmark(LOT + 1_000 * USDC_ONE);
    let record = stage.open_auction(LotKind::Burn).expect("opens");
    let auction = stage.auction(1);
    let now = stage.world.now();
    assert_eq!((auction.seq, auction.state), (1, AuctionState::Open));
    assert_eq!((auction.lot_usdc, auction.remaining_usdc), (LOT, LOT));
    assert_eq!((auction.opened_at, auction.ends_at), (now, now + 3_600));
    assert_eq!((auction.start_bps, auction.end_bps), (-200, 100));
    let vaults = stage.vaults();
    assert_eq!(vaults.buyback_usdc, 1_000 * USDC_ONE);
    assert_eq!(vaults.lot_usdc, LOT);
    let engine = stage.engine();
    assert_eq!((engine.open_lot, engine.auction_seq), (1, 1));
    assert_eq!(engine.next_auction_at, now + 3_600);
    let event: AuctionOpened = stage.world.event(ide::ID, &record);
    assert_eq!((event.lot_usdc, event.kind), (LOT, 1));
    stage.assert_vaults_exact();
}

#[test]
fn open_while_one_runs_is_paused_or_has_nothing_is_refused() {
    let stage = opened();
    expect_error(
        stage.open_auction(LotKind::Burn),
        ide::ID,
        IdeError::AuctionRunning,
        0,
    );
    let empty = IdeStage::new();
    expect_error(
        empty.open_auction(LotKind::Burn),
        ide::ID,
        IdeError::NothingToAuction,
        0,
    );
    let by = empty.bank.pubkey();
    refused(
        &empty,
        ix::open_auction(&by, 2, LotKind::Burn),
        IdeError::AuctionRunning,
    );
    let stage = IdeStage::with_earmark(LOT);
    let good = ix::open_auction(&stage.bank.pubkey(), 1, LotKind::Burn);
    for (index, key, error) in [
        (1, addresses::registry::config(), IdeError::WrongConfig),
        (
            2,
            addresses::registry::params(&ide::ID),
            IdeError::WrongParams,
        ),
        (3, addresses::ide::vaults(), IdeError::WrongVaults),
        (4, addresses::ide::engine(), IdeError::WrongEngine),
    ] {
        let copied = copy(&stage.world, &key);
        refused(&stage, with_account(&good, index, copied), error);
    }
    refused(&stage, with_extra(&good), IdeError::UnexpectedAccounts);
    let guardian = stage.world.guardian.pubkey();
    let pause = ion_client::instructions::registry::pause(&guardian, PauseBit::Auction);
    stage
        .world
        .send(&stage.world.guardian, &[], &[pause])
        .expect("pauses");
    refused(&stage, good, IdeError::Paused);
}

#[test]
fn small_lot_opens_only_as_the_last_one() {
    let stage = IdeStage::with_earmark(LOT);
    stage.set_param(&params::AUCTION_CAP, 9 * USDC_ONE as i64);
    expect_error(
        stage.open_auction(LotKind::Burn),
        ide::ID,
        IdeError::NothingToAuction,
        0,
    );
    let stage = IdeStage::with_earmark(3);
    stage.open_auction(LotKind::Burn).expect("all that remains");
    assert_eq!(stage.auction(1).lot_usdc, 3);
}

/// However fast lots sell, the next one waits for the time of the last: a day sells at most one lot
/// per duration.
#[test]
fn sold_out_lot_does_not_bring_the_next_one_forward() {
    let stage = opened();
    stage.world.warp(1_800);
    let seller = stage.world.wallet(100_000 * IO_ONE, 0);
    stage.fill(&seller, u64::MAX, 0).expect("sells");
    assert_eq!(stage.auction(1).state, AuctionState::SoldOut);
    stage.send(&[], ix::end_auction(1)).expect("ends");
    expect_error(
        stage.open_auction(LotKind::Burn),
        ide::ID,
        IdeError::AuctionTooSoon,
        0,
    );
    stage.world.warp(1_799);
    expect_error(
        stage.open_auction(LotKind::Burn),
        ide::ID,
        IdeError::AuctionTooSoon,
        0,
    );
    stage.world.warp(1);
    stage.open_auction(LotKind::Burn).expect("opens");
    assert_eq!(stage.auction(2).lot_usdc, 1_000 * USDC_ONE);
}

#[test]
fn fill_burns_the_io_and_pays_the_published_bid() {
    let stage = opened();
    stage.world.warp(1_800);
    let seller = stage.world.wallet(20_000 * IO_ONE, 0);
    let supply = stage.supply();
    let record = stage
        .fill(&seller, 10_000 * IO_ONE, 1_489_560_000)
        .expect("fills");
    assert_eq!(stage.world.usdc_of(&seller.pubkey()), 1_489_560_000);
    assert_eq!(stage.world.io_of(&seller.pubkey()), 10_000 * IO_ONE);
    assert_eq!(supply - stage.supply(), 10_000 * IO_ONE);
    let auction = stage.auction(1);
    assert_eq!(auction.remaining_usdc, LOT - 1_489_560_000);
    assert_eq!((auction.bought_io, auction.fills), (10_000 * IO_ONE, 1));
    assert_eq!(auction.last_publish_time, stage.world.now());
    let vaults = stage.vaults();
    assert_eq!(vaults.lot_usdc, LOT - 1_489_560_000);
    assert_eq!(vaults.spent_usdc, 1_489_560_000);
    assert_eq!(
        (vaults.bought_io, vaults.burned_io),
        (10_000 * IO_ONE, 10_000 * IO_ONE)
    );
    let epoch = stage.epoch(stage.today());
    assert_eq!(
        (epoch.repurchase_usdc, epoch.repurchase_io),
        (1_489_560_000, 10_000 * IO_ONE)
    );
    let event: AuctionFilled = stage.world.event(ide::ID, &record);
    assert_eq!(event.bid_p12, 148_956_000_000);
    assert_eq!(event.price_p12, 150_000_000_000);
    assert!(event.is_burned);
    assert_eq!(
        event.remaining_usdc,
        U64Change {
            old: LOT,
            new: LOT - 1_489_560_000
        }
    );
    stage.assert_vaults_exact();
}

#[test]
fn fill_takes_no_more_io_than_the_rest_is_worth() {
    let stage = opened();
    stage.world.warp(3_600);
    let seller = stage.world.wallet(100_000 * IO_ONE, 0);
    stage.fill(&seller, u64::MAX, 0).expect("fills");
    // 5,000 USDC at 0.1515, rounded up
    let sold = 3_300_330_033_004;
    assert_eq!(stage.world.io_of(&seller.pubkey()), 100_000 * IO_ONE - sold);
    assert_eq!(stage.world.usdc_of(&seller.pubkey()), LOT);
    assert_eq!(stage.auction(1).state, AuctionState::SoldOut);
    expect_error(
        stage.fill(&seller, 1_000_000, 0),
        ide::ID,
        IdeError::AuctionNotOpen,
        0,
    );
}

#[test]
fn fill_below_the_minimum_or_for_nothing_is_refused() {
    let stage = opened();
    stage.world.warp(1_800);
    let seller = stage.world.wallet(20_000 * IO_ONE, 0);
    for (io, min) in [(10_000 * IO_ONE, 1_489_560_001), (0, 0), (600, 0)] {
        expect_error(
            stage.fill(&seller, io, min),
            ide::ID,
            IdeError::BelowMinimum,
            0,
        );
    }
    let poor = stage.world.wallet(5, 0);
    expect_error(
        stage.fill(&poor, 10_000 * IO_ONE, 0),
        ide::ID,
        1_u32, // the token program's: insufficient funds
        0,
    );
}

#[test]
fn fill_with_a_stale_wide_or_far_price_waits() {
    let stage = opened();
    stage.world.warp(1_800);
    let seller = stage.world.wallet(20_000 * IO_ONE, 0);
    let now = stage.world.now();
    let good = stage.world.price_now();
    let send = |price: PostedPrice| {
        let route = stage.fill_route(&seller.pubkey(), stage.world.post_price(price));
        stage
            .world
            .send(&seller, &[], &[ix::fill_auction(&route, IO_ONE, 0)])
    };
    for bad in [
        PostedPrice {
            publish_time: now - 61,
            ..good
        },
        PostedPrice {
            publish_time: now + 31,
            ..good
        },
        PostedPrice {
            conf: 300_001,
            ..good
        },
        PostedPrice {
            ema_price: 13_636_363,
            ..good
        },
        PostedPrice {
            ema_price: 0,
            ..good
        },
        PostedPrice {
            full: false,
            ..good
        },
    ] {
        expect_error(send(bad), ide::ID, IdeError::OracleUnusable, 0);
    }
    expect_error(
        send(PostedPrice {
            feed_id: [1; 32],
            ..good
        }),
        ide::ID,
        IdeError::BadOracleAccount,
        0,
    );
    send(PostedPrice {
        publish_time: now - 60,
        ..good
    })
    .expect("fresh enough");
}

#[test]
fn fill_with_foreign_accounts_is_refused() {
    let stage = opened();
    stage.world.warp(1_800);
    let seller = stage.world.wallet(20_000 * IO_ONE, 0);
    let price = stage.world.post_price(stage.world.price_now());
    let route = stage.fill_route(&seller.pubkey(), price);
    let good = ix::fill_auction(&route, IO_ONE, 0);
    let send = |instruction: Instruction| stage.world.send(&seller, &[], &[instruction]);
    for (index, key, error) in [
        (1, addresses::registry::config(), IdeError::WrongConfig),
        (
            2,
            addresses::registry::params(&ide::ID),
            IdeError::WrongParams,
        ),
        (3, addresses::ide::vaults(), IdeError::WrongVaults),
        (7, stage.world.plan.io_mint, IdeError::WrongMint),
        (8, stage.world.plan.usdc_mint, IdeError::WrongMint),
        (11, addresses::ide::fee_usdc(), IdeError::WrongVaultAccount),
        (12, addresses::ide::fee_io(), IdeError::WrongVaultAccount),
    ] {
        let copied = copy(&stage.world, &key);
        expect_error(send(with_account(&good, index, copied)), ide::ID, error, 0);
    }
    let yesterday = addresses::ide::epoch(stage.first_day);
    expect_error(
        send(with_account(&good, 5, yesterday)),
        ide::ID,
        IdeError::WrongEpochDay,
        0,
    );
    expect_error(
        send(with_account(&good, 6, foreign_copy(&stage.world, &price))),
        ide::ID,
        IdeError::BadOracleAccount,
        0,
    );
    // IO of somebody else
    let bank = get_associated_token_address(&stage.bank.pubkey(), &stage.world.plan.io_mint);
    expect_error(
        send(with_account(&good, 9, bank)),
        ide::ID,
        u32::from(anchor_lang::error::ErrorCode::ConstraintTokenOwner),
        0,
    );
    expect_error(
        send(with_extra(&good)),
        ide::ID,
        IdeError::UnexpectedAccounts,
        0,
    );
    let guardian = stage.world.guardian.pubkey();
    let pause = ion_client::instructions::registry::pause(&guardian, PauseBit::Auction);
    stage
        .world
        .send(&stage.world.guardian, &[], &[pause])
        .expect("pauses");
    expect_error(send(good), ide::ID, IdeError::Paused, 0);
    // ending is no entry
    stage.world.warp(1_801);
    stage.send(&[], ix::end_auction(1)).expect("ends");
}
