//! Orders as they are kept: the file that `ion job run` writes before it sends anything.

use std::path::{Path, PathBuf};

use clap::Args;
use ion_protocol::{Domain, Envelope, JobOrder, Realm};
use solana_pubkey::Pubkey;

use super::{agent::AgentArgs, file::replace};
use crate::{
    commands::device,
    context::Context,
    failure::{Failure, Outcome},
};

/// Digits of an order's id in hexadecimal.
const ID_HEX: usize = 64;

/// Which order, and where it was sent.
#[derive(Debug, Args)]
pub struct OrderArgs {
    /// File that ion job run wrote, or the order's id (64 hex digits)
    order: String,

    /// Device of an order of which only the id is known; its key must have signed the result
    #[arg(long, value_name = "DEVICE")]
    device: Option<String>,

    /// The agent
    #[command(flatten)]
    pub agent: AgentArgs,
}

/// What is known of an order.
pub struct Known {
    /// [`JobOrder::id`].
    pub id: [u8; 32],
    /// Address of the device account.
    pub device: Pubkey,
    /// The order, where its file is there.
    pub order: Option<JobOrder>,
}

impl From<JobOrder> for Known {
    fn from(order: JobOrder) -> Self {
        Self {
            id: order.id(),
            device: Pubkey::new_from_array(order.device),
            order: Some(order),
        }
    }
}

impl OrderArgs {
    /// The order that is meant.
    ///
    /// Errors: usage, rpc; program when there is no such device.
    pub fn find(&self, ctx: &Context) -> Outcome<Known> {
        let Some(id) = parse_id(&self.order) else {
            return read(Path::new(&self.order)).map(Known::from);
        };
        let Some(device) = &self.device else {
            return Err(
                Failure::usage("the order's device is not known", "--device is missing")
                    .next("give the file that ion job run wrote, or --device with the id"),
            );
        };
        let (device, _) = device::show::find(ctx, device)?;
        Ok(Known {
            id,
            device,
            order: None,
        })
    }
}

fn parse_id(text: &str) -> Option<[u8; 32]> {
    if text.len() != ID_HEX {
        return None;
    }
    hex::decode(text).ok()?.try_into().ok()
}

/// Name of an order's file where none is given.
pub fn default_file(id: &[u8; 32]) -> PathBuf {
    let (start, _) = id.split_at(8);
    PathBuf::from(format!("job-{}.order", hex::encode(start)))
}

/// Writes a signed order; a file that holds the same order is left alone.
///
/// Errors: usage, also when the file holds anything else.
pub fn keep(path: &Path, envelope: &Envelope, order: &JobOrder) -> Outcome<()> {
    let cannot = |why: &dyn std::fmt::Display| {
        Failure::usage(format!("{} cannot be written", path.display()), why)
            .next("name another file with --save-order")
    };
    if path.exists() {
        return match read(path) {
            Ok(kept) if kept == *order => Ok(()),
            _ => Err(cannot(&"it is there and holds something else")),
        };
    }
    let bytes = borsh::to_vec(envelope).map_err(|error| cannot(&error))?;
    // Half an order is none.
    replace(path, &bytes).map_err(|error| cannot(&error))
}

/// Reads a kept order and checks its signature.
///
/// Errors: usage.
pub fn read(path: &Path) -> Outcome<JobOrder> {
    read_envelope(path).map(|(_, order)| order)
}

/// The same with the signature.
///
/// Errors: usage.
pub fn read_envelope(path: &Path) -> Outcome<(Envelope, JobOrder)> {
    let wrong = |why: &dyn std::fmt::Display| {
        Failure::usage(format!("{} is no order", path.display()), why)
            .next("give the file that ion job run wrote, or the order's id (64 hex digits)")
    };
    let bytes = std::fs::read(path).map_err(|error| wrong(&error))?;
    let envelope: Envelope = borsh::from_slice(&bytes).map_err(|error| wrong(&error))?;
    let realm = Realm {
        genesis_hash: envelope.genesis_hash,
        program_id: booking::ID.to_bytes(),
    };
    envelope
        .authenticate(Domain::JobOrder, &realm)
        .and_then(|()| envelope.message())
        .map_err(|error| wrong(&error))
        .map(|order| (envelope, order))
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use ion_protocol::{ContainerJob, JobWork, seal};

    use super::*;

    fn order(nonce: u8) -> (JobOrder, Envelope) {
        let order = JobOrder {
            device: [1; 32],
            booking: [2; 32],
            nonce: [nonce; 16],
            seconds: 60,
            work: JobWork::Container(ContainerJob {
                image: format!("a@sha256:{}", "0f".repeat(32)),
                command: vec![],
                cpu_millis: 1,
                memory_mib: 6,
                gpus: false,
                network: false,
            }),
        };
        let realm = Realm {
            genesis_hash: [3; 32],
            program_id: booking::ID.to_bytes(),
        };
        let key = SigningKey::from_bytes(&[7; 32]);
        let envelope = seal(&key, Domain::JobOrder, &realm, 1, 5, &order).unwrap();
        (order, envelope)
    }

    #[test]
    fn kept_order_is_read_again_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.order");
        let (first, envelope) = order(1);
        keep(&path, &envelope, &first).unwrap();
        assert_eq!(read(&path).unwrap(), first);
        keep(&path, &envelope, &first).unwrap();
        let (second, other) = order(2);
        let error = keep(&path, &other, &second).unwrap_err();
        assert!(error.why.contains("something else"));
        assert_eq!(read(&path).unwrap(), first);
    }

    #[test]
    fn changed_order_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.order");
        let (first, mut envelope) = order(1);
        let last = envelope.payload.len() - 1;
        envelope.payload[last] ^= 1;
        keep(&path, &envelope, &first).unwrap();
        assert!(read(&path).unwrap_err().what.contains("is no order"));
        std::fs::write(&path, b"nothing").unwrap();
        assert!(read(&path).is_err());
    }
}
