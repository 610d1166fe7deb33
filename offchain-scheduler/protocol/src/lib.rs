//! What services say to each other and to the command line: the signed envelope and the messages.
//!
//! Mechanism: a request is one Borsh [`Envelope`] whose signature covers domain, cluster, program,
//! subject, sequence, expiry and payload hash; the reply is Borsh, an error is a JSON
//! [`ErrorBody`] with a stable code. Place of use: agent → verifier, renter → scheduler, renter → agent. Invariant:
//! authority comes from the signature alone; no header and no shared token means anything.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod device;
mod envelope;
mod extension;
mod hardware;
mod job;
mod quote;
mod supplier;

pub use device::*;
pub use envelope::*;
pub use extension::*;
pub use hardware::*;
pub use job::*;
pub use quote::*;
pub use supplier::*;
