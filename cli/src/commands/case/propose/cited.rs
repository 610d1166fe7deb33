//! What a proposal cites: a fault report, a leaf of a device report, or evidence.

use ::staking::Citation;
use ion_client::addresses;
use ion_economics::slash::Offence;
use ion_merkle::{fault::FaultReport, report::LeafReport, report::ReportKind};
use solana_pubkey::Pubkey;

use super::ProposeArgs;
use crate::{
    commands::{
        poll::vote::parse_hash,
        report::proof::{DeviceLeafFile, ProofFile},
    },
    context::{Context, parse_key},
    failure::{Failure, Outcome},
};

const HOUR: i64 = 3_600;

/// What a proposal cites.
pub(super) struct Cited {
    pub(super) citation: Citation,
    pub(super) poll: Option<Pubkey>,
    pub(super) offence_id: [u8; 32],
    pub(super) offence_at: Option<i64>,
    pub(super) evidence: [u8; 32],
}

impl ProposeArgs {
    pub(super) fn cited(&self, ctx: &Context, offence: Offence) -> Outcome<Cited> {
        let named = self
            .evidence
            .as_deref()
            .map(|text| parse_hash(text, "hash of the evidence"))
            .transpose()?;
        if offence == Offence::Spoofing {
            let evidence = named.ok_or_else(|| missing("--evidence"))?;
            return Ok(Cited {
                citation: Citation::Evidence,
                poll: None,
                offence_id: evidence,
                offence_at: None,
                evidence,
            });
        }
        if offence.is_outage() {
            return self.fault(ctx, named);
        }
        self.leaf(ctx, named)
    }

    /// The fault report of a booking.
    fn fault(&self, ctx: &Context, evidence: Option<[u8; 32]>) -> Outcome<Cited> {
        let booking = self
            .booking
            .as_deref()
            .ok_or_else(|| missing("--booking"))?;
        let booking = parse_key(booking, "booking")?;
        let seq = self.seq.ok_or_else(|| missing("--seq"))?;
        let text = self
            .payload
            .as_deref()
            .ok_or_else(|| missing("--payload"))?;
        let unreadable = |why: &str| Failure::usage("the payload is not understood", why);
        let payload = hex::decode(text).map_err(|error| unreadable(&error.to_string()))?;
        let report =
            FaultReport::decode(&payload).ok_or_else(|| unreadable("it is no fault report"))?;
        let poll = addresses::registry::poll(ReportKind::FaultReport, &booking, seq);
        Ok(Cited {
            offence_id: attested(ctx, &poll)?,
            poll: Some(poll),
            offence_at: Some(report.fault_at),
            evidence: evidence.unwrap_or(report.bundle),
            citation: Citation::Fault {
                booking,
                seq,
                payload,
            },
        })
    }

    /// The leaf of the device in a device report.
    fn leaf(&self, ctx: &Context, evidence: Option<[u8; 32]>) -> Outcome<Cited> {
        let path = self.proof.as_deref().ok_or_else(|| missing("--proof"))?;
        let proof = ProofFile::<DeviceLeafFile>::read(path)?;
        let payload = LeafReport {
            root: proof.root()?,
            leaf_count: proof.leaf_count,
            bundle: proof.bundle()?,
        };
        let poll = addresses::registry::poll(ReportKind::DeviceReport, &registry::ID, proof.hour);
        Ok(Cited {
            offence_id: attested(ctx, &poll)?,
            poll: Some(poll),
            offence_at: i64::try_from(proof.hour).ok().map(|hour| hour * HOUR),
            evidence: evidence.unwrap_or(payload.bundle),
            citation: Citation::Leaf {
                hour: proof.hour,
                payload: payload.encode().to_vec(),
                index: proof.index,
                siblings: proof.siblings()?,
                status: proof.leaf.status,
                connectivity_tier: proof.leaf.connectivity_tier,
                supplier_tier: proof.leaf.supplier_tier,
                readiness_flags: proof.leaf.readiness_flags,
                reliability_bps: proof.leaf.reliability_bps,
            },
        })
    }
}

/// Attested hash of a poll.
fn attested(ctx: &Context, poll: &Pubkey) -> Outcome<[u8; 32]> {
    let found = crate::commands::poll::show::find(ctx, poll)?;
    if found.attested_at == 0 {
        return Err(Failure::chain(
            "the cited report is not attested",
            format!("poll {poll} waits for votes"),
        )
        .next("wait for the verifiers"));
    }
    Ok(found.attested_hash)
}

fn missing(flag: &str) -> Failure {
    Failure::usage("the proposal cites nothing", format!("{flag} is missing"))
        .next("ion case propose --help says what each code cites")
}
