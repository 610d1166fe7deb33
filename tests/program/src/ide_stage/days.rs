//! A day of the engine: its revenue, its report, its sealing.

use super::*;

impl IdeStage {
    /// Deposits revenue of today with the hire that falls due.
    pub fn revenue(&self, mint: Pubkey, amount: u64, hire_usd_micros: u64) -> Sent {
        let fee_vault = if mint == self.world.plan.io_mint {
            addresses::ide::fee_io()
        } else {
            addresses::ide::fee_usdc()
        };
        let route = RevenueRoute {
            caller: self.booking.pubkey(),
            source_authority: self.bank.pubkey(),
            source: get_associated_token_address(&self.bank.pubkey(), &mint),
            fee_vault,
            mint,
            day: self.today(),
        };
        let args = DepositRevenueArgs {
            amount,
            hire_usd_micros,
            device: Pubkey::default(),
            owner: Pubkey::default(),
        };
        self.send(&[&self.booking], ix::deposit_revenue(&route, args))
    }

    /// Deposits USDC revenue of today with the hire that falls due.
    ///
    /// # Panics
    /// If it is refused.
    pub fn earn(&self, usdc: u64, hire_usd_micros: u64) {
        self.revenue(self.world.plan.usdc_mint, usdc, hire_usd_micros)
            .expect("revenue counts");
    }

    /// Ends a day: moves the clock behind it where it runs.
    ///
    /// # Panics
    /// If it is refused.
    pub fn end(&self, day: u64) {
        let end = (day + 1) as i64 * DAY;
        if self.world.now() < end {
            self.set_time(end + 60);
        }
        self.send(&[], ix::end_epoch(day)).expect("the day ends");
    }

    /// The row that is worth `avail_usd_micros`, which must be a multiple of a minute's rate.
    pub fn row(&self, avail_usd_micros: u64) -> ClassRow {
        let processor_minutes = avail_usd_micros * 60 / AVAIL_RATE;
        ClassRow {
            class: self.class,
            processors: u32::try_from(processor_minutes.div_ceil(1_440)).unwrap_or(u32::MAX),
            processor_minutes,
        }
    }

    /// Report of a day over rows.
    pub fn report_of(&self, day: u64, avail_usd_micros: u64, rows: &[ClassRow]) -> EpochReport {
        EpochReport {
            day,
            avail_usd_micros,
            floors: 0,
            class_count: u16::try_from(rows.len()).unwrap_or(u16::MAX),
            class_rows: link_rows::<Sha256Hasher>(rows, &LAST_LINK),
            bundle: [9; 32],
        }
    }

    /// Has the verifiers attest a report.
    pub fn attest(&self, report: &EpochReport) {
        self.world.attest(
            ReportKind::EpochReport,
            &ide::ID,
            report.day,
            &report.encode(),
        );
    }

    /// Reports a day with availability of one row, or none.
    ///
    /// # Panics
    /// If a step is refused.
    pub fn report(&self, day: u64, avail_usd_micros: u64) {
        let rows = [self.row(avail_usd_micros)];
        let rows = if avail_usd_micros == 0 {
            &rows[..0]
        } else {
            &rows[..]
        };
        let report = self.report_of(day, avail_usd_micros, rows);
        self.attest(&report);
        self.send(&[], ix::accept_epoch_report(&report, 0))
            .expect("the report is accepted");
        if !rows.is_empty() {
            self.send(&[], ix::apply_epoch_rows(day, rows, LAST_LINK))
                .expect("the rows lead to the hash");
        }
    }

    /// A price of now without uncertainty, 1e-8 USD per IO.
    pub fn flat(&self, price: i64) -> PostedPrice {
        PostedPrice {
            price,
            ema_price: price,
            conf: 0,
            ..self.world.price_now()
        }
    }

    /// The instruction that seals a day with a price account.
    pub fn seal_with(&self, day: u64, price: Option<Pubkey>) -> Instruction {
        ix::seal_epoch(
            day,
            price,
            &self.world.plan.io_mint,
            &self.world.plan.usdc_mint,
        )
    }

    /// Seals a day at a price of now.
    pub fn seal(&self, day: u64, price: i64) -> Sent {
        let price = self.world.post_price(self.flat(price));
        self.send(&[], self.seal_with(day, Some(price)))
    }

    /// A whole day: emission, revenue, obligations by report, sealed at the stage's price.
    ///
    /// # Panics
    /// If a step is refused.
    pub fn full_day(&self, day: u64, emission_io: u64, usdc: u64, avail_usd_micros: u64) {
        self.open(day);
        if usdc > 0 {
            self.earn(usdc, 0);
        }
        self.allowance(day, emission_io);
        self.end(day);
        self.report(day, avail_usd_micros);
        self.seal(day, PRICE).expect("the day seals");
    }
}
