//! Three hourly blocks with a failing device among them, watched minute by minute.

use anyhow::Result;
use ion_client::{accounts, addresses};
use ion_economics::units::HOUR;
use ion_merkle::report::ReportKind;

use super::{MINUTE, SERVICE_DEADLINE, Story};
use crate::process::wait_for;

/// Blocks of the chapter.
pub(super) const BLOCKS: u64 = 3;
/// Hours of uptime before the first of them.
const UPTIME_HOURS: i64 = 5;
/// Minutes of a step: short enough that a missed heartbeat is none.
const STEP: usize = 3;
/// Minutes of the second block in which the second device is away.
const AWAY: std::ops::Range<i64> = 21..42;

impl Story<'_> {
    /// Plays the hours up to the attested summaries of three blocks; the first of them.
    ///
    /// Errors: a step is refused or does not happen in time.
    pub(super) fn watch_blocks(&mut self) -> Result<u64> {
        self.narrator.chapter(
            "Three hourly blocks; one of two devices is away for 21 minutes of the second",
        );
        self.network.pass(UPTIME_HOURS * HOUR)?;
        self.pass_to_minute_of_hour(57)?;
        self.step_to(self.network.now()?)?;
        self.narrator
            .say("five hours of uptime later; the hour before the first block is watched too");
        // The hour before the first block, which its devices must have served too.
        let before = self.network.now()?.div_euclid(HOUR) + 1;
        for (hour, away, both) in [
            (before, 0..0, true),
            (before + 1, 0..0, true),
            (before + 2, AWAY, false),
            (before + 3, 0..0, false),
        ] {
            self.watch_hour(hour, away)?;
            self.wait_for_proofs(hour * HOUR, both)?;
            self.narrator.say(&format!("hour {hour} watched"));
        }
        let first = u64::try_from(before)? + 1;
        let close = (before + 4) * HOUR;
        self.step_to(close + MINUTE)?;
        self.services.wait_for_opening(close.div_euclid(HOUR))?;
        for minute in [4, 7] {
            self.step_to(close + minute * MINUTE)?;
        }
        for hour in first..first + BLOCKS {
            wait_for("the summary of a block", SERVICE_DEADLINE, || {
                let poll = addresses::registry::poll(ReportKind::BlockSummary, &rewards::ID, hour);
                let poll: Option<registry::state::Poll> =
                    accounts::find(&self.network.chain, &poll)?;
                Ok(poll.is_some_and(|poll| poll.attested_at != 0).then_some(()))
            })?;
        }
        self.narrator.say(&format!(
            "summaries of hours {first} to {} attested by two of three verifiers",
            first + BLOCKS - 1
        ));
        self.services.second_agent.stop()?;
        Ok(first)
    }

    /// An hour from its first minute to its end.
    fn watch_hour(&mut self, hour: i64, away: std::ops::Range<i64>) -> Result<()> {
        let mut is_away = false;
        for minute in (1..=58).step_by(STEP) {
            if away.contains(&minute) != is_away {
                is_away = !is_away;
                if is_away {
                    self.services.second_agent.kill()?;
                    self.narrator
                        .say(&format!("minute {minute}: the second agent is killed"));
                } else {
                    self.services.start_second_agent()?;
                    self.narrator.say(&format!("minute {minute}: it is back"));
                }
            }
            self.step_to(hour * HOUR + minute * MINUTE)?;
            if minute == 1 {
                self.services.wait_for_opening(hour)?;
            }
        }
        Ok(())
    }

    /// Waits for the hour's proofs: the first device's always, and the second one's while it has not
    /// been away, since a challenge that its crash left open first has to time out.
    fn wait_for_proofs(&self, opens_at: i64, both: bool) -> Result<()> {
        let watched = if both {
            vec![self.device, self.second]
        } else {
            vec![self.device]
        };
        wait_for("the hour's work proofs", SERVICE_DEADLINE, || {
            for device in &watched {
                let views = self.services.views(device)?;
                let passed = views.iter().all(|view| {
                    view["outcome"] == "pass"
                        && view["outcome_at"].as_i64().is_some_and(|at| at >= opens_at)
                });
                if !passed {
                    return Ok(None);
                }
            }
            Ok(Some(()))
        })
    }
}
