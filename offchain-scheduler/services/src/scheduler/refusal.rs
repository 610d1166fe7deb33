//! Why a renter gets no quote, with code and HTTP status.

use axum::http::StatusCode;
use ion_chain::OutboxError;
use ion_protocol::EnvelopeError;
use ion_store::StoreError;
use solana_pubkey::Pubkey;

use crate::chain_view::ViewError;

/// Why a renter gets no quote.
#[derive(thiserror::Error, Debug)]
pub enum QuoteError {
    /// The request is not acceptable as such.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// A value of the request is out of range.
    #[error("{0}")]
    BadRequest(&'static str),
    /// Quotes in IO are not offered here.
    #[error("this scheduler quotes in USDC only")]
    NoIoQuotes,
    /// The renter has a booking that waits for its payment.
    #[error("booking {0} of this renter waits for payment: pay or cancel it first")]
    OpenBooking(Pubkey),
    /// No such booking.
    #[error("there is no booking at {0}")]
    UnknownBooking(Pubkey),
    /// Somebody else's booking.
    #[error("the booking is of another renter")]
    NotRenter,
    /// No free devices fit.
    #[error("no free devices fit the request: {0}")]
    NoFit(String),
    /// The chain refused the quote.
    #[error("the chain refused the quote: {0}")]
    Refused(String),
    /// The quote did not appear on chain in time.
    #[error("the quote is not on chain yet; ask again")]
    Late,
    /// Too many requests are in hand.
    #[error("too many requests are in hand; ask again")]
    Busy,
    /// The chain could not be read.
    #[error("the chain cannot be read: {0}")]
    Chain(#[from] ViewError),
    /// The store did not answer.
    #[error("the store did not answer")]
    Store(#[from] StoreError),
    /// The outbox did not answer.
    #[error("the outbox did not answer")]
    Outbox(#[from] OutboxError),
}

impl QuoteError {
    /// Stable code in replies and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Envelope(error) => error.code(),
            Self::BadRequest(_) => "bad_request",
            Self::NoIoQuotes => "no_io_quotes",
            Self::OpenBooking(_) => "open_booking",
            Self::UnknownBooking(_) => "unknown_booking",
            Self::NotRenter => "not_renter",
            Self::NoFit(_) => "no_fit",
            Self::Refused(_) => "refused",
            Self::Late => "late",
            Self::Busy => "busy",
            Self::Chain(_) => "chain_unreadable",
            Self::Store(_) | Self::Outbox(_) => "store_unreachable",
        }
    }

    /// HTTP status of the reply.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Envelope(EnvelopeError::BodyTooLarge { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Envelope(EnvelopeError::BadSignature) => StatusCode::UNAUTHORIZED,
            Self::Envelope(EnvelopeError::Replayed(_) | EnvelopeError::OldSequence { .. })
            | Self::OpenBooking(_)
            | Self::NoFit(_)
            | Self::Refused(_) => StatusCode::CONFLICT,
            Self::Envelope(_) | Self::BadRequest(_) | Self::NoIoQuotes => StatusCode::BAD_REQUEST,
            Self::UnknownBooking(_) => StatusCode::NOT_FOUND,
            Self::NotRenter => StatusCode::FORBIDDEN,
            Self::Late => StatusCode::GATEWAY_TIMEOUT,
            Self::Busy | Self::Chain(_) | Self::Store(_) | Self::Outbox(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }
}
