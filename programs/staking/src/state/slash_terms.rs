//! Parameters of slash cases (economics §5.1, §12).

use anchor_lang::prelude::*;
use ion_economics::{
    params::staking as param,
    slash::OffenceTable,
    units::{Io, UnixSeconds},
};
use registry::state::Params;

use super::view::{bps, io};

/// Parameters that a proposal reads; durations in seconds.
pub(crate) struct SlashTerms {
    pub table: OffenceTable,
    pub rolling_cap_bps: u16,
    pub daily_cap_bps: u16,
    pub daily_floor: Io,
    pub max_offence_age: i64,
    pub victim_bps: u16,
    pub window: i64,
}

impl SlashTerms {
    /// Errors: `WrongParams`.
    #[inline(never)]
    pub(crate) fn read(params: &Params, now: UnixSeconds) -> Result<Self> {
        let t = now.get();
        Ok(Self {
            table: OffenceTable {
                outage: bps(params, &param::STAKE_BPS_2, t)?,
                long_outage: bps(params, &param::STAKE_BPS_3, t)?,
                lasting_outage: bps(params, &param::STAKE_BPS_3B, t)?,
                overuse: bps(params, &param::STAKE_BPS_4, t)?,
                overuse_repeat: bps(params, &param::STAKE_BPS_4_REPEAT, t)?,
                low_reliability: bps(params, &param::STAKE_BPS_5, t)?,
            },
            rolling_cap_bps: bps(params, &param::SLASH_ROLL_CAP_BPS, t)?,
            daily_cap_bps: bps(params, &param::SLASH_DAILY_CAP_BPS, t)?,
            daily_floor: io(params, &param::SLASH_DAILY_FLOOR, t)?,
            max_offence_age: params.value(&param::MAX_OFFENCE_AGE, t),
            victim_bps: bps(params, &param::VICTIM_BPS, t)?,
            window: params.value(&param::RECONSIDERATION_WINDOW, t),
        })
    }
}
