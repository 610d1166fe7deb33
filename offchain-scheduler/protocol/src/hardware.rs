//! What a machine says of its GPUs: the table of the vendor's tool as claims.

use crate::{
    Claim, GPU_DRIVER_CLAIM, GPU_LOAD_CLAIM, GPU_MEMORY_CLAIM, GPU_NAME_CLAIM, GPU_PCI_CLAIM,
    GPU_UUID_CLAIM, MAX_CLAIMED_GPUS,
};

/// Columns of the table in order, each with the claim that it becomes.
pub const GPU_COLUMNS: [(&str, &str); 6] = [
    ("uuid", GPU_UUID_CLAIM),
    ("pci.bus_id", GPU_PCI_CLAIM),
    ("name", GPU_NAME_CLAIM),
    ("memory.total", GPU_MEMORY_CLAIM),
    ("driver_version", GPU_DRIVER_CLAIM),
    ("utilization.gpu", GPU_LOAD_CLAIM),
];
/// Longest value that is passed on, bytes.
pub const MAX_CLAIM_BYTES: usize = 128;

/// A line of the table, from 1, has another number of columns.
#[derive(thiserror::Error, Clone, Copy, Debug, PartialEq, Eq)]
#[error("the answer has another form in line {0}")]
pub struct TableError(pub usize);

/// Claims of a table without head and units: of the first [`MAX_CLAIMED_GPUS`] lines that are not
/// blank, each value cut to [`MAX_CLAIM_BYTES`]. Values that the driver does not know are left out.
pub fn gpu_claims(table: &str) -> Result<Vec<Claim>, TableError> {
    let mut claims = Vec::new();
    let rows = table.lines().filter(|line| !line.trim().is_empty());
    for (number, line) in rows.take(MAX_CLAIMED_GPUS).enumerate() {
        let values: Vec<&str> = line.split(',').map(str::trim).collect();
        if values.len() != GPU_COLUMNS.len() {
            return Err(TableError(number + 1));
        }
        for ((_, name), value) in GPU_COLUMNS.iter().zip(values) {
            let is_known = !value.is_empty() && !value.starts_with('[') && value != "N/A";
            // A GPU's claims begin with its UUID, known or not.
            if is_known || *name == GPU_UUID_CLAIM {
                let value = if is_known { value } else { "" };
                claims.push(Claim {
                    name: (*name).to_owned(),
                    value: value[..value.floor_char_boundary(MAX_CLAIM_BYTES)].to_owned(),
                });
            }
        }
    }
    Ok(claims)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Heartbeat;

    const TABLE: &str = "GPU-1e2d, 00000000:01:00.0, NVIDIA H100 80GB HBM3, 81559, 570.86.15, 3\n\
        GPU-77aa, 00000000:02:00.0, NVIDIA H100 80GB HBM3, 81559, 570.86.15, [N/A]\n";

    #[test]
    fn table_becomes_claims_in_order() {
        let claims = gpu_claims(TABLE).unwrap();
        assert_eq!(claims.len(), 11);
        let named: Vec<(&str, &str)> = claims
            .iter()
            .map(|claim| (claim.name.as_str(), claim.value.as_str()))
            .collect();
        assert_eq!(
            named[..7],
            [
                ("gpu_uuid", "GPU-1e2d"),
                ("gpu_pci", "00000000:01:00.0"),
                ("gpu_name", "NVIDIA H100 80GB HBM3"),
                ("gpu_memory_mib", "81559"),
                ("gpu_driver", "570.86.15"),
                ("gpu_load_percent", "3"),
                ("gpu_uuid", "GPU-77aa"),
            ]
        );
        let beat = Heartbeat {
            boot: [0; 16],
            draining: false,
            claims,
        };
        assert_eq!(beat.gpu_uuids(), ["GPU-1e2d", "GPU-77aa"]);
    }

    #[test]
    fn foreign_table_is_refused_and_sizes_are_bounded() {
        assert_eq!(gpu_claims("No devices were found"), Err(TableError(1)));
        assert_eq!(gpu_claims("\n").unwrap(), vec![]);
        for letter in ["x", "é", "€"] {
            let long = format!("{}, a, b, c, d, e", letter.repeat(500));
            let value = &gpu_claims(&long).unwrap()[0].value;
            assert!((MAX_CLAIM_BYTES - 2..=MAX_CLAIM_BYTES).contains(&value.len()));
        }
        let many = "u, , , , , \n".repeat(MAX_CLAIMED_GPUS + 1);
        assert_eq!(gpu_claims(&many).unwrap().len(), MAX_CLAIMED_GPUS);
    }
}
