//! Two days of the engine: revenue, a report from observation files, sealings, an auction, two roots
//! and a payout.

use anchor_spl::associated_token::get_associated_token_address;
use ide::{DepositRevenueArgs, ProveLeafArgs, state::LotKind};
use ion_client::{
    addresses,
    instructions::ide::{self as ix, PayoutRoute, RevenueRoute},
};
use ion_economics::{
    params::ide as params,
    units::{DAY, IO_ONE, USDC_ONE},
};
use ion_merkle::{epoch::LAST_LINK, report::ReportKind};
use ion_program_tests::{
    World,
    booking_stage::CLASS,
    ide_stage::{AVAIL_RATE, IdeStage, LIMIT, MAX_PROCESSORS, PRICE, edit},
};
use ion_report::{
    ClassTerms, CountedDevice, DayBuilder, DayTerms, EpochBundle, Hire, PayoutBundle, PayoutReport,
    SealedDay, SealedTotals,
};
use registry::state::{ActionKind, Config, Device};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::archive::{Archive, THRESHOLD, good_hour, judged, limits};

/// Emission of a day of the script.
const EMISSION: u64 = 1_000 * IO_ONE;
/// Revenue of its first day.
const REVENUE: u64 = 1_000 * USDC_ONE;
/// Hire that fell due with it, 1e-6 USD.
const HIRE: u64 = 7_000_003;

/// A sealed day with what its division needs.
struct Sealed {
    day: u64,
    report: EpochBundle,
    hire: Hire,
}

/// Plays the days; `device` is up, of the booking stage's class.
pub fn play(world: World, device: &Pubkey, archive: &mut Archive) -> World {
    let before: Config = world.get(&addresses::registry::config());
    let stage = switched(world);
    let (first, second) = (stage.first_day, stage.first_day + 1);
    let one = day(&stage, archive, first, Some(device));
    let root = accept(&stage, archive, 1, None, &one);
    stage.open(second);
    auction(&stage);
    let two = day(&stage, archive, second, None);
    stage.world.warp(60);
    let root = accept(&stage, archive, 2, Some(&root), &two);
    stage.world.warp(8 * DAY);
    claim(&stage, device, &root);
    edit::<Config>(&stage.world, &addresses::registry::config(), |config| {
        config.rewards_caller = before.rewards_caller;
        config.booking_caller = before.booking_caller;
        config.staking_caller = before.staking_caller;
    });
    stage.world
}

/// Rates are set, the days of the schedule are sealed, and the first day of the engine begins.
fn switched(world: World) -> IdeStage {
    let bank = world.wallet(100_000 * IO_ONE, 100_000 * USDC_ONE);
    let mut stage = IdeStage {
        world,
        rewards: Keypair::new(),
        booking: Keypair::new(),
        staking: Keypair::new(),
        bank,
        first_day: 0,
        class: CLASS,
    };
    let id = stage.queue(ActionKind::SetClassRates {
        class: CLASS,
        avail_rate_usd_micros: AVAIL_RATE,
        hire_rate_usd_micros: 1_000_000,
        list_price_usd_micros: 2_000_000,
        max_processors: MAX_PROCESSORS,
    });
    stage.world.warp(8 * DAY);
    let by = stage.bank.pubkey();
    stage
        .send(&[], ix::open_class_rates(&by, CLASS))
        .expect("rates open");
    stage
        .send(&[], ix::set_class_rates(id, CLASS))
        .expect("rates are set");
    let first = stage.today() + 1;
    stage.first_day = first;
    let callers = [&stage.rewards, &stage.booking, &stage.staking].map(|key| key.pubkey());
    edit::<Config>(&stage.world, &addresses::registry::config(), |config| {
        [
            config.rewards_caller,
            config.booking_caller,
            config.staking_caller,
        ] = callers;
        config.ide_from_hour = first * 24;
    });
    stage.set_param(&params::MAX_EPOCH_OBLIGATION, LIMIT as i64);
    stage.set_time(first as i64 * DAY + 60);
    for day in stage.engine().next_day..first {
        stage.open(day);
        stage.send(&[], ix::end_epoch(day)).expect("ends");
        stage.seal(day, PRICE).expect("a day of the schedule seals");
    }
    stage
}

/// A day, sealed; with a device that is seen for an hour and hired.
fn day(stage: &IdeStage, archive: &mut Archive, day: u64, seen: Option<&Pubkey>) -> Sealed {
    stage.open(day);
    let mut hire = Hire::new();
    if let Some(device) = seen {
        let owner = stage.world.get::<Device>(device).owner;
        hire.insert((device.to_bytes(), owner.to_bytes()), HIRE);
        let mint = stage.world.plan.usdc_mint;
        let route = RevenueRoute {
            caller: stage.booking.pubkey(),
            source_authority: stage.bank.pubkey(),
            source: get_associated_token_address(&stage.bank.pubkey(), &mint),
            fee_vault: addresses::ide::fee_usdc(),
            mint,
            day,
        };
        let args = DepositRevenueArgs {
            amount: REVENUE,
            hire_usd_micros: HIRE,
            device: *device,
            owner,
        };
        stage
            .send(&[&stage.booking], ix::deposit_revenue(&route, args))
            .expect("revenue counts");
    }
    stage.allowance(day, EMISSION);
    stage.end(day);
    let report = report(stage, archive, day, seen);
    stage.seal(day, PRICE).expect("the day seals");
    Sealed { day, report, hire }
}

/// The report of a day from the files of two verifiers, attested and shown.
fn report(stage: &IdeStage, archive: &mut Archive, day: u64, seen: Option<&Pubkey>) -> EpochBundle {
    let terms = DayTerms {
        day,
        voided_reports: 0,
        limit_usd_micros: stage.epoch(day).max_obligation_usd_micros,
        classes: [(
            CLASS,
            ClassTerms {
                avail_usd_micros: AVAIL_RATE,
                max_processors: MAX_PROCESSORS,
            },
        )]
        .into(),
        min_observations: THRESHOLD,
    };
    let devices: Vec<CountedDevice> = seen
        .iter()
        .map(|key| {
            let device: Device = stage.world.get(key);
            CountedDevice {
                device: key.to_bytes(),
                class: device.class,
                qty: device.qty,
                onboarded_at: device.onboarded_at,
            }
        })
        .collect();
    let mut builder = DayBuilder::new(terms, &devices);
    for (at, hour) in DayBuilder::hours(day).enumerate() {
        let files = match seen {
            Some(device) if at == 5 => {
                archive.observe(&stage.world, hour, &[good_hour(&stage.world, device)])
            }
            _ => Vec::new(),
        };
        builder
            .add_hour(hour, &limits(), &judged(&files, hour))
            .unwrap();
    }
    let report = builder.finish().unwrap();
    assert_eq!(report.payload.avail_usd_micros > 0, seen.is_some());
    archive.keep(report.payload.bundle, &report.bundle);
    stage.attest(&report.payload);
    stage
        .send(&[], ix::accept_epoch_report(&report.payload, 0))
        .expect("the report is accepted");
    let rows = report.bundle.class_rows();
    if !rows.is_empty() {
        stage
            .send(&[], ix::apply_epoch_rows(day, &rows, LAST_LINK))
            .expect("the rows lead to the hash");
    }
    report.bundle
}

/// Accepts the payout root that adds a day to the one before.
fn accept(
    stage: &IdeStage,
    archive: &mut Archive,
    seq: u64,
    previous: Option<&PayoutReport>,
    sealed: &Sealed,
) -> PayoutReport {
    let epoch = stage.epoch(sealed.day);
    let (today, late) = (&epoch.paid_obligation, &epoch.paid_arrears);
    let totals = SealedTotals {
        day: sealed.day,
        obligation_io: today.reward_io + today.fee_io,
        obligation_usdc: today.usdc,
        short_usd_micros: epoch.short_usd_micros,
        arrears_io: late.reward_io + late.fee_io,
        arrears_usdc: late.usdc,
        arrears_paid_usd_micros: late.paid_usd_micros,
    };
    let facts = SealedDay {
        totals,
        report: &sealed.report,
        hire: &sealed.hire,
    };
    let bundle = PayoutBundle::build(previous.map(|report| &report.bundle), &[facts]).unwrap();
    let ring = addresses::ide::roots();
    let report = PayoutReport::new(bundle, &ring.to_bytes()).unwrap();
    archive.keep(report.payload.bundle, &report.bundle);
    stage
        .world
        .attest(ReportKind::PayoutRoot, &ring, seq, &report.payload.encode());
    stage
        .send(&[], ix::accept_payout_root(seq, &report.payload))
        .expect("the root is accepted");
    report
}

/// A lot that is sold in part and ended.
fn auction(stage: &IdeStage) {
    stage.open_auction(LotKind::Burn).expect("opens");
    stage.world.warp(1_800);
    let seller = stage.world.wallet(1_000 * IO_ONE, 0);
    stage.fill(&seller, 100 * IO_ONE, 0).expect("sells");
    stage.world.warp(1_801);
    stage.send(&[], ix::end_auction(1)).expect("ends");
}

/// The owner of the device is paid what both roots gave it.
fn claim(stage: &IdeStage, device: &Pubkey, root: &PayoutReport) {
    let account: Device = stage.world.get(device);
    let by = stage.bank.pubkey();
    stage
        .send(&[], ix::open_claim(&by, device, &account.owner))
        .expect("opens");
    let (index, row, siblings) = root
        .proof(&device.to_bytes(), &account.owner.to_bytes())
        .expect("it has a leaf");
    let args = ProveLeafArgs {
        root_seq: 2,
        index,
        lifetime_io: row.lifetime_io,
        lifetime_usdc: row.lifetime_usdc,
        arrears_usd_micros: row.arrears_usd_micros,
        siblings,
    };
    stage
        .send(&[], ix::prove_leaf(device, &account.owner, args))
        .expect("proves");
    let (io_mint, usdc_mint) = (stage.world.plan.io_mint, stage.world.plan.usdc_mint);
    let route = PayoutRoute {
        wallet: None,
        device: *device,
        party: account.owner,
        to_io: Some(get_associated_token_address(
            &account.payout_wallet,
            &io_mint,
        )),
        to_usdc: Some(get_associated_token_address(
            &account.payout_wallet,
            &usdc_mint,
        )),
        io_mint,
        usdc_mint,
    };
    stage.send(&[], ix::claim(&route)).expect("pays");
}
