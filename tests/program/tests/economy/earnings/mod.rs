//! Hourly blocks, days of the engine, their roots, and the claims on them.

mod roots;

pub use roots::PayoutTree;

use anchor_spl::associated_token::get_associated_token_address;
use ide::{
    ProveLeafArgs,
    state::{Engine, Epoch, EpochState},
};
use ion_client::{
    addresses::{self, registry as reg},
    instructions::{
        ide as engine, registry as governance,
        rewards::{self as ix, ClaimOf},
    },
};
use ion_economics::{
    block::BlockState,
    params::ide as params,
    units::{DAY, HOUR},
};
use ion_merkle::{
    Sha256Hasher, Tree,
    earnings::{EarningsLeaf, EarningsTree, PayoutRoot},
    epoch::{ClassRow, EpochReport, LAST_LINK, link_rows},
    report::ReportKind,
    summary::{BlockSummary, PoolSummary},
};
use ion_program_tests::{flows::H100, rewards_stage::Earnings};
use rand::{Rng, seq::SliceRandom};
use registry::state::{ActionKind, Config};
use rewards::state::{Block, Emission};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::town::{Role, Town};

/// Availability rate of the class, 1e-6 USD per processor-hour.
const AVAIL_RATE: u64 = 60_000;

impl Town {
    /// Sets the rates of the class and the limit of a day by governance; with `is_ide` the engine
    /// pays from the next day on. Written: the hour of the switch, whose decision wants rates of
    /// every class and has tests of its own.
    pub fn prepare_engine(&mut self, is_ide: bool) {
        let class = self.world.class_id(H100);
        let decisions = [
            ActionKind::SetClassRates {
                class,
                avail_rate_usd_micros: AVAIL_RATE,
                hire_rate_usd_micros: 1_000_000,
                list_price_usd_micros: 2_500_000,
                max_processors: 100_000,
            },
            ActionKind::SetParam {
                program: params::MAX_EPOCH_OBLIGATION.program.to_u8(),
                slot: params::MAX_EPOCH_OBLIGATION.slot,
                value: 1_000_000_000_000,
            },
        ];
        let governor = self.world.governance.insecure_clone();
        let key = governor.pubkey();
        let first = self.world.get::<Config>(&reg::config()).next_action_id;
        for (id, payload) in (first..).zip(&decisions) {
            let queue = governance::queue_action(&key, &key, id, payload.clone());
            assert!(self.act("queue_action", &governor, queue));
        }
        self.world.warp(3 * DAY);
        let by = self.stranger();
        assert!(self.crank("open_class_rates", engine::open_class_rates(&by, class)));
        assert!(self.crank("set_class_rates", engine::set_class_rates(first, class)));
        let limit = governance::execute_action(&by, first + 1, &decisions[1]);
        assert!(self.crank("execute_action", limit));
        if is_ide {
            let from = (self.today() + 1) * 24;
            ion_program_tests::ide_stage::edit::<Config>(&self.world, &reg::config(), |config| {
                config.ide_from_hour = from;
            });
            self.world.warp(2 * DAY);
        }
        self.keep_the_days();
    }

    fn emission(&self) -> Emission {
        self.world.get(&addresses::rewards::emission())
    }

    fn engine(&self) -> Engine {
        self.world.get(&addresses::ide::engine())
    }

    fn epoch(&self, day: u64) -> Epoch {
        self.world.get(&addresses::ide::epoch(day))
    }

    fn is_ide_hour(&self, hour: u64) -> bool {
        let config: Config = self.world.get(&reg::config());
        config.ide_from_hour > 0 && hour >= config.ide_from_hour
    }

    /// What strangers and verifiers do as time passes: device reports, hours, blocks, days.
    pub fn keep_the_days(&mut self) {
        let today = self.today();
        self.open_day(today);
        self.report_devices();
        let mut hour = self.emission().next_hour;
        while i64::try_from(hour + 1).expect("small") * HOUR + 120 <= self.world.now() {
            let is_ide = self.is_ide_hour(hour);
            if is_ide {
                self.open_day(hour / 24);
            }
            let (by, mint) = (self.stranger(), self.io_mint());
            let name = if is_ide {
                "release_block ide"
            } else {
                "release_block schedule"
            };
            if !self.crank(name, ix::release_block(&by, &mint, hour, is_ide)) {
                break;
            }
            hour += 1;
        }
        self.finish_blocks();
        self.finish_days();
    }

    fn open_day(&mut self, day: u64) {
        if !self.world.exists(&addresses::ide::epoch(day)) {
            let by = self.stranger();
            self.crank("open_epoch", engine::open_epoch(&by, day));
        }
    }

    fn report_devices(&mut self) {
        let poll = reg::poll(ReportKind::DeviceReport, &registry::ID, self.world.hour());
        if !self.is_awake(Role::Verifiers) || self.world.exists(&poll) {
            return;
        }
        let keys: Vec<_> = self.devices.iter().map(|device| device.key).collect();
        let leaves: Vec<_> = keys.iter().map(ion_program_tests::World::up_leaf).collect();
        let by = self.stranger();
        for (key, args) in keys.iter().zip(self.world.report_devices(&leaves)) {
            let apply = governance::apply_device_leaf(&by, key, args);
            self.crank("apply_device_leaf", apply);
        }
    }

    fn finish_blocks(&mut self) {
        loop {
            let emission = self.emission();
            let key = addresses::rewards::block(emission.next_final_hour);
            if !self.world.exists(&key) {
                return;
            }
            let block: Block = self.world.get(&key);
            if block.block_state().expect("a known state") != BlockState::Processing {
                return;
            }
            let mint = self.io_mint();
            if self.is_awake(Role::Verifiers) && self.rng.gen_bool(0.05) {
                self.complete(&block);
                continue;
            }
            let by = self.stranger();
            if !self.crank("fail_block", ix::fail_block(&by, &mint, block.hour)) {
                return;
            }
        }
    }

    fn complete(&mut self, block: &Block) {
        let pool = |io: u64| PoolSummary {
            base_sum: 1_000,
            paid_devices: 1,
            allocated_io: io,
        };
        let summary = BlockSummary {
            hour: block.hour,
            nominated: 3,
            succeeded: 2,
            failed: 1,
            verified_cpus: 0,
            verified_gpus: 12,
            enterprise: pool(block.enterprise_io),
            community: pool(block.community_io),
            device_list: [4; 32],
            bundle: [5; 32],
        };
        self.world.attest(
            ReportKind::BlockSummary,
            &rewards::ID,
            block.hour,
            &summary.encode(),
        );
        let (by, mint) = (self.stranger(), self.io_mint());
        if !self.crank("complete_block", ix::complete_block(&by, &mint, &summary)) {
            return;
        }
        for allocated in [block.enterprise_io, block.community_io] {
            let at = self.any_device();
            let (device, owner) = (self.devices[at].key, self.devices[at].owner.pubkey());
            let share = match self.positions(at).choose(&mut self.rng) {
                Some((_, wallet)) => {
                    let part = allocated / 3;
                    *self.lifetimes.entry((device, *wallet)).or_default() += part;
                    part
                }
                None => 0,
            };
            *self.lifetimes.entry((device, owner)).or_default() += allocated - share;
        }
    }

    fn finish_days(&mut self) {
        loop {
            let day = self.engine().next_day;
            let end = i64::try_from(day + 1).expect("small") * DAY;
            if self.world.now() < end {
                return;
            }
            self.open_day(day);
            self.crank("end_epoch", engine::end_epoch(day));
            if self.is_ide_hour(day * 24) && self.is_awake(Role::Verifiers) {
                self.report_day(day);
            }
            let price = self.price();
            let (io, usdc) = (self.io_mint(), self.world.plan.usdc_mint);
            let name = if price.is_some() {
                "seal_epoch"
            } else {
                "seal_epoch without oracle"
            };
            if !self.crank(name, engine::seal_epoch(day, price, &io, &usdc)) {
                return;
            }
        }
    }

    fn report_day(&mut self, day: u64) {
        let class = self.world.class_id(H100);
        let processor_minutes = self.rng.gen_range(0..12) * 1_440;
        let row = ClassRow {
            class,
            processors: u32::try_from(processor_minutes / 1_440).expect("small"),
            processor_minutes,
        };
        let rows = if processor_minutes == 0 {
            Vec::new()
        } else {
            vec![row]
        };
        let report = EpochReport {
            day,
            avail_usd_micros: processor_minutes * AVAIL_RATE / 60,
            floors: 0,
            class_count: u16::try_from(rows.len()).expect("one"),
            class_rows: link_rows::<Sha256Hasher>(&rows, &LAST_LINK),
            bundle: [9; 32],
        };
        let (seq, state) = (self.epoch(day).report_seq(), self.epoch(day).state);
        let poll = reg::poll(ReportKind::EpochReport, &ide::ID, seq);
        // a report that a later limit forbids stays attested; the day waits for governance
        if state != EpochState::Ended.code() || self.world.exists(&poll) {
            return;
        }
        self.world
            .attest(ReportKind::EpochReport, &ide::ID, seq, &report.encode());
        let voided = self.epoch(day).voided_reports;
        let accept = engine::accept_epoch_report(&report, voided);
        if self.crank("accept_epoch_report", accept) && !rows.is_empty() {
            let apply = engine::apply_epoch_rows(day, &rows, LAST_LINK);
            self.crank("apply_epoch_rows", apply);
        }
    }

    /// One step towards somebody's pay.
    pub fn earning_step(&mut self) {
        match self.rng.gen_range(0..4) {
            0 if self.is_awake(Role::Verifiers) => self.reward_root(),
            1 if self.is_awake(Role::Verifiers) => self.payout_root(),
            _ => self.claim_all(),
        }
    }
}
