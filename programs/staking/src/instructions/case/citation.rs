//! The attested report that shows an offence (economics §5.1).

use anchor_lang::prelude::*;
use ion_economics::{params::registry::RELIABILITY_FLOOR, slash::Offence, units::HOUR};
use ion_merkle::{
    fault::{FaultKind, FaultReport},
    leaf::DeviceLeaf,
    report::{LeafReport, ReportKind},
    MAX_SIBLINGS,
};
use registry::{
    state::{Params, Poll},
    ChainHasher,
};

use crate::error::StakingError;

/// What a proposal cites.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
#[borsh(use_discriminant = false)]
pub enum Citation {
    /// Nothing: code 6, whose evidence is the bundle.
    Evidence,
    /// Codes 2, 3, 3b: an attested fault report that names the device and the time.
    Fault {
        /// Subject of the poll: the booking.
        booking: Pubkey,
        /// Sequence of the poll.
        seq: u64,
        /// Payload of the report (114 bytes).
        payload: Vec<u8>,
    },
    /// Codes 4, 5: the device's leaf in an attested device report of the hour of the offence.
    Leaf {
        /// Hour index of the report.
        hour: u64,
        /// Payload of the report (72 bytes).
        payload: Vec<u8>,
        /// Place of the leaf in the tree, from 0.
        index: u64,
        /// Siblings from the leaf upwards; levels at which the node has none are left out.
        siblings: Vec<[u8; 32]>,
        /// Status in the leaf.
        status: u8,
        /// Connectivity tier in the leaf.
        connectivity_tier: u8,
        /// Supplier tier in the leaf.
        supplier_tier: u8,
        /// Readiness flags in the leaf.
        readiness_flags: u32,
        /// Reliability score in the leaf, bps.
        reliability_bps: u16,
    },
}

/// What a citation shows.
pub(crate) struct Shown {
    /// Identity of the offence.
    pub offence_id: [u8; 32],
    /// Renter named in a fault report.
    pub renter: Pubkey,
}

impl Citation {
    /// Checks that the cited report is attested and shows this offence of this device at this time.
    ///
    /// Errors: `WrongCitation`, `WrongDevice`, `WrongOffenceTime`, `InvalidProof`,
    /// `ReliabilityNotLow`, `WrongParams`, those of the registry's `check_payload`.
    #[inline(never)]
    pub(crate) fn check(
        &self,
        offence: Offence,
        device: &Pubkey,
        offence_at: i64,
        evidence_hash: &[u8; 32],
        poll: Option<&AccountLoader<Poll>>,
        registry_params: Option<&Account<Params>>,
    ) -> Result<Shown> {
        match (self, poll) {
            (Self::Evidence, None) if offence == Offence::Spoofing => Ok(Shown {
                offence_id: *evidence_hash,
                renter: Pubkey::default(),
            }),
            (
                Self::Fault {
                    booking,
                    seq,
                    payload,
                },
                Some(poll),
            ) if offence.is_outage() => {
                let poll = poll.load()?;
                poll.check_payload(ReportKind::FaultReport, booking, *seq, payload)?;
                let report = FaultReport::decode(payload).ok_or(StakingError::WrongCitation)?;
                require!(
                    FaultKind::from_u8(report.kind) == Some(FaultKind::Outage),
                    StakingError::WrongCitation
                );
                require!(
                    report.device == device.to_bytes(),
                    StakingError::WrongDevice
                );
                require!(
                    report.fault_at == offence_at,
                    StakingError::WrongOffenceTime
                );
                Ok(Shown {
                    offence_id: poll.attested_hash,
                    renter: Pubkey::new_from_array(report.renter),
                })
            }
            (Self::Leaf { .. }, Some(poll)) if offence.is_shown_by_leaf() => {
                let poll = poll.load()?;
                self.check_leaf(offence, device, offence_at, &poll, registry_params)?;
                Ok(Shown {
                    offence_id: poll.attested_hash,
                    renter: Pubkey::default(),
                })
            }
            _ => Err(StakingError::WrongCitation.into()),
        }
    }

    #[inline(never)]
    fn check_leaf(
        &self,
        offence: Offence,
        device: &Pubkey,
        offence_at: i64,
        poll: &Poll,
        registry_params: Option<&Account<Params>>,
    ) -> Result<()> {
        let Self::Leaf {
            hour,
            payload,
            index,
            siblings,
            status,
            connectivity_tier,
            supplier_tier,
            readiness_flags,
            reliability_bps,
        } = self
        else {
            return Err(StakingError::WrongCitation.into());
        };
        poll.check_payload(ReportKind::DeviceReport, &registry::ID, *hour, payload)?;
        let of_hour = u64::try_from(offence_at.div_euclid(HOUR)).ok();
        require!(of_hour == Some(*hour), StakingError::WrongOffenceTime);
        let report = LeafReport::decode(payload).ok_or(StakingError::WrongCitation)?;
        let leaf = DeviceLeaf {
            registry: registry::ID.to_bytes(),
            device: device.to_bytes(),
            status: *status,
            connectivity_tier: *connectivity_tier,
            supplier_tier: *supplier_tier,
            readiness_flags: *readiness_flags,
            reliability_bps: *reliability_bps,
        }
        .hash::<ChainHasher>();
        require!(
            siblings.len() <= MAX_SIBLINGS
                && ion_merkle::verify::<ChainHasher>(
                    &report.root,
                    &leaf,
                    *index,
                    report.leaf_count,
                    siblings,
                ),
            StakingError::InvalidProof
        );
        if offence == Offence::LowReliability {
            let params = registry_params.ok_or(StakingError::WrongParams)?;
            require_keys_eq!(params.program, registry::ID, StakingError::WrongParams);
            let floor = params.value(&RELIABILITY_FLOOR, offence_at);
            require!(
                i64::from(*reliability_bps) < floor,
                StakingError::ReliabilityNotLow
            );
        }
        Ok(())
    }
}
