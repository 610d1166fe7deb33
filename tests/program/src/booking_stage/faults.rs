//! Faults of lines as verifiers, scheduler and cranks send them.

use booking::{ReportFaultArgs, state::Line};
use ion_client::{
    addresses,
    history::TransactionRecord,
    instructions::{
        booking::{self as ix, QuotedDevice},
        registry as reg,
    },
    send::SendError,
};
use ion_economics::booking::LineStatus;
use ion_merkle::{
    Sha256Hasher,
    fault::FaultReport,
    report::{ReportKind, payload_hash},
};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use super::{CLASS, Stage};

impl Stage {
    /// A running booking of the first `lines` devices with these flags; the other `spares` are free
    /// and returned.
    pub fn running_with(lines: usize, spares: usize, flags: u8) -> (Self, Vec<Pubkey>) {
        Self::with_devices(lines + spares).run_with(lines, flags)
    }

    /// The same on a stage whose booking does not exist yet.
    pub fn run_with(mut self, lines: usize, flags: u8) -> (Self, Vec<Pubkey>) {
        let spares = self.devices.split_off(lines);
        let mut args = self.quote_args();
        args.flags = flags;
        self.send(&self.world.scheduler, self.quote_ix(args))
            .expect("quotes");
        self.book();
        self.pay_all();
        self.lock_all();
        self.start();
        (self, spares)
    }

    /// A line of the booking.
    pub fn line(&self, number: u8) -> Line {
        self.booking().lines[usize::from(number)].clone()
    }

    /// Devices of the hired lines in line order.
    pub fn hired(&self) -> Vec<Pubkey> {
        self.booking()
            .lines
            .iter()
            .filter(|line| line.status == LineStatus::Hired as u8)
            .map(|line| line.device)
            .collect()
    }

    /// The next fault report of a line; `minute` counts from the start of the booking.
    pub fn fault_args(&self, line: u8, minute: i64, served: u32, kept: u32) -> ReportFaultArgs {
        let booking = self.booking();
        ReportFaultArgs {
            fault_seq: booking.last_fault_seq + 1,
            line,
            kind: 1,
            fault_at: booking.started_at + minute * 60,
            served_minutes: served,
            kept_minutes: kept,
            bundle: [6; 32],
        }
    }

    /// Two of three verifiers attest a fault of the booking at hand.
    pub fn attest_fault(&self, args: &ReportFaultArgs) {
        let device = self
            .booking()
            .lines
            .get(usize::from(args.line))
            .map_or_else(Pubkey::default, |line| line.device);
        let report = FaultReport {
            line: args.line,
            kind: args.kind,
            fault_at: args.fault_at,
            renter: self.renter.pubkey().to_bytes(),
            served: args.served_minutes,
            kept: args.kept_minutes,
            device: device.to_bytes(),
            bundle: args.bundle,
        };
        self.attest_payload(
            ReportKind::FaultReport,
            &self.key(),
            args.fault_seq,
            &report.encode(),
        );
    }

    /// Opens a poll and lets two of three verifiers vote for the payload.
    pub fn attest_payload(&self, kind: ReportKind, subject: &Pubkey, seq: u64, payload: &[u8]) {
        let poll = addresses::registry::poll(kind, subject, seq);
        if !self.world.exists(&poll) {
            self.crank(reg::open_poll(
                &self.world.authority.pubkey(),
                kind,
                subject,
                seq,
            ))
            .expect("opens a poll");
        }
        let hash = payload_hash::<Sha256Hasher>(kind, &subject.to_bytes(), seq, payload);
        for verifier in &self.world.verifiers[..2] {
            let vote = reg::vote_report(&verifier.pubkey(), &poll, hash);
            self.world.send(verifier, &[], &[vote]).expect("votes");
        }
    }

    /// Applies a fault report.
    pub fn fault_ix(&self, args: ReportFaultArgs) -> Instruction {
        let device = self
            .booking()
            .lines
            .get(usize::from(args.line))
            .map_or_else(Pubkey::default, |line| line.device);
        ix::report_fault(&self.world.authority.pubkey(), &self.key(), &device, args)
    }

    /// Attests and applies a fault of a line.
    pub fn fault(
        &self,
        line: u8,
        minute: i64,
        served: u32,
        kept: u32,
    ) -> Result<TransactionRecord, SendError> {
        let args = self.fault_args(line, minute, served, kept);
        self.attest_fault(&args);
        self.crank(self.fault_ix(args))
    }

    /// The scheduler's replacement of a line, with the next operation number.
    pub fn failover_ix(&self, line: u8, device: &Pubkey) -> Instruction {
        ix::failover(
            &self.world.scheduler.pubkey(),
            &self.key(),
            line,
            &QuotedDevice {
                device: *device,
                class: CLASS,
            },
            self.booking().op_seq,
        )
    }

    /// Ends a faulty line with which the booking goes on.
    pub fn fail_ix(&self, line: u8) -> Instruction {
        ix::fail_line(&self.world.authority.pubkey(), &self.key(), line, &[])
    }

    /// Ends a faulty line and the booking with it.
    pub fn fail_all_ix(&self, line: u8) -> Instruction {
        ix::fail_line(
            &self.world.authority.pubkey(),
            &self.key(),
            line,
            &self.hired(),
        )
    }

    /// The end with the devices that are hired.
    pub fn end_hired_ix(&self) -> Instruction {
        ix::end(&self.world.authority.pubkey(), &self.key(), &self.hired())
    }

    /// Pays a line of a record to its own device's payout wallet.
    pub fn earn_line_ix(&self, seq: u32, line: u8) -> Instruction {
        ix::earn(
            &self.world.authority.pubkey(),
            &self.key(),
            seq,
            line,
            &self.line(line).device,
            self.currency,
            &self.mint(),
            &self.purse(&self.payout.pubkey()),
            self.today(),
        )
    }

    /// Earns every line of every record that has pay, once the challenge periods are over, then
    /// settles.
    pub fn earn_all_and_settle(&self) {
        self.world.warp(86_401);
        self.open_epoch();
        for seq in 0..self.booking().next_record {
            let record = self.work_record(seq);
            for line in (0u8..).take(record.lines.len()) {
                if !record.is_earned(line) {
                    self.crank(self.earn_line_ix(seq, line)).expect("earns");
                }
            }
        }
        self.crank(self.settle_ix()).expect("settles");
    }
}
