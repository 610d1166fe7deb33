//! Extensions and disputes as the stage's parties send them.

use booking::QuoteExtensionArgs;
use ion_client::{
    history::TransactionRecord,
    instructions::booking::{self as ix, Extension},
    send::SendError,
};
use ion_economics::booking::{Currency, MAX_LINES, Stamp};
use solana_instruction::Instruction;
use solana_signer::Signer;

use super::Stage;

impl Stage {
    /// The scheduler's offer of more minutes under this id.
    pub fn quote_extension_ix(&self, id: [u8; 16], minutes: u32) -> Instruction {
        let price =
            (self.currency == Currency::Io).then(|| self.world.post_price(self.world.price_now()));
        ix::quote_extension(
            &self.world.scheduler.pubkey(),
            &self.key(),
            Stamp::from_u8(self.booking().stamp).expect("a known mode"),
            price.as_ref(),
            &self.lines(),
            QuoteExtensionArgs { id, minutes },
        )
    }

    /// The scheduler offers more minutes.
    pub fn quote_extension(&self, id: [u8; 16], minutes: u32) -> TransactionRecord {
        self.send(&self.world.scheduler, self.quote_extension_ix(id, minutes))
            .expect("quotes an extension")
    }

    /// The extension by this quote with the next operation number.
    pub fn extend_ix(&self, id: [u8; 16]) -> Instruction {
        let payer = self.payer.pubkey();
        ix::extend(
            &self.renter.pubkey(),
            &payer,
            &self.key(),
            &self.mint(),
            &self.purse(&payer),
            &Extension {
                quote_id: id,
                max_total: u64::MAX,
                op_seq: self.booking().op_seq,
            },
            &self.devices,
        )
    }

    /// Renter and payer sign an extension.
    pub fn send_extension(&self, instruction: Instruction) -> Result<TransactionRecord, SendError> {
        self.world
            .send(&self.renter, &[&self.payer], &[instruction])
    }

    /// Quotes and extends by these minutes.
    pub fn extend(&self, nonce: u64, minutes: u32) -> TransactionRecord {
        let id = self.fresh_id(nonce);
        self.quote_extension(id, minutes);
        self.send_extension(self.extend_ix(id)).expect("extends")
    }

    /// The renter's challenge of a record with the next operation number.
    pub fn challenge_ix(&self, seq: u32) -> Instruction {
        ix::challenge(
            &self.renter.pubkey(),
            &self.key(),
            seq,
            [6; 32],
            self.booking().op_seq,
        )
    }

    /// The renter challenges a record.
    pub fn challenge(&self, seq: u32) -> TransactionRecord {
        self.send(&self.renter, self.challenge_ix(seq))
            .expect("challenges")
    }

    /// The arbiter's ruling that leaves these minutes per line.
    pub fn rule_ix(&self, seq: u32, left: &[u32]) -> Instruction {
        let mut minutes = [0; MAX_LINES];
        minutes[..left.len()].copy_from_slice(left);
        ix::rule_record(
            &self.world.arbiter.pubkey(),
            &self.key(),
            seq,
            minutes,
            [8; 32],
        )
    }

    /// The arbiter rules.
    pub fn rule(&self, seq: u32, left: &[u32]) -> TransactionRecord {
        self.send(&self.world.arbiter, self.rule_ix(seq, left))
            .expect("rules")
    }
}
