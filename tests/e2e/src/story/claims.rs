//! Blocks to money: failures and completions in order, the reward tree, maturity, claims.

use anyhow::{Context, Result, ensure};
use ion_client::{
    accounts, addresses,
    audit::{self, Figure},
};
use ion_economics::{block::BlockState, reward::eligibility::Exclusion, units::DAY};
use ion_report::{DeviceList, RowState};
use rewards::state::{Block, Emission, RootRing};
use solana_signer::Signer;

use super::{MINUTE, Story, blocks::BLOCKS};
use crate::{narration::io, process::wait_for};

/// Time for the verifiers to end some ten days of hours, most of which nobody watched.
const SCHEDULE_DEADLINE: std::time::Duration = std::time::Duration::from_secs(120);
/// Devices nominated and paid in each of the blocks.
const EXPECTED: [(u32, u32); 3] = [(2, 2), (2, 1), (1, 1)];
/// Share of the co-staker, bps.
const CO_SHARE_BPS: u128 = 2_500;

/// The blocks with the root that pays them.
pub(super) struct Settled {
    blocks: Vec<Block>,
    root: ion_claims::Root,
}

fn figure(
    of: &str,
    name: &str,
    unit: &'static str,
    recomputed: u64,
    recorded: u64,
) -> (String, Figure) {
    let name = name.to_owned();
    let figure = Figure {
        name,
        unit,
        recomputed,
        recorded,
    };
    (of.to_owned(), figure)
}

impl Story<'_> {
    /// Seven days later: hours that nobody watched fail, the three are completed, their root accepted.
    pub(super) fn settle_blocks(&mut self, first: u64) -> Result<Settled> {
        self.narrator.chapter(
            "Seven days later: silent hours fail, the three blocks are completed, a root is accepted",
        );
        let emission: Emission =
            accounts::fetch(&self.network.chain, &addresses::rewards::emission())?;
        let overdue = emission.next_hour;
        self.network.pass(7 * DAY + MINUTE)?;
        let started = std::time::Instant::now();
        let last = first + BLOCKS - 1;
        let mut blocks = Vec::new();
        for hour in first..=last {
            let block = wait_for("a block to be completed", SCHEDULE_DEADLINE, || {
                let block: Option<Block> =
                    accounts::find(&self.network.chain, &addresses::rewards::block(hour))?;
                Ok(block.filter(|block| block.block_state().is_ok_and(BlockState::is_summarised)))
            })?;
            ensure!(
                block.block_state()? == BlockState::Completed,
                "hour {hour} failed"
            );
            blocks.push(block);
        }
        wait_for("the silent hours to fail", SCHEDULE_DEADLINE, || {
            let emission: Emission =
                accounts::fetch(&self.network.chain, &addresses::rewards::emission())?;
            Ok((emission.next_final_hour >= overdue).then_some(()))
        })?;
        let mut failed = 0_u64;
        for hour in emission.start_hour..overdue {
            let block: Block =
                accounts::fetch(&self.network.chain, &addresses::rewards::block(hour))?;
            failed += u64::from(block.block_state()? == BlockState::Failed);
        }
        self.narrator.say(&format!(
            "{failed} hours that nobody watched have failed, {BLOCKS} are completed, all in order, in {:.1} s; the emission of the failed ones went to the reward vault",
            started.elapsed().as_secs_f64()
        ));
        let mut root = self.next_root(0)?;
        while root.through < last {
            // Accepted while the verifiers still caught up: the next one may come a day later.
            self.network.pass(DAY + MINUTE)?;
            root = self.next_root(root.seq)?;
        }
        self.narrator.say(&format!(
            "root {} accepted through hour {}: {} of lifetime rewards",
            root.seq,
            root.through,
            io(root.lifetime_io)
        ));
        Ok(Settled { blocks, root })
    }

    /// Waits for a root after the one with this sequence.
    fn next_root(&self, after: u64) -> Result<ion_claims::Root> {
        wait_for("an accepted root", SCHEDULE_DEADLINE, || {
            let ring: Option<RootRing> =
                accounts::find(&self.network.chain, &addresses::rewards::roots())?;
            let newest = ring.and_then(|ring| ring.ring.newest_accepted().copied());
            Ok(newest.filter(|root| root.seq > after))
        })
    }

    /// The three blocks as the command line rebuilds them from the verifiers' files.
    pub(super) fn audit_blocks(&mut self, settled: &Settled) -> Result<Vec<(String, Figure)>> {
        self.narrator
            .chapter("Each block rebuilt from the verifiers' files: `ion audit block`");
        let store = self.store();
        let mut figures = Vec::new();
        for ((number, block), (nominated, succeeded)) in (1..).zip(&settled.blocks).zip(EXPECTED) {
            let hour = block.hour.to_string();
            let audit = self
                .network
                .cli
                .run("auditor", &["audit", "block", &hour, "--store", &store])?;
            ensure!(audit["equal"] == true, "block {hour}: {audit}");
            let allocated = block.enterprise.allocated_io + block.community.allocated_io;
            self.narrator.say(&format!(
                "block {hour}: {} nominated, {} succeeded, {} failed; {} of {} allocated, the rest to the reward vault; audit: equal",
                block.counts.nominated,
                block.counts.succeeded,
                block.counts.failed,
                io(allocated),
                io(block.emission_io),
            ));
            self.tell_unpaid(block)?;
            let of = format!("block {number} of {BLOCKS}");
            figures.extend([
                figure(
                    &of,
                    "devices nominated",
                    "",
                    nominated.into(),
                    block.counts.nominated.into(),
                ),
                figure(
                    &of,
                    "devices paid",
                    "",
                    succeeded.into(),
                    block.counts.succeeded.into(),
                ),
                figure(
                    &of,
                    "allocated and left over",
                    "IO",
                    allocated + block.unallocated_io,
                    block.emission_io,
                ),
            ]);
        }
        Ok(figures)
    }

    /// Says which devices of a block are not paid and why, from its stored list.
    fn tell_unpaid(&self, block: &Block) -> Result<()> {
        let path = self
            .network
            .folder
            .join("objects/bundles")
            .join(hex::encode(block.device_list));
        let list = DeviceList::decode(&std::fs::read(&path)?)?;
        ensure!(list.hash() == block.device_list, "another list is stored");
        for row in list
            .rows
            .iter()
            .filter(|row| row.state != RowState::Succeeded)
        {
            let what = match row.state {
                RowState::Failed => "failed",
                _ => "is not nominated",
            };
            let why = match row.reason {
                reason if reason == Exclusion::UptimeShort.code() => {
                    "five hours of uptime without a restart are missing"
                }
                reason if reason == Exclusion::TooFewMinutes.code() => {
                    "fewer than 50 minutes with a sign of life"
                }
                _ => "another rule",
            };
            let device = solana_pubkey::Pubkey::new_from_array(row.device);
            self.narrator.say(&format!(
                "    {device} {what}: {why} (rule code {})",
                row.reason
            ));
        }
        Ok(())
    }

    /// The root matures for seven days, then owner and co-staker claim.
    pub(super) fn claim_rewards(&mut self, settled: &Settled) -> Result<Vec<(String, Figure)>> {
        self.narrator
            .chapter("Seven more days: the root matures, owner and co-staker claim by proof");
        let root = &settled.root;
        let store = self.store();
        let claim_all = ["rewards", "claim-all", "--store", &store];
        let cli = &self.network.cli;
        let (_, said) = cli.refused("supplier", &claim_all)?;
        ensure!(
            said.contains("matured"),
            "claiming from an immature root was refused otherwise: {said}"
        );
        self.narrator
            .say("claiming at once is refused: the root can still be vetoed");
        let emission: Emission =
            accounts::fetch(&self.network.chain, &addresses::rewards::emission())?;
        self.overdue = emission.next_hour;
        let wait = root.mature_at + MINUTE - self.network.now()?;
        self.network.pass(wait.max(0))?;
        let (owner_io, co_io) = expected(&settled.blocks)?;
        let mint = self.network.config.io_mint;
        let mut figures = Vec::new();
        for (wallet, due) in [("supplier", owner_io), ("co-staker", co_io)] {
            let party = self.network.key(wallet).pubkey();
            let before = self.network.balance(&party, &mint)?;
            let claimed = cli.run(wallet, &claim_all)?;
            let amount: u64 = claimed["amount"]["amount"]
                .as_str()
                .context("the claim names no amount")?
                .parse()?;
            let after = self.network.balance(&party, &mint)?;
            self.narrator.say(&format!(
                "{wallet} claimed {} with {} of its devices",
                io(amount),
                claimed["count"]
            ));
            figures.push(figure(
                "rewards",
                &format!("claimed by the {wallet}"),
                "IO",
                due,
                amount,
            ));
            figures.push(figure(
                "rewards",
                &format!("{wallet}'s IO after the claims"),
                "IO",
                before + due,
                after,
            ));
        }
        let device = self.device.to_string();
        let (_, said) = cli.refused(
            "supplier",
            &["rewards", "claim", &device, "--store", &store],
        )?;
        ensure!(said.contains("nothing"), "a second claim said: {said}");
        self.narrator.say("a second claim finds nothing to claim");
        let lifetimes = root.lifetime_io;
        figures.push(figure(
            "rewards",
            "lifetimes of the tree",
            "IO",
            owner_io + co_io,
            lifetimes,
        ));
        Ok(figures)
    }

    /// The schedule from its events alone, and as `ion audit emission` says it.
    pub(super) fn audit_schedule(&mut self) -> Result<Vec<(String, Figure)>> {
        self.narrator
            .chapter("The emission again, from events and the 240 months: `ion audit emission`");
        // The hours since then fail, too; claims and withdrawals did not wait for them.
        let overdue = self.overdue;
        wait_for("the last silent hours to fail", SCHEDULE_DEADLINE, || {
            let emission: Emission =
                accounts::fetch(&self.network.chain, &addresses::rewards::emission())?;
            Ok((emission.next_final_hour >= overdue).then_some(()))
        })?;
        let audit = self.network.cli.run("auditor", &["audit", "emission"])?;
        ensure!(audit["equal"] == true, "the emission: {audit}");
        let figures = audit::audit_schedule(&self.network.chain)?;
        let hours = figures.first().map_or(0, |figure| figure.recomputed);
        self.narrator.say(&format!(
            "{hours} hours released, each as its month says, each mint in the transaction of its hour: equal"
        ));
        Ok(figures
            .into_iter()
            .map(|figure| ("emission".to_owned(), figure))
            .collect())
    }

    fn store(&self) -> String {
        self.network.folder.join("objects").display().to_string()
    }
}

/// What owner and co-staker must have earned, from the pools and scores of the blocks: the first
/// device, on which the co-staker is, alone in the second and third, beside the second device in the
/// first.
fn expected(blocks: &[Block]) -> Result<(u64, u64)> {
    let [both, alone, after] = blocks else {
        anyhow::bail!("{} blocks", blocks.len());
    };
    let score = u128::from(alone.enterprise.base_sum);
    ensure!(
        alone.enterprise.base_sum == after.enterprise.base_sum,
        "the first device's score changed"
    );
    let sum = u128::from(both.enterprise.base_sum);
    let pool = u128::from(both.enterprise_io);
    // floor: the rest of each division stays in the pool
    let first_device = [
        pool * score / sum,
        u128::from(alone.enterprise_io),
        u128::from(after.enterprise_io),
    ];
    let second_device = pool * (sum - score) / sum;
    // floor: the owner has the rest
    let co_staker: u128 = first_device
        .iter()
        .map(|reward| reward * CO_SHARE_BPS / 10_000)
        .sum();
    let owner = first_device.iter().sum::<u128>() + second_device - co_staker;
    Ok((owner.try_into()?, co_staker.try_into()?))
}
