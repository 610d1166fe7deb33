//! Evidence of a payout root, and the tree that proofs come from (economics §10.5).

use std::collections::BTreeMap;

use borsh::{BorshDeserialize, BorshSerialize};
use ion_merkle::{
    Hash, Sha256Hasher, Tree,
    earnings::PayoutRoot,
    report::{ReportKind, payload_hash},
};

use crate::{
    EpochBundle, Key, Part, Payout, Payouts, RULES_VERSION, ReportError, SealedTotals, tagged,
};

const PAYOUT_TAG: &[u8] = b"ION_PAYOUT_BUNDLE_V1";

/// Hire of a day by device and owner, 1e-6 USD.
pub type Hire = BTreeMap<(Key, Key), u64>;

/// What a payout needs of a sealed day.
#[derive(Clone, Copy, Debug)]
pub struct SealedDay<'a> {
    /// Totals, as the Epoch account has them.
    pub totals: SealedTotals,
    /// Evidence of the attested report.
    pub report: &'a EpochBundle,
    /// Hire that fell due, as the deposits of the day say.
    pub hire: &'a Hire,
}

/// A day that a root adds.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct PayoutDay {
    /// UTC day index.
    pub day: u64,
    /// Hash of the evidence of its report.
    pub report: Hash,
    /// Hire that fell due.
    pub hire: Vec<Part>,
}

/// A leaf.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayoutRow {
    /// The Device account.
    pub device: Key,
    /// Owner at registration, or the wallet of a position.
    pub party: Key,
    /// All IO ever paid, base units.
    pub lifetime_io: u64,
    /// All USDC ever paid, base units.
    pub lifetime_usdc: u64,
    /// Unpaid obligations, 1e-6 USD.
    pub arrears_usd_micros: u64,
}

/// Evidence of a payout root as stored, canonical Borsh.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct PayoutBundle {
    /// Version of the rules of its maker.
    pub rules_version: u16,
    /// Last epoch that is contained.
    pub through_epoch: u64,
    /// Hash of the bundle of the accepted root before it; `None` for the first.
    pub previous: Option<Hash>,
    /// The days added since, in order.
    pub days: Vec<PayoutDay>,
    /// The leaves, in order of device and party.
    pub rows: Vec<PayoutRow>,
}

impl PayoutBundle {
    /// Adds sealed days to the leaves of the accepted root before.
    ///
    /// Errors: `HoursOutOfOrder` for days that do not follow each other, `Overflow`.
    pub fn build(
        previous: Option<&PayoutBundle>,
        days: &[SealedDay<'_>],
    ) -> Result<Self, ReportError> {
        let mut payouts = previous.map_or_else(Payouts::default, PayoutBundle::payouts);
        let mut added = Vec::with_capacity(days.len());
        for day in days {
            if day.report.day != day.totals.day {
                return Err(ReportError::HoursOutOfOrder);
            }
            let mut owed: BTreeMap<(Key, Key), u64> = BTreeMap::new();
            let parts = day
                .report
                .parts
                .iter()
                .map(|part| ((part.device, part.party), part.usd_micros));
            for (pair, amount) in parts.chain(day.hire.iter().map(|(pair, sum)| (*pair, *sum))) {
                let sum = owed.entry(pair).or_default();
                *sum = sum.checked_add(amount).ok_or(ReportError::Overflow)?;
            }
            payouts.add(&day.totals, &owed)?;
            added.push(PayoutDay {
                day: day.totals.day,
                report: day.report.hash(),
                hire: Part::list(day.hire),
            });
        }
        Ok(Self {
            rules_version: RULES_VERSION,
            through_epoch: payouts.through_epoch,
            previous: previous.map(PayoutBundle::hash),
            days: added,
            rows: payouts
                .leaves
                .iter()
                .map(|((device, party), leaf)| PayoutRow {
                    device: *device,
                    party: *party,
                    lifetime_io: leaf.lifetime_io,
                    lifetime_usdc: leaf.lifetime_usdc,
                    arrears_usd_micros: leaf.arrears_usd_micros,
                })
                .collect(),
        })
    }

    /// The leaves.
    pub fn payouts(&self) -> Payouts {
        Payouts {
            through_epoch: self.through_epoch,
            leaves: self
                .rows
                .iter()
                .map(|row| {
                    let leaf = Payout {
                        lifetime_io: row.lifetime_io,
                        lifetime_usdc: row.lifetime_usdc,
                        arrears_usd_micros: row.arrears_usd_micros,
                    };
                    ((row.device, row.party), leaf)
                })
                .collect(),
        }
    }

    /// Hash under which the bundle is stored and which the payload carries.
    pub fn hash(&self) -> Hash {
        // Writing to memory fails only for lists above u32::MAX entries.
        tagged(PAYOUT_TAG, &borsh::to_vec(self).unwrap_or_default())
    }

    /// Decodes a stored bundle. Error: `Undecodable`, also for leaves out of order.
    pub fn decode(bytes: &[u8]) -> Result<Self, ReportError> {
        let bundle: Self = borsh::from_slice(bytes).map_err(|_| ReportError::Undecodable)?;
        let is_canonical = bundle.days.is_sorted_by(|a, b| a.day < b.day)
            && bundle
                .rows
                .is_sorted_by(|a, b| (a.device, a.party) < (b.device, b.party));
        if is_canonical {
            Ok(bundle)
        } else {
            Err(ReportError::Undecodable)
        }
    }
}

/// A payout root with the tree that its proofs come from.
#[derive(Clone, Debug)]
pub struct PayoutReport {
    /// Payload that is voted for.
    pub payload: PayoutRoot,
    /// Evidence.
    pub bundle: PayoutBundle,
    tree: Tree,
}

impl PayoutReport {
    /// The report of a bundle; `ring` is the RootRing account of the ide program. Error: `Overflow`.
    pub fn new(bundle: PayoutBundle, ring: &Key) -> Result<Self, ReportError> {
        let payouts = bundle.payouts();
        Ok(Self {
            payload: payouts.payload(ring, bundle.hash())?,
            tree: payouts.tree(ring),
            bundle,
        })
    }

    /// Hash that verifiers vote for.
    pub fn vote(&self, ring: &Key, seq: u64) -> Hash {
        payload_hash::<Sha256Hasher>(ReportKind::PayoutRoot, ring, seq, &self.payload.encode())
    }

    /// Place, leaf and siblings of a party; `None` when it has no leaf.
    pub fn proof(&self, device: &Key, party: &Key) -> Option<(u64, PayoutRow, Vec<Hash>)> {
        let at = self
            .bundle
            .rows
            .binary_search_by(|row| (&row.device, &row.party).cmp(&(device, party)))
            .ok()?;
        let row = self.bundle.rows.get(at)?;
        Some((u64::try_from(at).ok()?, *row, self.tree.proof(at)?))
    }
}
