//! Leaves of attested reports, brought on chain.

use booking::ApplyWorkLeafArgs;
use ion_client::instructions;
use ion_economics::booking::BookingStatus;
use ion_merkle::leaf::{DeviceLeaf, WorkLeaf};
use ion_observation::{Leaves, Report};
use registry::ApplyDeviceLeafArgs;
use solana_pubkey::Pubkey;

use super::{VerifierError, state::Verifier};

impl Verifier {
    /// Applies the leaves of an attested report that are next for their subject. Returns whether
    /// none is left.
    pub(super) async fn apply_report(
        &self,
        report: &Report,
        now: i64,
    ) -> Result<bool, VerifierError> {
        let mut is_done = true;
        match &report.leaves {
            Leaves::Devices(leaves) => {
                for (index, leaf) in leaves.iter().enumerate() {
                    is_done &= self.apply_device(report, index, leaf).await?;
                }
            }
            Leaves::Works(leaves) => {
                for (index, leaf) in leaves.iter().enumerate() {
                    is_done &= self.apply_work(report, index, leaf, now).await?;
                }
            }
        }
        Ok(is_done)
    }

    async fn apply_device(
        &self,
        report: &Report,
        index: usize,
        leaf: &DeviceLeaf,
    ) -> Result<bool, VerifierError> {
        let snapshot = self.snapshot();
        let is_applied = snapshot
            .devices
            .get(&leaf.device)
            .is_none_or(|device| device.last_leaf_hour >= report.hour);
        let Some(siblings) = report.proof(index).filter(|_| !is_applied) else {
            return Ok(true);
        };
        let device = Pubkey::new_from_array(leaf.device);
        let args = ApplyDeviceLeafArgs {
            hour: report.hour,
            root: report.payload.root,
            leaf_count: report.payload.leaf_count,
            bundle: report.payload.bundle,
            index: index as u64,
            siblings,
            status: leaf.status,
            connectivity_tier: leaf.connectivity_tier,
            supplier_tier: leaf.supplier_tier,
            readiness_flags: leaf.readiness_flags,
            reliability_bps: leaf.reliability_bps,
        };
        let work = || instructions::registry::apply_device_leaf(&self.address(), &device, args);
        self.crank("apply_device_leaf", &device.to_string(), report.hour, work)
            .await?;
        Ok(false)
    }

    async fn apply_work(
        &self,
        report: &Report,
        index: usize,
        leaf: &WorkLeaf,
        now: i64,
    ) -> Result<bool, VerifierError> {
        let snapshot = self.snapshot();
        let Some(stored) = snapshot.bookings.get(&leaf.booking) else {
            return Ok(true);
        };
        let status = BookingStatus::from_u8(stored.status);
        let is_open = matches!(
            status,
            Some(BookingStatus::Running | BookingStatus::Closing)
        );
        let Some(siblings) = report
            .proof(index)
            .filter(|_| is_open && leaf.record_seq >= stored.next_record)
        else {
            return Ok(true);
        };
        let is_next = leaf.record_seq == stored.next_record;
        if !is_next || (leaf.is_final && status != Some(BookingStatus::Closing)) {
            return Ok(false);
        }
        let booking = Pubkey::new_from_array(leaf.booking);
        let args = ApplyWorkLeafArgs {
            hour: report.hour,
            root: report.payload.root,
            leaf_count: report.payload.leaf_count,
            bundle: report.payload.bundle,
            record_seq: leaf.record_seq,
            is_final: leaf.is_final,
            served_minutes: leaf.served_minutes,
            index: index as u64,
            siblings,
        };
        // Without the oracle: a price account that is missing or wrong must not hold the record up, and
        // a record that waits for its price is priced by a crank of its own.
        let work = || instructions::booking::apply_work_leaf(&self.address(), &booking, None, args);
        let subject = format!("{booking}/{}", leaf.record_seq);
        tracing::debug!(booking = %booking, period = report.hour, now, "work leaf is due");
        self.crank("apply_work_leaf", &subject, report.hour, work)
            .await?;
        Ok(false)
    }

    /// The oracle's account, if the settings name one.
    pub(super) fn price_account(&self) -> Option<Pubkey> {
        self.settings.report.price_account.parse().ok()
    }
}
