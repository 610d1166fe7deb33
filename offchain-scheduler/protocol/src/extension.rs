//! A renter asks for more minutes of its running booking.
//!
//! The request travels in an [`Envelope`](crate::Envelope) of domain `ExtensionRequest`, signed by the
//! renter; the answer is the [`QuoteAnswer`](crate::QuoteAnswer) of the quote, whose `booking` is the
//! running one.

use borsh::{BorshDeserialize, BorshSerialize};

/// Path at which more minutes are asked for.
pub const EXTENSION_PATH: &str = "/v1/extensions";
/// Largest body of an extension request in bytes.
pub const MAX_EXTENSION_REQUEST_BYTES: usize = 512;

/// "What would these minutes more cost?" The renter is the envelope's subject.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct ExtensionRequest {
    /// Address of the running booking.
    pub booking: [u8; 32],
    /// Minutes to add to every hired line.
    pub minutes: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Domain, EnvelopeError, Realm, open, seal};
    use ed25519_dalek::SigningKey;

    const REALM: Realm = Realm {
        genesis_hash: [1; 32],
        program_id: [2; 32],
    };

    fn sealed(domain: Domain) -> (ExtensionRequest, Vec<u8>) {
        let request = ExtensionRequest {
            booking: [3; 32],
            minutes: 60,
        };
        let key = SigningKey::from_bytes(&[7; 32]);
        let envelope = seal(&key, domain, &REALM, 1, 1_000, &request).unwrap();
        (request, borsh::to_vec(&envelope).unwrap())
    }

    fn opened(bytes: &[u8], domain: Domain) -> Result<ExtensionRequest, EnvelopeError> {
        open(bytes, MAX_EXTENSION_REQUEST_BYTES, domain, &REALM, 1_000).map(|opened| opened.message)
    }

    #[test]
    fn request_fits_its_envelope() {
        let (request, bytes) = sealed(Domain::ExtensionRequest);
        assert!(bytes.len() < MAX_EXTENSION_REQUEST_BYTES);
        assert_eq!(opened(&bytes, Domain::ExtensionRequest), Ok(request));
    }

    #[test]
    fn signature_for_a_quote_is_none_for_an_extension() {
        let (_, bytes) = sealed(Domain::QuoteRequest);
        assert_eq!(
            opened(&bytes, Domain::ExtensionRequest),
            Err(EnvelopeError::WrongDomain)
        );
    }
}
