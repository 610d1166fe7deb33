//! What bookings lock and what their parties spend.

use anyhow::Result;
use ion_client::{
    addresses,
    instructions::booking::{self as ix, QuotedDevice},
    send::Chain,
};
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use super::Run;

impl Run<'_> {
    fn lamports(&self, keys: &[Pubkey]) -> Result<u64> {
        Ok(self
            .network
            .chain
            .accounts(keys)?
            .into_iter()
            .flatten()
            .map(|account| account.lamports)
            .sum())
    }

    pub(super) fn renters_lamports(&self) -> Result<u64> {
        let keys: Vec<Pubkey> = self.setup.renters.iter().map(Signer::pubkey).collect();
        self.lamports(&keys)
    }

    pub(super) fn others_lamports(&self) -> Result<u64> {
        self.lamports(&[self.setup.scheduler.pubkey(), self.setup.crank.pubkey()])
    }

    /// What a second line locks: two bookings that are given up again.
    pub(super) fn second_line(&mut self) -> Result<()> {
        let mut locked = [0u64; 2];
        for (at, lines) in [(0, 1), (1, 2)] {
            let id = self.fresh_id()?;
            let key = addresses::booking::booking(&id);
            let renter = &self.setup.renters[0];
            let devices: Vec<QuotedDevice> = (0..lines).map(|at| self.line(at)).collect();
            let quote = self.quote(id, &renter.pubkey(), &devices);
            self.network.send(&self.setup.scheduler, &[], &[quote])?;
            let book = ix::book(&renter.pubkey(), &self.mint, &id, u64::MAX);
            self.network.send(renter, &[], &[book])?;
            locked[at] = self.lamports(&[key, addresses::booking::escrow(&key)])?;
            let cancel = ix::cancel(&renter.pubkey(), &key, 1, &[]);
            self.network.send(renter, &[], &[cancel])?;
        }
        self.outcome.cost.locked_per_line = locked[1].saturating_sub(locked[0]);
        Ok(())
    }

    pub(super) fn measure_locked(&mut self) -> Result<()> {
        for (id, _) in &self.open {
            let key = addresses::booking::booking(id);
            let locked = self.lamports(&[key, addresses::booking::escrow(&key)])?;
            self.outcome.cost.locked = self.outcome.cost.locked.max(locked);
        }
        Ok(())
    }
}
