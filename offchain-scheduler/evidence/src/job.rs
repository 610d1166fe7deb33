//! A renter's order with the device's result.

use borsh::{BorshDeserialize, BorshSerialize};
use ion_challenge::freivalds::Product;
use ion_protocol::{
    Domain, Envelope, EnvelopeError, JobFinding, JobLimits, JobOrder, JobOutcome, JobOutput,
    JobResult, JobWork, OrderError, Realm, SignedJobResult,
};
use sha2::{Digest, Sha256};

use crate::Hash;

const SEED_TAG: &[u8] = b"ION_JOB_CHECK_V1";
/// Rounds of Freivalds' test: a wrong product passes one with probability 2⁻⁶¹ at most.
const ROUNDS: u8 = 2;

/// An order as the renter signed it and the result as the device signed it.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct JobRecord {
    /// The order.
    pub order: Envelope,
    /// The result.
    pub result: SignedJobResult,
}

/// Why a job record shows nothing: it is not what it claims to be.
#[derive(thiserror::Error, Clone, Debug, PartialEq, Eq)]
pub enum JobRecordError {
    /// The order is not authentic.
    #[error("the order: {0}")]
    Order(#[from] EnvelopeError),
    /// No agent takes such an order.
    #[error("the order: {0}")]
    NoOrder(#[from] OrderError),
    /// The result is of another order.
    #[error("the result is of another order")]
    OtherOrder,
    /// The device key that it names did not sign the result.
    #[error("the result is not signed by the key that it names")]
    NotSigned,
}

impl JobRecord {
    /// Who ordered.
    pub fn renter(&self) -> Hash {
        self.order.subject
    }

    /// Checks both signatures and a product: [`Self::authenticate`], then [`Self::finding`].
    ///
    /// Errors: all of [`JobRecordError`].
    pub fn check(&self, realm: &Realm) -> Result<(JobOrder, JobFinding), JobRecordError> {
        let order = self.authenticate(realm)?;
        let finding = self.finding(&order);
        Ok((order, finding))
    }

    /// The order, when renter and device signed both parts. `realm` is the cluster with the booking
    /// program; whether renter, device and booking belong together stands on chain.
    ///
    /// Errors: all of [`JobRecordError`].
    pub fn authenticate(&self, realm: &Realm) -> Result<JobOrder, JobRecordError> {
        self.order.authenticate(Domain::JobOrder, realm)?;
        let order: JobOrder = self.order.message()?;
        order.check(&JobLimits::NONE)?;
        if self.result.result.order != order.id() {
            return Err(JobRecordError::OtherOrder);
        }
        if !self.result.is_signed() {
            return Err(JobRecordError::NotSigned);
        }
        Ok(order)
    }

    /// What the result shows, see [`finding`].
    ///
    /// A product is tested on vectors that follow from the record: the result is fixed before they
    /// are, and everybody comes to the same finding, wrong with probability 2⁻¹²² at most.
    pub fn finding(&self, order: &JobOrder) -> JobFinding {
        finding(order, &self.result.result, &self.seed())
    }

    /// Seed of the test. The signature covers the whole result, which names the order.
    fn seed(&self) -> Hash {
        // Writing to memory fails only for lists above u32::MAX entries.
        let result = borsh::to_vec(&self.result).unwrap_or_default();
        Sha256::new()
            .chain_update(SEED_TAG)
            .chain_update(result)
            .finalize()
            .into()
    }
}

/// What a result of an order shows. A product is tested by Freivalds with vectors from `seed`, which
/// the device must not have known when it signed; an order that says completed and has no product of
/// its shape is wrong. What a container did shows nothing.
pub fn finding(order: &JobOrder, result: &JobResult, seed: &Hash) -> JobFinding {
    match (&order.work, &result.output) {
        _ if result.outcome != JobOutcome::Completed => JobFinding::Unchecked,
        (JobWork::Container(_), _) => JobFinding::Unchecked,
        (JobWork::Product(job), JobOutput::Product(entries)) => {
            let product = Product {
                rows: job.rows as usize,
                inner: job.inner as usize,
                columns: job.columns as usize,
                left: &job.left,
                right: &job.right,
                result: entries,
            };
            // A shape other than the ordered one is no product of it.
            match product.is_right(seed, ROUNDS) {
                Ok(true) => JobFinding::Right,
                Ok(false) | Err(_) => JobFinding::Wrong,
            }
        }
        (JobWork::Product(_), _) => JobFinding::Wrong,
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use ion_protocol::{ContainerJob, JobResult, ProductJob, seal};

    use super::*;

    const REALM: Realm = Realm {
        genesis_hash: [1; 32],
        program_id: [2; 32],
    };

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn record(work: JobWork, outcome: JobOutcome, output: JobOutput) -> JobRecord {
        let order = JobOrder {
            device: [3; 32],
            booking: [4; 32],
            nonce: [5; 16],
            seconds: 60,
            work,
        };
        let result = JobResult {
            order: order.id(),
            outcome,
            started_at: 1,
            ended_at: 2,
            output,
        };
        JobRecord {
            order: seal(&key(7), Domain::JobOrder, &REALM, 1, 5, &order).unwrap(),
            result: SignedJobResult::new(&key(8), result),
        }
    }

    fn product(entries: &[i64]) -> JobRecord {
        let work = JobWork::Product(ProductJob {
            rows: 1,
            inner: 2,
            columns: 2,
            left: vec![2, 3],
            right: vec![5, 7, 11, 13],
        });
        let output = JobOutput::Product(entries.to_vec());
        record(work, JobOutcome::Completed, output)
    }

    fn shown(record: &JobRecord) -> Result<JobFinding, JobRecordError> {
        record.check(&REALM).map(|(_, finding)| finding)
    }

    #[test]
    fn right_and_wrong_products_are_told_apart() {
        assert_eq!(shown(&product(&[43, 53])), Ok(JobFinding::Right));
        for wrong in [&[43, 54][..], &[44, 53], &[43], &[43, 53, 0], &[]] {
            assert_eq!(shown(&product(wrong)), Ok(JobFinding::Wrong), "{wrong:?}");
        }
        let mut nothing = product(&[43, 53]).result.result;
        nothing.output = JobOutput::Nothing;
        let hollow = JobRecord {
            result: SignedJobResult::new(&key(8), nothing.clone()),
            ..product(&[43, 53])
        };
        assert_eq!(shown(&hollow), Ok(JobFinding::Wrong));
        nothing.outcome = JobOutcome::TimedOut;
        let late = JobRecord {
            result: SignedJobResult::new(&key(8), nothing),
            ..hollow
        };
        assert_eq!(shown(&late), Ok(JobFinding::Unchecked));
    }

    #[test]
    fn orders_without_entries_are_none_however_large_they_say_they_are() {
        for (rows, inner, columns) in [(0, 0, u32::MAX), (u32::MAX, 0, 0), (0, u32::MAX, 0)] {
            let work = JobWork::Product(ProductJob {
                rows,
                inner,
                columns,
                left: vec![],
                right: vec![],
            });
            let record = record(work, JobOutcome::Completed, JobOutput::Product(vec![]));
            let no_order = Err(JobRecordError::NoOrder(OrderError::Shape));
            assert_eq!(shown(&record), no_order, "{rows} {inner} {columns}");
        }
    }

    #[test]
    fn containers_show_nothing() {
        let work = JobWork::Container(ContainerJob {
            image: format!("a@sha256:{}", "0f".repeat(32)),
            command: vec![],
            cpu_millis: 1,
            memory_mib: 6,
            gpus: false,
            network: false,
        });
        let output = JobOutput::Product(vec![1]);
        let record = record(work, JobOutcome::Completed, output);
        assert_eq!(shown(&record), Ok(JobFinding::Unchecked));
    }

    #[test]
    fn record_must_be_signed_by_both_for_one_order() {
        let good = product(&[43, 53]);
        let mut forged = good.clone();
        forged.order.signature[0] ^= 1;
        let bad = EnvelopeError::BadSignature;
        assert_eq!(shown(&forged), Err(JobRecordError::Order(bad)));
        let mut changed = good.clone();
        changed.result.result.output = JobOutput::Product(vec![43, 54]);
        assert_eq!(shown(&changed), Err(JobRecordError::NotSigned));
        let mut other = good.result.result.clone();
        other.order = [9; 32];
        let other = JobRecord {
            result: SignedJobResult::new(&key(8), other),
            ..good.clone()
        };
        assert_eq!(shown(&other), Err(JobRecordError::OtherOrder));
        let elsewhere = Realm {
            genesis_hash: [9; 32],
            ..REALM
        };
        let foreign = EnvelopeError::WrongCluster;
        assert_eq!(good.check(&elsewhere), Err(JobRecordError::Order(foreign)));
    }
}
