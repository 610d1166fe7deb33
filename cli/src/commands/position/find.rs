//! How a co-staking position is named and found.

use clap::Args;
use ion_client::{accounts, addresses};
use ion_economics::stake::{Position, PositionStatus};
use solana_pubkey::Pubkey;
use staking::state::CoPosition;

use crate::{
    commands::stake::book::Book,
    context::{Context, parse_key},
    failure::{Failure, Outcome},
};

/// Which position is meant.
#[derive(Debug, Args)]
pub struct PositionArgs {
    /// Device id or address
    device: String,

    /// Number of the offer that the position came from [default: the only one of the wallet]
    #[arg(long)]
    seq: Option<u64>,

    /// Whose position, if --seq is not given [default: the signing key's]
    #[arg(long, conflicts_with = "seq")]
    wallet: Option<String>,
}

/// A position with the book it is in.
pub struct Held {
    /// The device's stake.
    pub book: Book,
    /// The position's account.
    pub account: CoPosition,
}

impl Held {
    /// Reads the position of offer `seq` of a device.
    ///
    /// Errors: rpc; program when there is none.
    pub fn read(ctx: &Context, book: Book, seq: u64) -> Outcome<Self> {
        let address = addresses::staking::co_position(&book.address, seq);
        let account = accounts::find(&ctx.chain, &address)?.ok_or_else(|| {
            not_found(format!(
                "no position came from offer {seq} of device {}, or its account is closed",
                book.address
            ))
        })?;
        Ok(Self { book, account })
    }

    /// Address of the position's account.
    pub fn address(&self) -> Pubkey {
        addresses::staking::co_position(&self.account.device, self.account.seq)
    }

    /// The position in the book; `None` once it has left.
    pub fn slot(&self) -> Option<&Position> {
        self.book.ledger.position(self.account.seq)
    }

    /// Status now; `None` once it has left the book.
    pub fn status(&self) -> Option<PositionStatus> {
        self.slot().map(|slot| slot.status(self.book.view.now))
    }
}

impl PositionArgs {
    /// Finds the position.
    ///
    /// Errors: usage, rpc; program when there is none, or several and none is named.
    pub fn find(&self, ctx: &Context) -> Outcome<Held> {
        let named = self
            .wallet
            .as_deref()
            .map(|text| parse_key(text, "wallet"))
            .transpose()?;
        let book = Book::find(ctx, &self.device)?;
        if let Some(seq) = self.seq {
            return Held::read(ctx, book, seq);
        }
        let wallet = match named {
            Some(wallet) => wallet,
            None => ctx.wallet()?,
        };
        let mut of_wallet = book
            .stake
            .positions
            .iter()
            .filter(|slot| slot.wallet == wallet)
            .map(|slot| slot.seq);
        match (of_wallet.next(), of_wallet.next()) {
            (Some(seq), None) => Held::read(ctx, book, seq),
            (None, _) => Err(not_found(format!(
                "wallet {wallet} has no position in the stake of device {}",
                book.address
            ))),
            (Some(_), Some(_)) => Err(Failure::chain(
                "it is not clear which position is meant",
                format!("wallet {wallet} has several on device {}", book.address),
            )
            .next("name one with --seq (ion co-stake list shows them)")),
        }
    }
}

fn not_found(why: String) -> Failure {
    Failure::chain("the position was not found", why)
        .next("ion co-stake list shows the positions of a wallet")
}
