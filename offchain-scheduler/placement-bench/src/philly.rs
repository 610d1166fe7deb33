//! The Philly trace: gangs over time on machines of eight and of two processors.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    fs,
    path::Path,
};

use anyhow::{Context, Result, ensure};
use ion_placement::{Outcome, Part, Placement, Policy, Queue, Request, Running, Shape, WHOLE};

use crate::cluster::{Machine, fleet, request};

/// Processors of the larger machines; a wider job is a gang of parts of this size.
const WIDE: u16 = 8;

/// A job.
#[derive(Clone, Debug)]
pub struct Job {
    /// Arrival, seconds from the first.
    pub at: u64,
    /// Seconds it runs.
    pub seconds: u64,
    /// Processors.
    pub gpus: u16,
}

/// The jobs in order of arrival.
pub fn jobs(folder: &Path) -> Result<Vec<Job>> {
    let path = folder.join("philly.csv");
    let text = fs::read_to_string(&path).with_context(|| {
        format!(
            "read {}: Microsoft publishes the source as philly-traces; name its folder with --data",
            path.display()
        )
    })?;
    let mut jobs = Vec::new();
    for line in text.lines().skip(1).filter(|line| !line.trim().is_empty()) {
        let fields: Vec<&str> = line.split(',').collect();
        ensure!(fields.len() >= 3, "job without its three fields: {line}");
        let seconds: f64 = fields[1].parse()?;
        jobs.push(Job {
            at: seconds_of(fields[0])?,
            seconds: (seconds.max(1.0)) as u64,
            gpus: fields[2].parse()?,
        });
    }
    jobs.sort_by_key(|job| job.at);
    let first = jobs.first().map_or(0, |job| job.at);
    for job in &mut jobs {
        job.at -= first;
    }
    Ok(jobs)
}

/// Seconds of `YYYY-MM-DD hh:mm:ss` since 1970 (civil calendar; days by the era method).
fn seconds_of(text: &str) -> Result<u64> {
    let numbers: Vec<i64> = text
        .split(['-', ' ', ':'])
        .map(|number| number.parse::<f64>().map(|value| value as i64))
        .collect::<Result<_, _>>()
        .with_context(|| format!("time {text}"))?;
    ensure!(numbers.len() == 6, "time {text}");
    let (year, month, day) = (numbers[0], numbers[1], numbers[2]);
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    let seconds = days * 86_400 + numbers[3] * 3_600 + numbers[4] * 60 + numbers[5];
    u64::try_from(seconds).with_context(|| format!("time {text}"))
}

/// Machines: `wide` of eight processors and `narrow` of two.
pub fn machines(wide: u16, narrow: u16) -> Vec<Machine> {
    let machine = |number: u16, processors: u8| Machine {
        name: format!("machine-{processors}-{number:04}"),
        cpu_milli: 0,
        memory_mib: 0,
        processors,
        class: u16::from(processors),
    };
    (0..wide)
        .map(|number| machine(number, 8))
        .chain((0..narrow).map(|number| machine(number, 2)))
        .collect()
}

/// A job as a request; the time it runs is the time it books.
fn gang(number: u64, job: &Job) -> Request {
    let gpus = job.gpus;
    let members = gpus.div_ceil(WIDE).max(1);
    let part = Part {
        cpu_milli: 0,
        memory_mib: 0,
        processors: u8::try_from(gpus / members).unwrap_or(8),
        share_milli: WHOLE,
        classes: Vec::new(),
    };
    Request {
        minutes: u32::try_from(job.seconds.div_ceil(60)).unwrap_or(u32::MAX),
        ..request(number, members, part)
    }
}

/// What a policy did with the trace.
#[derive(Clone, Debug, Default)]
pub struct Outcomes {
    /// Seconds from arrival to start of each started job.
    pub delays: Vec<u64>,
    /// The same for jobs of more than eight processors.
    pub wide_delays: Vec<u64>,
    /// Busy share of the processors, percent, over the time until the last arrival.
    pub utilisation: f64,
    /// Mean number of processors that were free while somebody waited.
    pub stranded: f64,
    /// Moments at which nothing ran, somebody waited whose gang fits the empty fleet, and nothing
    /// started.
    pub deadlocks: u64,
    /// Jobs that never started.
    pub left: usize,
    /// Most overtakings of one job.
    pub overtaken: u32,
}

/// Runs the jobs: whole gangs only, in order of arrival with `patience` overtakings by whatever fits and
/// then by what ends in time.
pub fn run(machines: &[Machine], jobs: &[Job], policy: &Policy, patience: u32) -> Outcomes {
    let mut snapshot = fleet(machines);
    let capacity: u64 = machines.iter().map(|one| u64::from(one.processors)).sum();
    let fits = |request: &Request| match &request.shape {
        Shape::Parts { members, part } => {
            let room: u64 = machines
                .iter()
                .map(|one| u64::from(one.processors / part.processors.max(1)))
                .sum();
            room >= u64::from(*members)
        }
        Shape::Devices { .. } => false,
    };
    let last = jobs.last().map_or(0, |job| job.at);
    let mut queue = Queue::new(patience);
    let mut outcomes = Outcomes::default();
    let mut ends: BinaryHeap<Reverse<(u64, u64)>> = BinaryHeap::new();
    let mut running: BTreeMap<u64, Placement> = BTreeMap::new();
    let (mut busy, mut now, mut next) = (0u64, 0u64, 0usize);
    let (mut busy_seconds, mut stranded_seconds, mut waited_seconds) = (0u64, 0u64, 0u64);
    loop {
        let arrival = jobs.get(next).map(|job| job.at);
        let end = ends.peek().map(|Reverse((at, _))| *at);
        let Some(then) = [arrival, end].into_iter().flatten().min() else {
            break;
        };
        let (from, to) = (now.min(last), then.min(last));
        busy_seconds += busy * (to - from);
        if !queue.is_empty() {
            stranded_seconds += (capacity - busy) * (to - from);
            waited_seconds += to - from;
        }
        now = then;
        while let Some(Reverse((at, number))) = ends.peek().copied() {
            if at > now {
                break;
            }
            ends.pop();
            if let Some(placement) = running.remove(&number) {
                snapshot.release(&placement);
                busy -= u64::from(jobs[number as usize].gpus);
            }
        }
        while let Some(job) = jobs.get(next).filter(|job| job.at <= now) {
            let request = gang(next as u64, job);
            snapshot.observe(&request);
            queue.push(request);
            next += 1;
        }
        let booked = || {
            let end = |Reverse((at, number)): &Reverse<(u64, u64)>| {
                Some((i64::try_from(*at).ok()?, running.get(number)?.clone()))
            };
            ends.iter().filter_map(end).collect()
        };
        let known = Running {
            now: i64::try_from(now).unwrap_or(i64::MAX),
            ends: &booked,
        };
        for (request, decision) in queue.start(&mut snapshot, policy, fits, known) {
            let number = request.arrival;
            let job = &jobs[number as usize];
            if let Outcome::Placed(placement) = decision.outcome {
                running.insert(number, placement);
            }
            busy += u64::from(job.gpus);
            ends.push(Reverse((now + job.seconds, number)));
            outcomes.delays.push(now - job.at);
            if job.gpus > WIDE {
                outcomes.wide_delays.push(now - job.at);
            }
        }
        let most = queue.waiting().map(|(_, overtaken)| overtaken).max();
        outcomes.overtaken = outcomes.overtaken.max(most.unwrap_or(0));
        if running.is_empty() && queue.waiting().any(|(request, _)| fits(request)) {
            outcomes.deadlocks += 1;
        }
    }
    outcomes.left = queue.len();
    outcomes.utilisation = busy_seconds as f64 / (capacity * last.max(1)) as f64 * 100.0;
    outcomes.stranded = stranded_seconds as f64 / waited_seconds.max(1) as f64;
    outcomes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_since_1970() {
        assert_eq!(seconds_of("1970-01-01 00:00:00").unwrap(), 0);
        assert_eq!(seconds_of("2017-10-09 07:01:55").unwrap(), 1_507_532_515);
        assert_eq!(seconds_of("2000-02-29 23:59:59").unwrap(), 951_868_799);
        assert!(seconds_of("2017-10-09").is_err());
    }
}
