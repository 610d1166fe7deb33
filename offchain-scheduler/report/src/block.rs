//! The report of one block: summary, device list, evidence.

use ion_economics::{
    device::DeviceStatus,
    reward::{
        PoolResult, RewardPool,
        eligibility::{
            self, DeviceHour, Hire, HourSeen, Limits, Proof, Results, Verdict, at_end, at_start,
        },
        score::{ScoreInput, Weights, base_score},
    },
    units::{Bps, Io},
};
use ion_merkle::{
    Sha256Hasher,
    report::{ReportKind, payload_hash},
    summary::{BlockSummary, PoolSummary},
};
use ion_observation::{
    FileRef, HourFlags, HourObservation, HourSight, PositionObservation, ProofCode,
};

use crate::{
    BlockBundle, DeviceList, DeviceRow, Hash, Key, PartyAmount, ReportError, RowState, SourceFile,
    merge, named,
};

/// What the chain says of a block and of the rules in force when its hour began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockTerms {
    /// Hour index.
    pub hour: u64,
    /// Enterprise pool, IO base units, as stamped at release.
    pub enterprise_io: u64,
    /// Community pool, IO base units, as stamped at release.
    pub community_io: u64,
    /// Weights of the score, as stamped at release.
    pub weights: Weights,
    /// Limits of the eligibility rules at the start of the hour.
    pub limits: Limits,
}

impl BlockTerms {
    fn pool(&self, pool: RewardPool) -> Io {
        Io::from_base_units(match pool {
            RewardPool::Enterprise => self.enterprise_io,
            RewardPool::Community => self.community_io,
        })
    }
}

/// A block's report with everything it was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockReport {
    /// Payload that is voted for.
    pub summary: BlockSummary,
    /// The devices.
    pub list: DeviceList,
    /// The evidence.
    pub bundle: BlockBundle,
}

/// Running result of the two pools.
struct Both {
    enterprise: PoolResult,
    community: PoolResult,
}

impl Both {
    fn of(&mut self, pool: RewardPool) -> &mut PoolResult {
        match pool {
            RewardPool::Enterprise => &mut self.enterprise,
            RewardPool::Community => &mut self.community,
        }
    }
}

/// Rows that wait for the sums, and the counts of the summary.
struct Draft {
    rows: Vec<(DeviceRow, Option<Bps>)>,
    nominated: u32,
    failed: u32,
    cpus: u32,
    gpus: u32,
    pools: Both,
}

impl BlockReport {
    /// Builds the report of an hour from its files, which [`crate::sources`] has chosen.
    ///
    /// Errors: `TooFewFiles`, `Rule`, `Overflow`.
    pub fn build(
        sources: &[SourceFile<'_>],
        terms: &BlockTerms,
        min_observations: u8,
    ) -> Result<Self, ReportError> {
        if sources.len() < usize::from(min_observations.max(1)) {
            return Err(ReportError::TooFewFiles);
        }
        let mut draft = Draft {
            rows: Vec::with_capacity(
                sources
                    .iter()
                    .map(|one| one.file.hours.len())
                    .max()
                    .unwrap_or(0),
            ),
            nominated: 0,
            failed: 0,
            cpus: 0,
            gpus: 0,
            pools: Both {
                enterprise: PoolResult::EMPTY,
                community: PoolResult::EMPTY,
            },
        };
        let mut result = Ok(());
        merge(sources, usize::from(min_observations), |device| {
            if result.is_ok() {
                result = draft.judge(&device, terms);
            }
        });
        result?;
        draft.finish(sources, terms, min_observations)
    }

    /// Rebuilds the report that a bundle claims from its files. Files that it does not name are
    /// ignored.
    ///
    /// Errors: `OtherRules`, `OtherTerms`, `MissingFile`, `TooFewFiles`, `OtherResult`, `Rule`,
    /// `Overflow`.
    pub fn rebuild(
        bundle: &BlockBundle,
        sources: &[SourceFile<'_>],
        terms: &BlockTerms,
        min_observations: u8,
    ) -> Result<Self, ReportError> {
        bundle.check(terms, min_observations)?;
        let named = named(&bundle.files, sources)?;
        let report = Self::build(&named, terms, min_observations)?;
        if report.bundle == *bundle {
            Ok(report)
        } else {
            Err(ReportError::OtherResult)
        }
    }

    /// Hash that verifiers vote for; `rewards` is the rewards program.
    pub fn vote(&self, rewards: &Key) -> Hash {
        payload_hash::<Sha256Hasher>(
            ReportKind::BlockSummary,
            rewards,
            self.summary.hour,
            &self.summary.encode(),
        )
    }
}

impl Draft {
    fn judge(&mut self, device: &HourObservation, terms: &BlockTerms) -> Result<(), ReportError> {
        let facts = facts(device);
        let mut row = DeviceRow {
            device: device.device,
            owner: device.owner,
            state: RowState::Excluded,
            reason: 0,
            failed_at_start: mask(&at_start(&facts, &terms.limits)),
            failed_at_end: mask(&at_end(&facts, &terms.limits)),
            pool: device.pool,
            base: 0,
            reward_io: 0,
            co_stakers: device
                .positions
                .iter()
                .map(|position| PartyAmount {
                    wallet: position.wallet,
                    amount_io: 0,
                })
                .collect(),
        };
        let up = |count: u32, by: u32| count.checked_add(by).ok_or(ReportError::Overflow);
        let mut share = None;
        // A class without a pool has multiplier 0, so a device that is paid has a pool.
        let pool = RewardPool::from_code(device.pool);
        match (eligibility::judge(&facts, &terms.limits), pool) {
            (Verdict::Succeeded { tier }, Ok(pool)) => {
                let input = ScoreInput {
                    tier,
                    mult_fp: device.mult_fp,
                    qty: device.qty,
                    is_hired: device.within.is_hired,
                };
                row.base = base_score(&terms.weights, &input)?;
                row.state = RowState::Succeeded;
                self.pools.of(pool).add_device(row.base)?;
                self.nominated = up(self.nominated, 1)?;
                let qty = u32::from(device.qty);
                if device.flags.has(HourFlags::IS_CPU) {
                    self.cpus = up(self.cpus, qty)?;
                } else {
                    self.gpus = up(self.gpus, qty)?;
                }
                share = earning(&device.positions);
            }
            (Verdict::Succeeded { .. }, Err(_)) => {
                row.reason = eligibility::Exclusion::ClassWithdrawn.code();
            }
            (Verdict::Failed(reason), _) => {
                row.state = RowState::Failed;
                row.reason = reason.code();
                self.nominated = up(self.nominated, 1)?;
                self.failed = up(self.failed, 1)?;
            }
            (Verdict::NotNominated(reason), _) => row.reason = reason.code(),
        }
        let co_share = share.map(|(wallet, bps)| {
            // The earning wallet is marked by a part of 1 until the sums are known.
            for party in &mut row.co_stakers {
                party.amount_io = u64::from(party.wallet == wallet);
            }
            bps
        });
        self.rows.push((row, co_share));
        Ok(())
    }

    fn finish(
        mut self,
        sources: &[SourceFile<'_>],
        terms: &BlockTerms,
        min_observations: u8,
    ) -> Result<BlockReport, ReportError> {
        let mut rows = Vec::with_capacity(self.rows.len());
        for (mut row, co_share) in self.rows {
            if row.state == RowState::Succeeded {
                let pool = RewardPool::from_code(row.pool)?;
                let share = self
                    .pools
                    .of(pool)
                    .pay(terms.pool(pool), row.base, co_share)?;
                row.reward_io = share.reward.base_units();
                for party in &mut row.co_stakers {
                    if party.amount_io != 0 {
                        party.amount_io = share.co.base_units();
                    }
                }
            }
            rows.push(row);
        }
        let list = DeviceList {
            hour: terms.hour,
            rows,
        };
        let files = sources
            .iter()
            .map(|source| FileRef {
                verifier: source.file.verifier,
                hash: source.hash,
            })
            .collect();
        let device_list = list.hash();
        let bundle = BlockBundle::new(terms, min_observations, files, device_list);
        let summed = |pool: &PoolResult| PoolSummary {
            base_sum: pool.base_sum,
            paid_devices: pool.paid_devices,
            allocated_io: pool.allocated.base_units(),
        };
        let summary = BlockSummary {
            hour: terms.hour,
            nominated: self.nominated,
            succeeded: self
                .nominated
                .checked_sub(self.failed)
                .ok_or(ReportError::Overflow)?,
            failed: self.failed,
            verified_cpus: self.cpus,
            verified_gpus: self.gpus,
            enterprise: summed(&self.pools.enterprise),
            community: summed(&self.pools.community),
            device_list,
            bundle: bundle.hash(),
        };
        Ok(BlockReport {
            summary,
            list,
            bundle,
        })
    }
}

pub(crate) fn earning(positions: &[PositionObservation]) -> Option<(Key, Bps)> {
    let earning = positions.iter().find(|position| position.is_earning)?;
    Some((earning.wallet, Bps::new(earning.share_bps)?))
}

fn mask(results: &Results) -> u16 {
    results
        .iter()
        .enumerate()
        .filter(|(_, result)| result.is_some())
        .fold(0, |mask, (rule, _)| mask | 1 << rule)
}

/// The facts of a device as the rules take them. A status that is none counts as `Down`.
pub(crate) fn facts(device: &HourObservation) -> DeviceHour {
    DeviceHour {
        is_staked: device.flags.has(HourFlags::STAKED),
        has_wallet: device.flags.has(HourFlags::WALLET),
        linked_wallets: device.linked_wallets,
        status: DeviceStatus::from_code(device.status).unwrap_or(DeviceStatus::Down),
        mult_fp: device.mult_fp,
        tier: device.tier,
        has_cluster_test: device.flags.has(HourFlags::CLUSTER_TEST),
        has_agreement: device.flags.has(HourFlags::AGREEMENT),
        exempt: device.exempt,
        before: seen(&device.before),
        within: seen(&device.within),
    }
}

fn seen(sight: &HourSight) -> HourSeen {
    HourSeen {
        proof: match sight.proof {
            ProofCode::Missing => Proof::Missing,
            ProofCode::Failed => Proof::Failed,
            ProofCode::Passed => Proof::Passed,
        },
        live_minutes: u32::from(sight.live_minutes),
        hire: if sight.is_hired {
            Hire::Hired {
                passed_when_free: sight.passed_when_free,
                hours_since_pass: match sight.hours_since_pass {
                    u16::MAX => u32::MAX,
                    hours => u32::from(hours),
                },
            }
        } else {
            Hire::Free
        },
        uptime_seconds: i64::from(sight.uptime_minutes) * 60,
    }
}
