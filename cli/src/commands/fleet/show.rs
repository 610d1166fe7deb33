//! `ion fleet show`.

use std::fmt::Write;

use clap::Args;
use ion_protocol::FLEET_PATH;
use serde_json::Value;

use crate::{
    commands::schedule::ask::{SchedulerArgs, number, text},
    context::Context,
    failure::{Failure, Outcome},
    output::{Cell, Format, Record, emit},
};

/// Columns of the map.
const WIDTH: usize = 76;
/// Sign of a processor by the state of its device.
const SIGNS: [(&str, char); 6] = [
    ("free", '.'),
    ("fragmented", 'o'),
    ("reserved", '+'),
    ("hired", '#'),
    ("draining", '-'),
    ("out", 'x'),
];

/// Arguments of `fleet show`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ion fleet show --scheduler http://127.0.0.1:7300\n\nOne sign per processor, devices apart: . free, o free but on a device larger than any cluster asked\nfor so far, + named by an open quote, # hired, - draining, x out"
)]
pub struct ShowArgs {
    #[command(flatten)]
    scheduler: SchedulerArgs,

    /// Only this class
    #[arg(long)]
    class: Option<u16>,
}

impl ShowArgs {
    /// Runs the verb.
    pub fn run(&self, ctx: &Context) -> Outcome<()> {
        let fleet = self.scheduler.get(FLEET_PATH)?.ok_or_else(|| {
            Failure::chain(
                "the scheduler shows no fleet",
                format!("{FLEET_PATH} is not there"),
            )
        })?;
        if ctx.format() == Format::Text {
            emit(&map(&fleet, self.class));
        } else {
            ctx.print(&record(&fleet, self.class));
        }
        Ok(())
    }
}

fn classes(fleet: &Value, only: Option<u16>) -> impl Iterator<Item = (u64, &Value)> {
    let mut classes: Vec<(u64, &Value)> = fleet
        .get("classes")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(class, state)| Some((class.parse().ok()?, state)))
        .filter(|(class, _)| only.is_none_or(|only| u64::from(only) == *class))
        .collect();
    classes.sort_by_key(|(class, _)| *class);
    classes.into_iter()
}

fn devices(fleet: &Value, class: u64) -> Vec<&Value> {
    let mut devices: Vec<&Value> = fleet
        .get("devices")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter(|device| number(device, "class") == class)
        .collect();
    devices.sort_by_key(|device| {
        let state = SIGNS
            .iter()
            .position(|(name, _)| *name == text(device, "state"));
        (std::cmp::Reverse(number(device, "qty")), state)
    });
    devices
}

fn map(fleet: &Value, only: Option<u16>) -> String {
    let mut map = String::new();
    for (class, state) in classes(fleet, only) {
        let free = number(state, "free_gpus");
        let _ = writeln!(
            map,
            "class {class} {}: {} processors on {} devices; free {free}, of them fragmented {}; hired {}, reserved {}",
            text(state, "name"),
            number(state, "gpus"),
            number(state, "devices"),
            number(state, "fragmented_gpus"),
            number(state, "hired_gpus"),
            number(state, "reserved_gpus"),
        );
        let mut row = String::from("  ");
        for device in devices(fleet, class) {
            let sign = SIGNS
                .iter()
                .find(|(name, _)| *name == text(device, "state"))
                .map_or('?', |(_, sign)| *sign);
            let qty = usize::try_from(number(device, "qty")).unwrap_or_default();
            if row.len() + qty > WIDTH && row.len() > 2 {
                let _ = writeln!(map, "{}", row.trim_end());
                row = String::from("  ");
            }
            row.extend(std::iter::repeat_n(sign, qty));
            row.push(' ');
        }
        let _ = writeln!(map, "{}", row.trim_end());
    }
    if map.is_empty() {
        map.push_str("no devices\n");
    } else {
        let legend: Vec<String> = SIGNS
            .iter()
            .map(|(name, sign)| format!("{sign} {name}"))
            .collect();
        let _ = writeln!(map, "{}", legend.join("   "));
    }
    map
}

fn record(fleet: &Value, only: Option<u16>) -> Record {
    let rows: Vec<Record> = classes(fleet, only)
        .map(|(class, state)| {
            Record::new()
                .with("class", class)
                .with("name", text(state, "name"))
                .with("devices", number(state, "devices"))
                .with("processors", number(state, "gpus"))
                .with("free", number(state, "free_gpus"))
                .with("fragmented", number(state, "fragmented_gpus"))
                .with("hired", number(state, "hired_gpus"))
                .with("reserved", number(state, "reserved_gpus"))
        })
        .collect();
    let now = fleet.get("now").and_then(Value::as_i64).unwrap_or_default();
    Record::new()
        .with("at", Cell::Time(now))
        .with("reading", number(fleet, "version"))
        .with("classes", rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fleet() -> Value {
        let device =
            |qty: u8, state: &str| serde_json::json!({"class": 7, "qty": qty, "state": state});
        serde_json::json!({
            "now": 5, "version": 3,
            "classes": {"7": {
                "name": "H100", "devices": 4, "gpus": 15, "free_gpus": 10, "fragmented_gpus": 8,
                "hired_gpus": 4, "reserved_gpus": 1,
            }},
            "devices": [
                device(2, "free"), device(4, "hired"), device(8, "fragmented"), device(1, "reserved"),
            ],
        })
    }

    #[test]
    fn each_processor_has_a_sign_largest_devices_first() {
        let expected = "class 7 H100: 15 processors on 4 devices; free 10, of them fragmented 8; hired 4, reserved 1\n  oooooooo #### .. +\n. free   o fragmented   + reserved   # hired   - draining   x out\n";
        assert_eq!(map(&fleet(), None), expected);
        assert_eq!(map(&fleet(), Some(8)), "no devices\n");
        assert_eq!(
            record(&fleet(), Some(7)).to_json()["classes"][0]["fragmented"],
            8
        );
    }
}
