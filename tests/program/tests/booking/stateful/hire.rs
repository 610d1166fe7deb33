//! Operations from the quote to the end of a hire.

use super::*;

impl Run {
    /// Books 1 to 4 free devices, or a cluster of two bookings when another place is empty.
    pub(super) fn book(&mut self, place: usize) {
        let mut free: Vec<usize> = (0..DEVICES)
            .filter(|at| self.model.devices[*at].up && self.model.devices[*at].held.is_none())
            .collect();
        free.shuffle(&mut self.rng);
        let other =
            (0..PLACES).find(|other| *other != place && self.model.bookings[*other].is_none());
        let other = other.filter(|_| free.len() > 1 && self.rng.gen_bool(0.3));
        free.truncate(
            self.rng
                .gen_range(if other.is_some() { 2..=6 } else { 1..=4 }),
        );
        if free.is_empty() {
            return;
        }
        let io = self.rng.gen_bool(0.5);
        let Some(other) = other else {
            return self.book_one(place, &free, io, None);
        };
        self.nonce += 1;
        let group = Some(Group {
            number: self.nonce,
            places: [place, other],
        });
        let rest = free.split_off(free.len() / 2);
        self.book_one(other, &rest, io, group);
        self.compare(other);
        self.book_one(place, &free, io, group);
    }

    pub(super) fn book_one(
        &mut self,
        place: usize,
        devices: &[usize],
        io: bool,
        group: Option<Group>,
    ) {
        let flags = *[0, FAILOVER, FAILOVER, FAILOVER, GANG, GANG | FAILOVER]
            .choose(&mut self.rng)
            .expect("not empty");
        let minutes = *[60, 61, 100, 600, 1_440, 1_441, 2_880, 3_333, 5_000]
            .choose(&mut self.rng)
            .expect("not empty");
        self.stage.currency = currency(io);
        self.nonce += 1;
        self.ids[place] = self.stage.fresh_id(self.nonce);
        self.stage.id = self.ids[place];
        let mut args = CreateQuoteArgs {
            flags,
            minutes,
            lines: u8::try_from(devices.len()).expect("few"),
            ..self.stage.quote_args()
        };
        if let Some(group) = group {
            args.group[..8].copy_from_slice(&group.number.to_le_bytes());
            args.group[15] = 2;
        }
        let scheduler = self.stage.world.scheduler.pubkey();
        let quote = ix::create_quote(
            &scheduler,
            self.price().as_ref(),
            &self.quoted(devices),
            args,
        );
        self.by_scheduler("create_quote", quote, Ok(()));
        let quote: Quote = self.stage.quote();
        let payment = quote.lines.iter().map(|line| line.payment).sum();
        let lines = devices
            .iter()
            .zip(&quote.lines)
            .map(|(device, line)| {
                fees_are_right(io, line.compute, line.reservation, line.payment);
                Line::new(*device, u64::from(minutes), line.compute, line.reservation)
            })
            .collect();
        self.model.book(place, io, flags, payment, lines);
        self.model.join(place, group);
        self.by_renter("book", self.stage.book_ix(), Ok(()));
    }

    pub(super) fn pay(&mut self, place: usize) {
        let left = self.model.at(place).total - self.model.at(place).paid;
        let amount = *[0, 1, left / 2, left, left, u64::MAX, u64::MAX, u64::MAX]
            .choose(&mut self.rng)
            .expect("not empty");
        let predicted = self.model.pay(place, amount);
        self.by_payer("pay", self.stage.pay_ix(amount), predicted);
    }

    pub(super) fn lock(&mut self, place: usize) {
        let devices: Vec<usize> = self
            .model
            .at(place)
            .lines
            .iter()
            .map(|line| line.device)
            .take(4)
            .collect();
        let lock = ix::lock_lines(
            &self.stage.world.authority.pubkey(),
            &self.stage.key(),
            &self.quoted(&devices),
        );
        let predicted = self.model.lock(place);
        self.crank("lock_lines", lock, predicted);
    }

    pub(super) fn start(&mut self, place: usize) {
        match self.model.at(place).group {
            Some(group) if self.rng.gen_bool(0.9) => self.start_group(place, group),
            _ => {
                let predicted = self.model.start(place);
                self.by_scheduler("start", self.stage.start_ix(), predicted);
            }
        }
    }

    /// Starts a cluster, or tries to with one booking alone or twice.
    pub(super) fn start_group(&mut self, place: usize, group: Group) {
        let is_whole = group.places.iter().all(|at| {
            let member = self.model.bookings[*at].as_ref();
            member.is_some_and(|booking| booking.group == Some(group))
        });
        let places = match self.rng.gen_range(0..10) {
            0 => vec![place],
            1 => vec![place, place],
            _ if is_whole => group.places.to_vec(),
            _ => vec![place],
        };
        let bookings: Vec<(Pubkey, u32)> = places
            .iter()
            .map(|at| {
                self.stage.id = self.ids[*at];
                (self.stage.key(), self.op_seq())
            })
            .collect();
        let start = ix::start_group(&self.stage.world.scheduler.pubkey(), &bookings);
        let predicted = self.model.start_group(&places);
        self.by_scheduler("start_group", start, predicted);
        for at in places {
            self.compare(at);
        }
        self.look_at(place);
    }

    /// The instruction that ends a booking with its hired devices.
    pub(super) fn ending(&mut self, name: &'static str, place: usize) {
        let hired = self.keys(&self.model.at(place).hired());
        let (by, renter) = (
            self.stage.world.authority.pubkey(),
            self.stage.renter.pubkey(),
        );
        let (key, op_seq) = (self.stage.key(), self.op_seq());
        match name {
            "cancel" => {
                let predicted = self.model.cancel(place);
                self.by_renter(name, ix::cancel(&renter, &key, op_seq, &hired), predicted);
            }
            "terminate" => {
                let predicted = self.model.terminate(place);
                let terminate = ix::terminate(&renter, &key, op_seq, &hired);
                self.by_renter(name, terminate, predicted);
            }
            "expire" => {
                let predicted = self.model.expire(place);
                self.crank(name, ix::expire(&by, &key, &hired), predicted);
            }
            "cancel_unstarted" => {
                let predicted = self.model.cancel_unstarted(place);
                self.crank(name, ix::cancel_unstarted(&by, &key, &hired), predicted);
            }
            _ => {
                let predicted = self.model.end(place);
                self.crank("end", ix::end(&by, &key, &hired), predicted);
            }
        }
    }

    pub(super) fn extend(&mut self, place: usize) {
        let booking = self.model.at(place);
        let is_short = booking.lines.iter().any(|line| line.bought.len() >= 4);
        let is_failing = booking
            .lines
            .iter()
            .any(|line| line.state == LineState::Failing);
        let hired = booking.hired();
        let is_down = hired.iter().any(|device| !self.model.devices[*device].up);
        let is_over = self.model.now >= booking.ends_at;
        if booking.state != State::Running || is_short || is_failing || is_over || is_down {
            return;
        }
        let minutes = *[60, 77, 1_440].choose(&mut self.rng).expect("not empty");
        self.nonce += 1;
        let id = self.stage.fresh_id(self.nonce);
        let scheduler = self.stage.world.scheduler.pubkey();
        let quote = ix::quote_extension(
            &scheduler,
            &self.stage.key(),
            Stamp::Schedule,
            self.price().as_ref(),
            &self.quoted(&hired),
            QuoteExtensionArgs { id, minutes },
        );
        self.by_scheduler("quote_extension", quote, Ok(()));
        let quote: Quote = self.stage.world.get(&addresses::booking::quote(&id));
        let added: Vec<(u64, u64)> = quote
            .lines
            .iter()
            .map(|line| (line.compute, line.reservation))
            .collect();
        let payment = quote.lines.iter().map(|line| line.payment).sum();
        let (renter, payer) = (self.stage.renter.pubkey(), self.stage.payer.pubkey());
        let extend = ix::extend(
            &renter,
            &payer,
            &self.stage.key(),
            &self.stage.mint(),
            &self.stage.purse(&payer),
            &Extension {
                quote_id: id,
                max_total: u64::MAX,
                op_seq: self.op_seq(),
            },
            &self.keys(&hired),
        );
        let predicted = self
            .model
            .extend(place, u64::from(minutes), &added, payment);
        let real = Self::outcome(self.stage.world.send(
            &self.stage.renter,
            &[&self.stage.payer],
            &[extend],
        ));
        assert_eq!(real, predicted, "{} extend", self.trace);
        *self.succeeded.entry("extend").or_default() += usize::from(predicted.is_ok());
    }
}
