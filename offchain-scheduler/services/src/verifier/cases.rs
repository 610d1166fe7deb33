//! Slash cases that go on by themselves: outcomes fixed, legs given back, holds burned, the renter's
//! part paid (economics §5.4, §13.4).

use std::sync::Arc;

use ion_claims::{ClaimsError, Hold};
use ion_client::instructions::{
    ide as ide_ix, rewards as rewards_ix,
    staking::{self as ix, CaseHold, CaseKey},
};
use ion_economics::{
    slash::{CaseInput, CaseState, LEGS},
    units::{Io, UnixSeconds},
};
use ion_merkle::report::ReportKind;
use ion_report::{PayoutReport, RootReport};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use staking::state::Case;

use super::{
    VerifierError,
    leftovers::Pass,
    payouts::PayoutTree,
    roots::RewardTree,
    state::{Verifier, blocking},
    trees::EarningsTree,
};
use crate::chain_view::{RootView, RootsView, read};

/// Trees of the newest matured roots, built once where a proof from them is asked for.
#[derive(Default)]
struct Proofs {
    reward: Option<(u64, Arc<RootReport>)>,
    payout: Option<(u64, Arc<PayoutReport>)>,
}

/// Whether `finalize_case` has something to do: the outcome can be fixed, or it is fixed, all goes back
/// and no leg has settled the case yet. A case without legs ends in no other way.
fn is_over(case: &Case, now: i64) -> bool {
    let Ok(clock) = case.clock() else {
        return false;
    };
    let now = UnixSeconds::new(now);
    !case.is_settled
        && (clock.state == CaseState::Restored
            || clock.transition(CaseInput::Finalize, now).is_ok())
}

fn is_decided(case: &Case) -> bool {
    CaseState::from_code(case.state).is_ok_and(CaseState::is_decided)
}

/// Legs of a decided case that have something to give back.
fn to_restore(case: &Case) -> Vec<u8> {
    let Some(legs) = case.legs().ok().filter(|_| is_decided(case)) else {
        return Vec::new();
    };
    (0u8..)
        .zip(0..LEGS)
        .filter(|(_, leg)| legs.clone().restore(*leg).is_ok())
        .map(|(number, _)| number)
        .collect()
}

/// Holds of a case that stands that wait to be burned: number of the leg, hold, amount.
fn to_burn(case: &Case) -> Vec<(u8, CaseHold, Io)> {
    let is_burned = CaseState::from_code(case.state) == Ok(CaseState::Burned);
    let Some(legs) = case.legs().ok().filter(|_| is_burned) else {
        return Vec::new();
    };
    (0u8..)
        .zip(0..LEGS)
        .filter_map(|(number, leg)| {
            let hold = CaseHold::of_leg(number)?;
            let amount = legs.clone().burn_hold(leg).ok()?;
            Some((number, hold, amount))
        })
        .collect()
}

impl Verifier {
    /// One round over the slash cases.
    pub(super) async fn attend_cases(&self, pass: &Pass) -> Result<(), VerifierError> {
        let cases = &pass.found.cases;
        let over = cases.iter().filter(|(_, case)| is_over(case, pass.now));
        for (address, case) in pass.some_of(over) {
            let Some(key) = key_of(pass, case) else {
                continue;
            };
            let work = || ix::finalize_case(&pass.mints.io, &key, case, pass.now);
            self.crank_hourly(pass, "finalize_case", address, work)
                .await?;
        }
        let open = cases
            .iter()
            .filter(|(_, case)| is_decided(case) && !case.is_finished);
        for (address, case) in pass.some_of(open) {
            let Some(key) = key_of(pass, case) else {
                continue;
            };
            for leg in to_restore(case) {
                let work = || ix::restore_leg(&pass.mints.io, &key, case, leg);
                self.crank_hourly(pass, "restore_leg", format!("{address}/{leg}"), work)
                    .await?;
            }
        }
        self.burn_holds(pass).await?;
        let owing = cases.iter().filter(|(_, case)| case.renter_due_io > 0);
        for (address, case) in pass.some_of(owing) {
            let Some(to) = self.purse(&case.renter, &pass.mints.io).await? else {
                continue;
            };
            let work = || ix::pay_renter(&pass.mints.io, address, &to);
            self.crank_hourly(pass, "pay_renter", address, work).await?;
        }
        Ok(())
    }

    /// Burns the holds that a matured root covers. A party that is not proven at it is proven first,
    /// from the stored evidence: it has no reason to do so itself.
    async fn burn_holds(&self, pass: &Pass) -> Result<(), VerifierError> {
        let holds = pass.found.cases.iter().flat_map(|(address, case)| {
            let holds = to_burn(case).into_iter();
            holds.map(move |hold| (address, case, hold))
        });
        let holds = pass.some_of(holds);
        if holds.is_empty() {
            return Ok(());
        }
        let (reward, payout) = read(&self.ledger, |ledger| {
            Ok((ledger.roots()?, ledger.payout_roots()?))
        })
        .await?;
        let payout = payout
            .map(|ring| RootsView::of_ring(&ring.ring))
            .unwrap_or_default();
        let mut proofs = Proofs::default();
        for (address, case, (leg, held, amount)) in holds {
            let (kind, roots) = if held.is_reward() {
                (RewardTree::KIND, &reward)
            } else {
                (PayoutTree::KIND, &payout)
            };
            let (Some(key), Some(root)) = (key_of(pass, case), roots.newest_matured(pass.now))
            else {
                continue;
            };
            let wallet = held.wallet(case);
            let device = case.device;
            let ledger = read(&self.ledger, move |ledger| {
                ledger.claim_ledger(kind, &device, &wallet)
            })
            .await?;
            let hold = Hold {
                amount_io: amount.base_units(),
                root_seq: held.root_seq(case),
                proposed_at: case.opened_at,
            };
            let burned = ledger.map(|mut ledger| ledger.burn(&roots.to_ring(), hold, pass.now));
            match burned {
                Some(Ok(_)) => {
                    let work = || ix::burn_forfeited(&pass.mints.io, &key, case, leg);
                    let subject = format!("{address}/{leg}");
                    self.crank_hourly(pass, "burn_forfeited", subject, work)
                        .await?;
                }
                Some(Err(ClaimsError::StaleProof)) => {
                    let proof = self
                        .proof(&mut proofs, kind, root, &device, &wallet)
                        .await?;
                    let Some(proof) = proof else { continue };
                    let subject = format!("{}/{device}/{wallet}", kind.to_u8());
                    self.crank_hourly(pass, "prove_leaf", subject, || proof)
                        .await?;
                }
                Some(Err(_)) | None => {}
            }
        }
        Ok(())
    }

    /// The proof of a party's leaf at an accepted root; `None` while its evidence cannot be found.
    async fn proof(
        &self,
        proofs: &mut Proofs,
        kind: ReportKind,
        root: &RootView,
        device: &Pubkey,
        party: &Pubkey,
    ) -> Result<Option<Instruction>, VerifierError> {
        let (device_key, party_key) = (device.to_bytes(), party.to_bytes());
        if kind == RewardTree::KIND {
            let report = match &proofs.reward {
                Some((seq, report)) if *seq == root.seq => report.clone(),
                _ => {
                    let Some(bundle) = self.find_bundle::<RewardTree>(root).await? else {
                        return Ok(None);
                    };
                    let ring = RewardTree::ring().to_bytes();
                    let report = blocking(move || RootReport::new(bundle, &ring)).await?;
                    let report = Arc::new(report.map_err(VerifierError::Report)?);
                    proofs.reward = Some((root.seq, report.clone()));
                    report
                }
            };
            let Some((at, row)) = report.bundle.lifetimes.find(&device_key, &party_key) else {
                return Ok(None);
            };
            let (Some(siblings), Ok(index)) = (report.proof(at), u64::try_from(at)) else {
                return Ok(None);
            };
            let by = self.address();
            let prove = rewards_ix::prove_leaf(&by, root.seq, index, &row.leaf(), siblings);
            return Ok(Some(prove));
        }
        let report = match &proofs.payout {
            Some((seq, report)) if *seq == root.seq => report.clone(),
            _ => {
                let Some(bundle) = self.find_bundle::<PayoutTree>(root).await? else {
                    return Ok(None);
                };
                let ring = PayoutTree::ring().to_bytes();
                let report = blocking(move || PayoutReport::new(bundle, &ring)).await?;
                let report = Arc::new(report.map_err(VerifierError::Report)?);
                proofs.payout = Some((root.seq, report.clone()));
                report
            }
        };
        let Some((index, row, siblings)) = report.proof(&device_key, &party_key) else {
            return Ok(None);
        };
        let args = ide::ProveLeafArgs {
            root_seq: root.seq,
            index,
            lifetime_io: row.lifetime_io,
            lifetime_usdc: row.lifetime_usdc,
            arrears_usd_micros: row.arrears_usd_micros,
            siblings,
        };
        Ok(Some(ide_ix::prove_leaf(device, party, args)))
    }
}

fn key_of(pass: &Pass, case: &Case) -> Option<CaseKey> {
    Some(CaseKey {
        device: pass.staked(&case.device)?,
        offence_id: case.offence_id,
        part: case.part,
    })
}
