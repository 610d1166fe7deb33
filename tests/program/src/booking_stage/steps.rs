//! The instructions of a booking as the stage's parties send them.

use booking::{ApplyWorkLeafArgs, CreateQuoteArgs, ID};
use ion_client::{
    addresses,
    history::TransactionRecord,
    instructions::{
        booking::{self as ix, CloseExtras},
        ide,
    },
    send::SendError,
};
use ion_economics::{booking::Currency, units::DAY};
use ion_merkle::{
    Sha256Hasher, Tree,
    leaf::WorkLeaf,
    report::{LeafReport, ReportKind},
};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use super::{MINUTES, Stage, hour};

impl Stage {
    /// What the stage quotes.
    pub fn quote_args(&self) -> CreateQuoteArgs {
        CreateQuoteArgs {
            id: self.id,
            group: [0; 16],
            renter: self.renter.pubkey(),
            payer: self.payer.pubkey(),
            currency: self.currency as u8,
            source: 0,
            flags: 0,
            minutes: MINUTES,
            lines: u8::try_from(self.devices.len()).expect("few devices"),
        }
    }

    /// The quote with its oracle account where it needs one.
    pub fn quote_ix(&self, args: CreateQuoteArgs) -> Instruction {
        let price =
            (self.currency == Currency::Io).then(|| self.world.post_price(self.world.price_now()));
        ix::create_quote(
            &self.world.scheduler.pubkey(),
            price.as_ref(),
            &self.lines(),
            args,
        )
    }

    /// The scheduler quotes.
    pub fn create_quote(&self) -> TransactionRecord {
        self.send(&self.world.scheduler, self.quote_ix(self.quote_args()))
            .expect("quotes")
    }

    /// The renter's booking.
    pub fn book_ix(&self) -> Instruction {
        ix::book(&self.renter.pubkey(), &self.mint(), &self.id, u64::MAX)
    }

    /// The renter books.
    pub fn book(&self) -> TransactionRecord {
        self.send(&self.renter, self.book_ix()).expect("books")
    }

    /// A payment out of the payer's purse with the next operation number.
    pub fn pay_ix(&self, amount: u64) -> Instruction {
        let payer = self.payer.pubkey();
        ix::pay(
            &payer,
            &self.mint(),
            &self.key(),
            &self.purse(&payer),
            amount,
            self.booking().op_seq,
        )
    }

    /// The payer pays all.
    pub fn pay_all(&self) -> TransactionRecord {
        self.send(&self.payer, self.pay_ix(u64::MAX)).expect("pays")
    }

    /// Locks the first four devices.
    pub fn lock_ix(&self) -> Instruction {
        let lines = self.lines();
        ix::lock_lines(
            &self.world.authority.pubkey(),
            &self.key(),
            &lines[..lines.len().min(4)],
        )
    }

    /// Locks all devices, four at a time.
    pub fn lock_all(&self) {
        for lines in self.lines().chunks(4) {
            let lock = ix::lock_lines(&self.world.authority.pubkey(), &self.key(), lines);
            self.crank(lock).expect("locks");
        }
    }

    /// The scheduler's start with the next operation number.
    pub fn start_ix(&self) -> Instruction {
        ix::start(
            &self.world.scheduler.pubkey(),
            &self.key(),
            self.booking().op_seq,
        )
    }

    /// The scheduler starts.
    pub fn start(&self) -> TransactionRecord {
        self.send(&self.world.scheduler, self.start_ix())
            .expect("starts")
    }

    /// The end with all devices.
    pub fn end_ix(&self) -> Instruction {
        ix::end(&self.world.authority.pubkey(), &self.key(), &self.devices)
    }

    /// The renter's termination with the next operation number.
    pub fn terminate_ix(&self) -> Instruction {
        ix::terminate(
            &self.renter.pubkey(),
            &self.key(),
            self.booking().op_seq,
            &self.devices,
        )
    }

    /// A leaf among four of a report of the present hour that is attested with it.
    pub fn leaf(&self, seq: u32, is_final: bool, served: &[u32]) -> ApplyWorkLeafArgs {
        let mut served_minutes = [0; 8];
        served_minutes[..served.len()].copy_from_slice(served);
        let leaf = WorkLeaf {
            booking: self.key().to_bytes(),
            record_seq: seq,
            is_final,
            served_minutes,
        };
        let mut hashes = vec![[1; 32], [2; 32], leaf.hash::<Sha256Hasher>(), [3; 32]];
        hashes.truncate(3 + usize::from(seq.is_multiple_of(2)));
        let tree = Tree::new(hashes);
        let report = LeafReport {
            root: tree.root(),
            leaf_count: tree.count(),
            bundle: [4; 32],
        };
        // each leaf comes in a report of its own, under the next free number
        let taken = |hour: &u64| {
            self.world.exists(&addresses::registry::poll(
                ReportKind::WorkReport,
                &ID,
                *hour,
            ))
        };
        let hour = (hour(self.world.now())..)
            .find(|hour| !taken(hour))
            .expect("some number is free");
        self.attest(ReportKind::WorkReport, &ID, hour, &report);
        ApplyWorkLeafArgs {
            hour,
            root: report.root,
            leaf_count: report.leaf_count,
            bundle: report.bundle,
            record_seq: seq,
            is_final,
            served_minutes,
            index: 2,
            siblings: tree.proof(2).expect("a leaf of the tree"),
        }
    }

    /// Applies a leaf without a price.
    pub fn apply_ix(&self, args: ApplyWorkLeafArgs) -> Instruction {
        ix::apply_work_leaf(&self.world.authority.pubkey(), &self.key(), None, args)
    }

    /// Attests and applies a record at a price of 0.15 USD per IO.
    pub fn record(
        &self,
        seq: u32,
        is_final: bool,
        served: &[u32],
    ) -> Result<TransactionRecord, SendError> {
        let args = self.leaf(seq, is_final, served);
        let price = self.world.post_price(self.world.price_now());
        self.crank(ix::apply_work_leaf(
            &self.world.authority.pubkey(),
            &self.key(),
            Some(&price),
            args,
        ))
    }

    /// UTC day of now.
    pub fn today(&self) -> u64 {
        u64::try_from(self.world.now().div_euclid(DAY)).expect("after 1970")
    }

    /// Opens the epoch of today.
    pub fn open_epoch(&self) {
        if !self.world.exists(&addresses::ide::epoch(self.today())) {
            self.crank(ide::open_epoch(
                &self.world.authority.pubkey(),
                self.today(),
            ))
            .expect("opens an epoch");
        }
    }

    /// Pays a line of a record to the payout wallet's associated account.
    pub fn earn_ix(&self, seq: u32, line: u8) -> Instruction {
        let destination = self.purse(&self.payout.pubkey());
        self.earn_to(&self.world.authority.pubkey(), seq, line, &destination)
    }

    /// Pays a line of a record to any account.
    pub fn earn_to(&self, by: &Pubkey, seq: u32, line: u8, destination: &Pubkey) -> Instruction {
        let device = self.devices[usize::from(line).min(self.devices.len() - 1)];
        ix::earn(
            by,
            &self.key(),
            seq,
            line,
            &device,
            self.currency,
            &self.mint(),
            destination,
            self.today(),
        )
    }

    /// Sends the refund to the payer's associated account.
    pub fn refund_ix(&self) -> Instruction {
        let purse = self.purse(&self.payer.pubkey());
        ix::pull_refund(
            &self.world.authority.pubkey(),
            &self.key(),
            &self.mint(),
            &purse,
        )
    }

    /// Settles.
    pub fn settle_ix(&self) -> Instruction {
        ix::settle(
            &self.world.authority.pubkey(),
            &self.key(),
            self.currency,
            &self.mint(),
            self.today(),
        )
    }

    /// Settles, after opening the epoch of today.
    pub fn settle_ix_opened(&self) -> Instruction {
        self.open_epoch();
        self.settle_ix()
    }

    /// Closes.
    pub fn close_ix(&self) -> Instruction {
        let renter = self.renter.pubkey();
        let scheduler = self.world.scheduler.pubkey();
        let booking = self.booking();
        let held = self.world.token(&self.escrow());
        let has_excess = booking.escrow_ledger().expect("adds up") < held;
        ix::close(
            &self.world.authority.pubkey(),
            &self.key(),
            &self.mint(),
            &renter,
            &CloseExtras {
                excess: has_excess.then_some(self.currency),
                scheduler: (booking.failover_rent > 0).then_some(scheduler),
            },
        )
    }
}
