//! The openb trace: 1,213 machines, workloads of pods, and the published protocol on them.

use std::{fs, path::Path, time::Instant};

use anyhow::{Context, Result, ensure};
use ion_placement::{Demand, Outcome, Part, Policy, Snapshot, decide};

use crate::{
    cluster::{Machine, fleet, request},
    random::Random,
};

/// Workloads with published figures.
pub const WORKLOADS: [&str; 5] = ["default", "cpu200", "gpushare60", "gpuspec25", "multigpu30"];
/// Policies with published figures, in the order of [`PUBLISHED`].
pub const CALIBRATED: [&str; 4] = ["random", "dot-product", "best-fit", "fgd"];
/// Published means, percent allocated at 100 % arrived load, by workload and policy.
pub const PUBLISHED: [[f64; 4]; 5] = [
    [86.30, 90.62, 92.86, 95.23],
    [83.03, 87.45, 92.15, 94.82],
    [82.81, 86.82, 89.06, 91.25],
    [85.42, 85.44, 85.67, 93.91],
    [86.63, 93.11, 94.57, 96.36],
];
/// Published standard deviations of `fgd` over the seeds.
pub const PUBLISHED_FGD_DEVIATION: [f64; 5] = [0.10, 0.15, 0.12, 0.10, 0.09];
/// Published mean of `fgd` on `default` at 130 %.
pub const PUBLISHED_FGD_DEFAULT_130: f64 = 95.39;
/// Greatest distance of a calibrated mean, points.
pub const TOLERANCE: f64 = 0.5;
/// Percent of the fleet's processors that the tuned list asks for.
pub const LOAD_PERCENT: u64 = 130;
const FULL_PERCENT: u64 = 100;
/// Keeps the draw of the names apart from that of the pods.
const NAMES_STREAM: u64 = 0x6E61_6D65_735F_6F66;

/// Machines of the folder and the names of their models.
pub fn machines(folder: &Path) -> Result<(Vec<Machine>, Vec<String>)> {
    let text = read(&folder.join("openb_node_list_gpu_node.csv"))?;
    let mut models: Vec<String> = Vec::new();
    let mut machines = Vec::new();
    for line in text.lines().skip(1).filter(|line| !line.trim().is_empty()) {
        let fields: Vec<&str> = line.split(',').collect();
        ensure!(fields.len() >= 5, "machine without its five fields: {line}");
        let class = models.iter().position(|model| model == fields[4]);
        let class = class.unwrap_or_else(|| {
            models.push(fields[4].to_owned());
            models.len() - 1
        });
        machines.push(Machine {
            name: fields[0].to_owned(),
            cpu_milli: fields[1].parse()?,
            memory_mib: fields[2].parse()?,
            processors: fields[3].parse()?,
            class: u16::try_from(class)?,
        });
    }
    Ok((machines, models))
}

/// Pods of a workload in order of their names.
pub fn pods(folder: &Path, workload: &str, models: &[String]) -> Result<Vec<Part>> {
    let text = read(&folder.join(format!("openb_pod_list_{workload}.csv")))?;
    let mut pods = Vec::new();
    for line in text.lines().skip(1).filter(|line| !line.trim().is_empty()) {
        let fields: Vec<&str> = line.split(',').collect();
        ensure!(fields.len() >= 5, "pod without its five fields: {line}");
        let mut classes = Vec::new();
        for model in fields.get(5).copied().unwrap_or_default().split('|') {
            if let Some(class) = models.iter().position(|known| known == model) {
                classes.push(u16::try_from(class)?);
            }
        }
        classes.sort_unstable();
        let part = Part {
            cpu_milli: fields[1].parse()?,
            memory_mib: fields[2].parse()?,
            processors: fields[3].parse()?,
            share_milli: fields[4].parse()?,
            classes,
        };
        pods.push((fields[0].to_owned(), part));
    }
    pods.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(pods.into_iter().map(|(_, part)| part).collect())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| {
        format!(
            "read {}: the trace is published by Alibaba as cluster-trace-gpu-v2023 (clusterdata); \
             name its folder with --data",
            path.display()
        )
    })
}

/// The pods shuffled and tuned to the load: random ones removed above it, random ones of the original
/// list appended below it until the next one, counted once whatever its number of processors, would
/// exceed it.
pub fn tuned(pods: &[Part], capacity_milli: u64, seed: u64) -> Vec<Part> {
    let mut random = Random::new(seed);
    let mut list = pods.to_vec();
    random.shuffle(&mut list);
    let original = list.clone();
    let target = capacity_milli * LOAD_PERCENT / 100;
    let mut total: u64 = list.iter().map(Part::total_milli).sum();
    while total > target {
        let removed = list.remove(random.below(list.len()));
        total -= removed.total_milli();
    }
    loop {
        let next = &original[random.below(original.len())];
        if total + u64::from(next.share_milli) > target {
            return list;
        }
        total += next.total_milli();
        list.push(next.clone());
    }
}

/// The machines under the names by which ties are broken: the published simulator puts a random number
/// in front of each name, drawn anew for every seed. Without it the list's own order decides, in which
/// machines of one model stand together, and near-ties of the integer scores go to one model alone.
pub fn renamed(machines: &[Machine], seed: u64) -> Vec<Machine> {
    let mut order: Vec<usize> = (0..machines.len()).collect();
    Random::new(seed ^ NAMES_STREAM).shuffle(&mut order);
    machines
        .iter()
        .zip(order)
        .map(|(machine, number)| Machine {
            name: format!("{number:04}-{}", machine.name),
            ..machine.clone()
        })
        .collect()
}

/// What one replay gave.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    /// Percent allocated when the arrived load passed each whole percent from 0.
    pub curve: Vec<f64>,
    /// Percent allocated when the arrived load passed 100 %.
    pub at_full: f64,
    /// Percent allocated at the end.
    pub at_end: f64,
    /// Nanoseconds of each decision with its commit.
    pub nanoseconds: Vec<u64>,
    /// Bytes of the index at the end.
    pub index_bytes: usize,
}

/// Offers each pod once, in order; one that fits nowhere is dropped.
pub fn replay(machines: &[Machine], pods: &[Part], list: &[Part], policy: &Policy) -> Replay {
    let mut snapshot = fleet(machines);
    let capacity: u64 = snapshot.capacity().values().sum::<u64>() * 1_000;
    if policy.name == "fgd" {
        fix_published_mix(&mut snapshot, pods, policy);
    }
    let mut replay = Replay::default();
    let (mut arrived, mut allocated) = (0u64, 0u64);
    for (number, part) in (0u64..).zip(list) {
        let request = request(number, 1, part.clone());
        let start = Instant::now();
        snapshot.observe(&request);
        let decision = decide(&mut snapshot, policy, &request);
        let is_placed =
            matches!(decision.outcome, Outcome::Placed(_)) && snapshot.commit(&decision).is_ok();
        let elapsed = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        replay.nanoseconds.push(elapsed);
        arrived += part.total_milli();
        if is_placed {
            allocated += part.total_milli();
        }
        let percent = allocated as f64 / capacity as f64 * 100.0;
        while replay.curve.len() as u64 * capacity <= arrived * 100 {
            replay.curve.push(percent);
        }
        replay.at_end = percent;
    }
    replay.at_full = replay
        .curve
        .get(FULL_PERCENT as usize)
        .copied()
        .unwrap_or(replay.at_end);
    replay.index_bytes = snapshot.index_bytes();
    replay
}

/// The published policy scores by the typical pods of the workload's list; ours sees arrivals alone.
fn fix_published_mix(snapshot: &mut Snapshot, pods: &[Part], policy: &Policy) {
    let mut demand = Demand::default();
    for (number, part) in (0u64..).zip(pods) {
        demand.observe(&request(number, 1, part.clone()));
    }
    let mix = demand.mix(policy.cover_percent(), &snapshot.capacity());
    snapshot.fix_mix(mix);
}
