//! Messages between renter and scheduler.
//!
//! The request travels in an [`Envelope`](crate::Envelope) of domain `QuoteRequest`, signed by the
//! renter; the answer is JSON with amounts as text, since they exceed what JSON numbers hold.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Path at which quotes are asked for.
pub const QUOTE_PATH: &str = "/v1/quotes";
/// Path of the fleet's state.
pub const FLEET_PATH: &str = "/v1/fleet";
/// Largest body of a quote request in bytes.
pub const MAX_QUOTE_REQUEST_BYTES: usize = 1_024;
/// Longest region name in bytes.
pub const MAX_REGION_BYTES: usize = 64;

/// "What would this cost, and on which devices?" The renter is the envelope's subject.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct QuoteRequest {
    /// Who pays and is refunded; the renter itself or another wallet.
    pub payer: [u8; 32],
    /// Processor class.
    pub class: u16,
    /// Processors, exactly; 1 to 512 on at most 8 devices.
    pub gpus: u16,
    /// Booked time in minutes.
    pub minutes: u32,
    /// 0 USDC, 1 IO.
    pub currency: u8,
    /// Whether the booking ends with the first line that fails and is not replaced.
    pub gang: bool,
    /// Whether a failed device may be replaced.
    pub failover: bool,
    /// Lowest connectivity tier, 0 to 4.
    pub min_connectivity_tier: u8,
    /// Lowest supplier tier.
    pub min_supplier_tier: u8,
    /// Lowest reliability score, bps.
    pub min_reliability_bps: u16,
    /// Highest price of a processor-hour, 1e-6 USD.
    pub max_price_usd_micros: Option<u64>,
    /// Region that every device must claim.
    pub region: Option<String>,
    /// Whether every device must be able to compute confidentially.
    pub confidential: bool,
    /// What the devices must share: 0 nothing, 1 the region, 2 the supplier.
    pub colocation: u8,
}

impl QuoteRequest {
    /// A request without limits beyond class, size and time, paid in USDC by `payer`.
    pub fn new(payer: [u8; 32], class: u16, gpus: u16, minutes: u32) -> Self {
        Self {
            payer,
            class,
            gpus,
            minutes,
            currency: 0,
            gang: false,
            failover: false,
            min_connectivity_tier: 0,
            min_supplier_tier: 0,
            min_reliability_bps: 0,
            max_price_usd_micros: None,
            region: None,
            confidential: false,
            colocation: 0,
        }
    }
}

/// One device of a quote.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct QuotedLine {
    /// Address of the device account, base58.
    pub device: String,
    /// Its processors.
    pub qty: u8,
    /// 1e-6 USD per processor-hour.
    pub rate_usd_micros: String,
    /// Compute, base units of the currency.
    pub compute: String,
    /// Reservation fee, base units.
    pub reservation: String,
    /// Payment fee, base units.
    pub payment: String,
}

/// A quote that is on chain and can be booked until it expires.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct QuoteAnswer {
    /// Id of the quote and of the booking made from it, 16 bytes in hex.
    pub id: String,
    /// Address of the quote account, base58.
    pub quote: String,
    /// Address of the booking that will be made from it, base58.
    pub booking: String,
    /// Who may book it, base58.
    pub renter: String,
    /// Who pays, base58.
    pub payer: String,
    /// `usdc` or `io`.
    pub currency: String,
    /// Decimals of the currency.
    pub decimals: u8,
    /// Compute and fees of all lines, base units.
    pub total: String,
    /// Price of IO it was made with, 1e-12 USD; `0` for USDC.
    pub price_p12: String,
    /// Minutes of each line.
    pub minutes: u32,
    /// Last moment to book it, Unix seconds on the chain's clock.
    pub expires_at: i64,
    /// The devices, head line first.
    pub lines: Vec<QuotedLine>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Domain, Realm, open, seal};
    use ed25519_dalek::SigningKey;

    #[test]
    fn largest_request_fits_its_envelope() {
        let realm = Realm {
            genesis_hash: [1; 32],
            program_id: [2; 32],
        };
        let mut request = QuoteRequest::new([3; 32], 1, 8, 60);
        request.max_price_usd_micros = Some(u64::MAX);
        request.region = Some("x".repeat(MAX_REGION_BYTES));
        let key = SigningKey::from_bytes(&[7; 32]);
        let envelope = seal(&key, Domain::QuoteRequest, &realm, 1, 1_000, &request).unwrap();
        let bytes = borsh::to_vec(&envelope).unwrap();
        let opened = open::<QuoteRequest>(
            &bytes,
            MAX_QUOTE_REQUEST_BYTES,
            Domain::QuoteRequest,
            &realm,
            1_000,
        )
        .unwrap();
        assert_eq!(opened.message, request);
    }
}
