//! Requests to services beside the chain, signed with the caller's key and bound to the cluster.

use std::time::{SystemTime, UNIX_EPOCH};

use borsh::BorshSerialize;
use ed25519_dalek::SigningKey;
use ion_protocol::{Domain, Envelope, Realm, seal};

use crate::{
    context::Context,
    failure::{Failure, Outcome},
};

/// Signs a message about bookings with the signing key of the call.
///
/// Errors: rpc when the node does not answer, usage when there is no key.
pub fn sealed<T: BorshSerialize>(ctx: &Context, domain: Domain, message: &T) -> Outcome<Envelope> {
    let realm = Realm {
        genesis_hash: ctx.chain.genesis_hash()?.to_bytes(),
        program_id: booking::ID.to_bytes(),
    };
    let key = SigningKey::from_bytes(ctx.keypair()?.secret_bytes());
    seal(&key, domain, &realm, sequence(), ctx.now()?, message)
        .map_err(|error| Failure::usage("the request cannot be signed", error))
}

/// Grows with every call: milliseconds since 1970 by this machine's clock.
fn sequence() -> u64 {
    let elapsed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}
