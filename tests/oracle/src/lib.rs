//! A price account as the pull oracle's receiver writes it, for chains that have no oracle.
#![deny(missing_docs)]

use anchor_lang::AccountSerialize;
use pyth_solana_receiver_sdk::price_update::{PriceFeedMessage, PriceUpdateV2, VerificationLevel};
use solana_account::Account;
use solana_pubkey::Pubkey;

/// The receiver program that owns price accounts on public clusters.
pub const RECEIVER: Pubkey = pyth_solana_receiver_sdk::ID;

/// What an update says; the defaults are those of economics §16.6.
#[derive(Clone, Copy, Debug)]
pub struct PostedPrice {
    /// Price mantissa.
    pub price: i64,
    /// Confidence interval, same exponent.
    pub conf: u64,
    /// Decimal exponent.
    pub exponent: i32,
    /// Publication time in Unix seconds.
    pub publish_time: i64,
    /// Exponential moving average of the price.
    pub ema_price: i64,
    /// Whether all guardians' signatures were checked.
    pub full: bool,
    /// The feed it belongs to.
    pub feed_id: [u8; 32],
}

impl PostedPrice {
    /// Price 0.15 USD with 20 bps of confidence, published at `now`.
    pub fn at(now: i64, feed_id: [u8; 32]) -> Self {
        Self {
            price: 15_000_000,
            conf: 30_000,
            exponent: -8,
            publish_time: now,
            ema_price: 15_000_000,
            full: true,
            feed_id,
        }
    }

    /// The account that holds it, owned by `receiver`.
    ///
    /// # Panics
    /// Never: the account type serialises into memory.
    pub fn account(&self, receiver: Pubkey) -> Account {
        let update = PriceUpdateV2 {
            write_authority: receiver,
            verification_level: if self.full {
                VerificationLevel::Full
            } else {
                VerificationLevel::Partial { num_signatures: 5 }
            },
            price_message: PriceFeedMessage {
                feed_id: self.feed_id,
                price: self.price,
                conf: self.conf,
                exponent: self.exponent,
                publish_time: self.publish_time,
                prev_publish_time: self.publish_time - 1,
                ema_price: self.ema_price,
                ema_conf: self.conf,
            },
            posted_slot: 1,
        };
        let mut data = Vec::new();
        update
            .try_serialize(&mut data)
            .expect("serialises into memory");
        data.resize(PriceUpdateV2::LEN, 0);
        Account {
            lamports: 10_000_000,
            data,
            owner: receiver,
            executable: false,
            rent_epoch: u64::MAX,
        }
    }
}
