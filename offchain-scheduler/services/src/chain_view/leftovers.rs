//! Accounts that wait for a crank once their time is over.

use anchor_spl::token::{TokenAccount, spl_token::state::AccountState};
use ion_economics::slash::CaseState;
use solana_pubkey::Pubkey;
use staking::state::{Case, CoPosition, Offer};

/// An offence that was upheld, or not appealed, and is not restored in full: one part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffenceView {
    /// The device account.
    pub device: [u8; 32],
    /// Identity of the offence: all its parts share it.
    pub id: [u8; 32],
    /// When it was committed, Unix seconds.
    pub offence_at: i64,
}

impl OffenceView {
    /// The offence of a case, if the case stands.
    pub fn of(case: &Case) -> Option<Self> {
        let stands = matches!(
            CaseState::from_code(case.state),
            Ok(CaseState::Upheld | CaseState::Partial | CaseState::Burned)
        );
        stands.then_some(Self {
            device: case.device.to_bytes(),
            id: case.offence_id,
            offence_at: case.offence_at,
        })
    }
}

/// A poll and when its time began to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PollRent {
    /// The poll account.
    pub address: Pubkey,
    /// Who gets its rent.
    pub payer: Pubkey,
    /// Attestation, else last vote, else opening, Unix seconds.
    pub kept_since: i64,
}

/// A block and who paid for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockRent {
    /// Its hour.
    pub hour: u64,
    /// Where it stands.
    pub state: ion_economics::block::BlockState,
    /// When it was released, Unix seconds.
    pub released_at: i64,
    /// Who gets its rent.
    pub payer: Pubkey,
}

/// A classic token account as a crank looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenView {
    /// Its mint.
    pub mint: Pubkey,
    /// Whose it is.
    pub owner: Pubkey,
    /// Balance in base units.
    pub amount: u64,
    /// Whether it takes tokens and nobody but its owner can move or close it.
    pub is_plain: bool,
}

impl TokenView {
    /// Off the account.
    pub fn of(token: &TokenAccount) -> Self {
        Self {
            mint: token.mint,
            owner: token.owner,
            amount: token.amount,
            is_plain: token.state == AccountState::Initialized
                && token.delegate.is_none()
                && token.close_authority.is_none(),
        }
    }
}

/// Accounts that wait for a crank once their time is over.
#[derive(Clone, Debug, Default)]
pub struct Leftovers {
    /// All polls.
    pub polls: Vec<PollRent>,
    /// All blocks.
    pub blocks: Vec<BlockRent>,
    /// All queued decisions of governance.
    pub actions: Vec<registry::state::Action>,
    /// All slash cases by address.
    pub cases: Vec<(Pubkey, Case)>,
    /// All open offers.
    pub offers: Vec<Offer>,
    /// All co-staking positions that have an account.
    pub positions: Vec<CoPosition>,
    /// Who holds the scheduler role.
    pub scheduler: Pubkey,
}
