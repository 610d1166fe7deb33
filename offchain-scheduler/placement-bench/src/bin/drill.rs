//! `drill [--devices N] [--days N] [--seed N] [--deaths-per-year N]`: bookings on a fleet whose devices
//! die and come back.
//!
//! Bookings hire whole devices for 1 to 48 hours. A death is seen after seven minutes (economics §5);
//! then the failed line alone is placed anew by the production core, each minute until the grace of 15
//! minutes is over; a line that finds none ends and what was not served is refunded by the rule of
//! `ion_economics::billing`. Deaths and returns are drawn from the seed.

use std::{cmp::Reverse, collections::BinaryHeap};

use anyhow::{Context, Result, bail, ensure};
use ion_economics::billing::{Segment, Segments, line_cost_usd_micros};
use ion_placement::{Device, DeviceId, Outcome, Policy, Request, Room, Shape, Snapshot, decide};
use ion_placement_bench::{
    cluster::{MOMENT, Machine},
    figures::percentile,
    random::Random,
};

const DETECTION_MINUTES: u64 = 7;
const GRACE_MINUTES: u64 = 15;
const SIZES: [u8; 4] = [1, 2, 4, 8];
const WANTED: [u16; 8] = [1, 1, 2, 4, 4, 8, 8, 16];
const RATE_USD_MICROS: u64 = 2_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Arrive,
    Die,
    Return(DeviceId),
    Replace {
        booking: usize,
        line: usize,
        died: u64,
    },
    End(usize),
}

struct Line {
    device: DeviceId,
    qty: u8,
    is_serving: bool,
}

struct Booking {
    lines: Vec<Line>,
    ends: u64,
    is_over: bool,
    was_hit: bool,
    is_broken: bool,
}

#[derive(Default)]
struct Tally {
    bookings: u64,
    no_room: u64,
    deaths: u64,
    hit_lines: u64,
    replaced: u64,
    ended_before: u64,
    failed: u64,
    minutes: Vec<u64>,
    paid: u64,
    refunded: u64,
}

fn main() -> Result<()> {
    let (mut devices, mut days, mut seed, mut deaths) = (2_000u64, 60u64, 1u64, 12u64);
    let mut args = std::env::args().skip(1);
    while let Some(name) = args.next() {
        let value = args
            .next()
            .with_context(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--devices" => devices = value.parse()?,
            "--days" => days = value.parse()?,
            "--seed" => seed = value.parse()?,
            "--deaths-per-year" => deaths = value.parse()?,
            _ => bail!("unknown option {name}"),
        }
    }
    let mut random = Random::new(seed);
    let policy = Policy::default();
    let mut snapshot = Snapshot::new(
        1,
        MOMENT,
        (0..devices).map(|number| device(number, &mut random)),
    );
    let ids: Vec<DeviceId> = snapshot.devices().map(|device| device.id).collect();
    let minutes = days * 1_440;
    let gpus: u64 = snapshot.devices().map(|device| u64::from(device.qty)).sum();
    // 85 % of the fleet busy with bookings of 24 h and 5.5 processors in the mean.
    let arrivals_per_day = (gpus as f64 * 0.85 / 5.5) as u64;
    let deaths_per_day = (devices * deaths / 365).max(1);
    let mut events: BinaryHeap<Reverse<(u64, u64, Event)>> = BinaryHeap::new();
    let mut order = 0u64;
    let mut push = |events: &mut BinaryHeap<_>, at: u64, event: Event| {
        order += 1;
        events.push(Reverse((at, order, event)));
    };
    for _ in 0..arrivals_per_day * days {
        push(
            &mut events,
            random.below(minutes as usize) as u64,
            Event::Arrive,
        );
    }
    for _ in 0..deaths_per_day * days {
        push(
            &mut events,
            random.below(minutes as usize) as u64,
            Event::Die,
        );
    }
    let mut bookings: Vec<Booking> = Vec::new();
    let mut tally = Tally::default();
    let mut number = 0u64;
    while let Some(Reverse((now, _, event))) = events.pop() {
        match event {
            Event::Arrive => {
                number += 1;
                let length = 60 + random.below(47 * 60) as u64;
                let wanted = request(number, WANTED[random.below(WANTED.len())], 8, length);
                snapshot.observe(&wanted);
                let decision = decide(&mut snapshot, &policy, &wanted);
                let Outcome::Placed(placement) = &decision.outcome else {
                    tally.no_room += 1;
                    continue;
                };
                snapshot.commit(&decision)?;
                tally.bookings += 1;
                let lines: Vec<Line> = placement
                    .devices
                    .iter()
                    .map(|chosen| Line {
                        device: chosen.device,
                        qty: chosen.qty,
                        is_serving: true,
                    })
                    .collect();
                for line in &lines {
                    hire(&mut snapshot, line.device, true)?;
                    tally.paid += price(line.qty, length)?;
                }
                push(&mut events, now + length, Event::End(bookings.len()));
                bookings.push(Booking {
                    lines,
                    ends: now + length,
                    is_over: false,
                    was_hit: false,
                    is_broken: false,
                });
            }
            Event::Die => {
                let id = ids[random.below(ids.len())];
                let Some(mut dead) = snapshot.device(&id).cloned() else {
                    continue;
                };
                if !dead.is_up {
                    continue;
                }
                tally.deaths += 1;
                dead.is_up = false;
                ensure!(snapshot.update(dead), "a device of the fleet");
                push(
                    &mut events,
                    now + 30 + random.below(2_880) as u64,
                    Event::Return(id),
                );
                let hit = bookings.iter().enumerate().find_map(|(booking, held)| {
                    let is_it = |line: &Line| line.device == id && line.is_serving;
                    let line = held.lines.iter().position(is_it)?;
                    (!held.is_over).then_some((booking, line))
                });
                if let Some((booking, line)) = hit {
                    tally.hit_lines += 1;
                    bookings[booking].lines[line].is_serving = false;
                    bookings[booking].was_hit = true;
                    let died = now;
                    push(
                        &mut events,
                        now + DETECTION_MINUTES,
                        Event::Replace {
                            booking,
                            line,
                            died,
                        },
                    );
                }
            }
            Event::Return(id) => {
                if let Some(mut back) = snapshot.device(&id).cloned() {
                    back.is_up = true;
                    ensure!(snapshot.update(back), "a device of the fleet");
                }
            }
            Event::Replace {
                booking,
                line,
                died,
            } => {
                let held = &mut bookings[booking];
                if held.is_over {
                    tally.ended_before += 1;
                    continue;
                }
                let (old, qty, left) = (
                    held.lines[line].device,
                    held.lines[line].qty,
                    held.ends - now,
                );
                if now == died + DETECTION_MINUTES {
                    hire(&mut snapshot, old, false)?;
                }
                number += 1;
                let wanted = request(number, u16::from(qty), 1, left);
                let decision = decide(&mut snapshot, &policy, &wanted);
                if let Outcome::Placed(placement) = &decision.outcome {
                    snapshot.commit(&decision)?;
                    let new = placement.devices[0].device;
                    hire(&mut snapshot, new, true)?;
                    held.lines[line].device = new;
                    held.lines[line].is_serving = true;
                    tally.replaced += 1;
                    tally.minutes.push(now - died);
                    // The minutes between death and replacement were paid and not served.
                    tally.refunded += refund(qty, now - died)?;
                } else if now >= died + DETECTION_MINUTES + GRACE_MINUTES {
                    held.is_broken = true;
                    tally.failed += 1;
                    tally.refunded += refund(qty, held.ends - died)?;
                } else {
                    push(
                        &mut events,
                        now + 1,
                        Event::Replace {
                            booking,
                            line,
                            died,
                        },
                    );
                }
            }
            Event::End(booking) => {
                let held = &mut bookings[booking];
                held.is_over = true;
                for line in held.lines.iter().filter(|line| line.is_serving) {
                    hire(&mut snapshot, line.device, false)?;
                }
            }
        }
    }
    check(&bookings)?;
    show(&tally, &bookings, devices, gpus, days);
    Ok(())
}

fn device(number: u64, random: &mut Random) -> Device {
    let qty = SIZES[random.below(SIZES.len())];
    let machine = Machine {
        name: format!("device-{number:06}"),
        cpu_milli: 0,
        memory_mib: 0,
        processors: qty,
        class: 1,
    };
    Device {
        reliability_bps: 8_000 + random.below(2_000) as u16,
        room: Room::whole(qty),
        ..machine.device()
    }
}

fn request(number: u64, gpus: u16, lines: u8, minutes: u64) -> Request {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    let shape = Shape::Devices {
        class: 1,
        gpus,
        lines,
    };
    Request::new(
        id,
        number,
        shape,
        u32::try_from(minutes).unwrap_or(u32::MAX),
    )
}

/// Turns the reservation of a plan into a hire, or ends it.
fn hire(snapshot: &mut Snapshot, id: DeviceId, is_hired: bool) -> Result<()> {
    let mut device = snapshot
        .device(&id)
        .cloned()
        .context("a device of the fleet")?;
    ensure!(device.is_hired != is_hired, "a device is in two bookings");
    device.is_hired = is_hired;
    device.is_reserved = false;
    ensure!(snapshot.update(device), "a device of the fleet");
    Ok(())
}

fn price(qty: u8, minutes: u64) -> Result<u64> {
    let minutes = u32::try_from(minutes)?;
    line_cost_usd_micros(RATE_USD_MICROS, qty, minutes)
        .map_err(|error| anyhow::anyhow!("price: {error:?}"))
}

/// What the last `minutes` of a line cost.
fn refund(qty: u8, minutes: u64) -> Result<u64> {
    if minutes == 0 {
        return Ok(0);
    }
    let count = u32::try_from(minutes)?;
    let purchase = Segment {
        minutes: count,
        amount: price(qty, minutes)?,
        hire_q: 0,
    };
    let segments =
        Segments::from_items([purchase]).map_err(|error| anyhow::anyhow!("{error:?}"))?;
    segments
        .refund_lifo(count)
        .map_err(|error| anyhow::anyhow!("{error:?}"))
}

/// Every booking that was hit and is not broken served with all its lines to its end.
fn check(bookings: &[Booking]) -> Result<()> {
    for held in bookings
        .iter()
        .filter(|held| !held.is_broken && held.is_over)
    {
        let is_late = |line: &Line| !line.is_serving;
        ensure!(
            held.was_hit || !held.lines.iter().any(is_late),
            "a line that no death hit stopped serving"
        );
    }
    Ok(())
}

fn show(tally: &Tally, bookings: &[Booking], devices: u64, gpus: u64, days: u64) {
    let hit = bookings.iter().filter(|held| held.was_hit).count();
    let whole = bookings
        .iter()
        .filter(|held| held.was_hit && !held.is_broken)
        .count();
    let mut minutes = tally.minutes.clone();
    println!("{devices} devices with {gpus} processors, {days} days");
    println!(
        "  bookings {}; without room {}; deaths {}; lines hit {}",
        tally.bookings, tally.no_room, tally.deaths, tally.hit_lines
    );
    println!(
        "  bookings hit {hit}, kept whole {whole} ({:.2} %); lines replaced {}, ended before {}, failed {}",
        whole as f64 / hit.max(1) as f64 * 100.0,
        tally.replaced,
        tally.ended_before,
        tally.failed
    );
    println!(
        "  minutes from death to replacement: p50 {}, p99 {}, most {}",
        percentile(&mut minutes, 0.5),
        percentile(&mut minutes, 0.99),
        percentile(&mut minutes, 1.0)
    );
    println!(
        "  paid {:.2} USD, refunded for minutes not served {:.2} USD ({:.4} %)",
        tally.paid as f64 / 1e6,
        tally.refunded as f64 / 1e6,
        tally.refunded as f64 / tally.paid.max(1) as f64 * 100.0
    );
}
