//! Slash cases of the stage's device.

mod evidence;

pub use evidence::attest_fault;

use ion_client::{
    addresses::{registry as reg, staking as addr},
    history::TransactionRecord,
    instructions::staking::{self as ix, CaseKey, Proposal},
    send::SendError,
};
use ion_economics::{
    slash::{LEGS, Offence, snapshot},
    units::{DAY, HOUR, Io, UnixSeconds},
};
use ion_merkle::{
    Sha256Hasher, Tree,
    fault::{FaultKind, FaultReport},
    leaf::DeviceLeaf,
    report::{LeafReport, ReportKind, payload_hash},
};
use registry::state::Poll;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use staking::{
    Citation, ProposeSlashArgs, Shows,
    state::{Case, SlashDay},
};

use super::{Stage, edit};
use crate::World;

/// Requirement in bps that code 2 charges by default.
pub const OUTAGE_BPS: u16 = 400;

/// A proposal before it is sent.
#[derive(Clone, Debug)]
pub struct Charge {
    /// Arguments.
    pub args: ProposeSlashArgs,
    /// Poll of the cited report.
    pub poll: Option<Pubkey>,
    /// Earlier case of code 4.
    pub earlier: Option<Pubkey>,
    /// Wallets whose claim records are shown.
    pub shown_wallets: Vec<Pubkey>,
    /// Positions that lose stake; `None` = those the snapshot reaches.
    pub positions: Option<Vec<u64>>,
}

impl Charge {
    /// The same offence under another code and charge.
    pub fn as_part(&self, part: u16, code: Offence, bps: u16) -> Self {
        let mut next = self.clone();
        next.args.part = part;
        next.args.code = code.code();
        next.args.bps = bps;
        next
    }
}

impl Stage {
    /// UTC day of the chain's time.
    pub fn today(&self) -> i64 {
        self.world.now().div_euclid(DAY)
    }

    /// Opens today's day of the network cap where it is not open.
    pub fn open_day(&self) {
        let day = self.today();
        if !self.world.exists(&addr::slash_day(day)) {
            self.crank(ix::open_slash_day(&self.world.authority.pubkey(), day))
                .expect("opens the day");
        }
    }

    /// Today's day of the network cap.
    pub fn slash_day(&self) -> SlashDay {
        self.world.get(&addr::slash_day(self.today()))
    }

    /// Leaves the day this much (base units), by what it has taken.
    pub fn leave_the_day(&self, left: u64) {
        self.open_day();
        let limit = self.slash_day().counted_io.max(super::io(1_000_000)) / 10;
        edit::<SlashDay>(&self.world, &addr::slash_day(self.today()), |day| {
            day.taken_io = limit - left;
        });
    }

    /// Positions whose principal the snapshot of an offence reaches, in slot order.
    pub fn reached(&self, offence_at: i64) -> Vec<u64> {
        let book = self.book();
        let ledger = book.ledger().expect("decodes");
        let now = UnixSeconds::new(self.world.now());
        let reach = snapshot(&ledger, UnixSeconds::new(offence_at), now).expect("counts");
        let positions = book.positions.iter().zip(&reach[1..]);
        positions
            .filter(|(_, reach)| reach.available > Io::ZERO)
            .map(|(slot, _)| slot.seq)
            .collect()
    }

    /// Identity of the case that a charge opens.
    pub fn case_key(&self, charge: &Charge) -> CaseKey {
        CaseKey {
            device: self.device,
            offence_id: charge.args.offence_id,
            part: charge.args.part,
        }
    }

    /// The case that a charge opened.
    pub fn case(&self, charge: &Charge) -> Case {
        self.world.get(&self.case_key(charge).address())
    }

    /// The instruction of a charge, by this slasher.
    pub fn propose_ix(&self, slasher: &Pubkey, charge: &Charge) -> Instruction {
        let proposal = Proposal {
            day: self.today(),
            poll: charge.poll,
            earlier: charge.earlier,
            shown_wallets: charge.shown_wallets.clone(),
            positions: charge
                .positions
                .clone()
                .unwrap_or_else(|| self.reached(charge.args.offence_at)),
        };
        ix::propose_slash(
            slasher,
            &self.mint(),
            &self.device,
            &proposal,
            charge.args.clone(),
        )
    }

    /// The slasher proposes; the day is opened first where it is not open.
    pub fn propose(&self, charge: &Charge) -> Result<TransactionRecord, SendError> {
        self.open_day();
        let slasher = &self.world.slasher;
        self.send(slasher, self.propose_ix(&slasher.pubkey(), charge))
    }

    /// As [`Self::propose`], over a lookup table, as the slasher's service sends what does not fit a
    /// plain transaction.
    pub fn propose_over_table(&self, charge: &Charge) -> Result<TransactionRecord, SendError> {
        self.open_day();
        let slasher = &self.world.slasher;
        let propose = self.propose_ix(&slasher.pubkey(), charge);
        self.world.send_over_table(slasher, &propose)
    }

    /// A party appeals.
    pub fn appeal(&self, party: &Keypair, charge: &Charge) -> Result<TransactionRecord, SendError> {
        let case = self.case_key(charge).address();
        self.send(party, ix::appeal(&party.pubkey(), &case, [3; 32]))
    }

    /// The arbiter rules.
    pub fn rule(&self, charge: &Charge, uphold_bps: u16) -> Result<TransactionRecord, SendError> {
        let arbiter = &self.world.arbiter;
        let rule = ix::rule(
            &arbiter.pubkey(),
            &self.case_key(charge),
            uphold_bps,
            [4; 32],
        );
        self.send(arbiter, rule)
    }

    /// The slasher takes a case back.
    pub fn withdraw_case(&self, charge: &Charge) -> Result<TransactionRecord, SendError> {
        let slasher = &self.world.slasher;
        let case = self.case_key(charge).address();
        self.send(slasher, ix::withdraw_case(&slasher.pubkey(), &case))
    }

    /// Anyone fixes the outcome.
    pub fn finalize(&self, charge: &Charge) -> Result<TransactionRecord, SendError> {
        self.crank(self.finalize_ix(charge))
    }

    /// The instruction that fixes the outcome.
    pub fn finalize_ix(&self, charge: &Charge) -> Instruction {
        ix::finalize_case(
            &self.mint(),
            &self.case_key(charge),
            &self.case(charge),
            self.world.now(),
        )
    }

    /// The instruction that gives a leg back.
    pub fn restore_ix(&self, charge: &Charge, leg: u8) -> Instruction {
        ix::restore_leg(
            &self.mint(),
            &self.case_key(charge),
            &self.case(charge),
            leg,
        )
    }

    /// Anyone gives a leg back.
    pub fn restore(&self, charge: &Charge, leg: u8) -> Result<TransactionRecord, SendError> {
        self.crank(self.restore_ix(charge, leg))
    }

    /// Anyone tries to give a leg back that the case does not have.
    pub fn restore_named(&self, charge: &Charge, leg: u8) -> Result<TransactionRecord, SendError> {
        let mut instruction = self.restore_ix(charge, 0);
        if let Some(byte) = instruction.data.last_mut() {
            *byte = leg;
        }
        self.crank(instruction)
    }

    /// Gives back every leg of a decided case that has something to give.
    pub fn restore_all(&self, charge: &Charge) {
        for leg in 0..LEGS {
            let mut legs = self.case(charge).legs().expect("decodes");
            if legs.restore(leg).is_ok() {
                let leg = u8::try_from(leg).expect("15 legs");
                self.restore(charge, leg).expect("restores");
            }
        }
    }

    /// A stranger sends tokens to the device's vault.
    pub fn donate(&self, amount_io: u64) {
        self.donate_to(&self.vault(), amount_io);
    }

    /// Somebody sends tokens to a vault without an instruction of the program.
    pub fn donate_to(&self, vault: &Pubkey, amount_io: u64) {
        let treasury = &self.world.treasury;
        let gift = anchor_spl::token::spl_token::instruction::transfer(
            &anchor_spl::token::ID,
            &self.purse(&treasury.pubkey()),
            vault,
            &treasury.pubkey(),
            &[],
            amount_io,
        )
        .expect("classic token");
        self.send(treasury, gift).expect("anybody can");
    }

    /// Supply of IO.
    pub fn supply(&self) -> u64 {
        use anchor_lang::AccountDeserialize;
        let mint = self.world.raw(&self.mint());
        anchor_spl::token::Mint::try_deserialize(&mut mint.data.as_slice())
            .expect("the mint")
            .supply
    }

    /// The case's vault holds what the case says.
    #[track_caller]
    pub fn assert_true_case(&self, charge: &Charge) {
        let case = self.case(charge);
        let vault = self.case_key(charge).vault();
        assert_eq!(
            self.world.token(&vault),
            case.vault_io().expect("nothing more left than came")
        );
    }

    /// Makes another key the holder of a role.
    pub fn rotate(&self, change: impl FnOnce(&mut registry::state::Roles)) {
        edit::<registry::state::Roles>(&self.world, &reg::roles(), change);
    }
}
