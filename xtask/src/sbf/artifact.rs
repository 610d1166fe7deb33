//! Checks a built program before it is deployed anywhere.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail, ensure};

/// No Anchor program is smaller; one whose entrypoint was compiled out is next to nothing.
const MIN_BYTES: usize = 10 * 1024;

/// Size of the header of a 64-bit ELF file.
const HEADER_BYTES: usize = 64;
const PROGRAM_HEADER_BYTES: usize = 56;
/// Segment flag "executable".
const EXECUTABLE: u32 = 1;
/// Machine numbers of Solana programs: Linux BPF, and SBPF's own.
const MACHINES: [u16; 2] = [247, 263];

/// Fails unless the file is a plausible program: an ELF file of at least 10 KB for SBPF, whose entry
/// point lies in an executable segment and, where the file has symbols, is called `entrypoint`.
///
/// Files from the upstream route carry no symbols; there the linker step itself refuses a program
/// that does not export `entrypoint` (see [`super::linker`]).
pub fn check(path: &Path) -> Result<()> {
    let bytes = fs::read(path).with_context(|| format!("read {}", path.display()))?;
    check_bytes(&bytes)
}

fn check_bytes(bytes: &[u8]) -> Result<()> {
    ensure!(
        bytes.len() >= MIN_BYTES,
        "the built file has {} bytes: an entrypoint that was compiled out leaves less than {MIN_BYTES} \
         (is feature `no-entrypoint` on?)",
        bytes.len()
    );
    ensure!(
        bytes.starts_with(b"\x7fELF\x02\x01"),
        "the built file is no 64-bit ELF file"
    );
    let machine = u16::from_le_bytes(field(bytes, 18)?);
    ensure!(
        MACHINES.contains(&machine),
        "the built file is for machine {machine}, not for SBPF"
    );
    let entry = u64::from_le_bytes(field(bytes, 24)?);
    if !is_in_executable_segment(bytes, entry)? {
        bail!("the entry point {entry:#x} lies in no executable segment");
    }
    let has_sections = u16::from_le_bytes(field(bytes, 60)?) > 0;
    if has_sections && !bytes.windows(12).any(|name| name == b"\0entrypoint\0") {
        bail!("the built file has no symbol `entrypoint` (is feature `no-entrypoint` on?)");
    }
    Ok(())
}

fn is_in_executable_segment(bytes: &[u8], address: u64) -> Result<bool> {
    let table = usize::try_from(u64::from_le_bytes(field(bytes, 32)?))?;
    let count = usize::from(u16::from_le_bytes(field(bytes, 56)?));
    ensure!(
        table >= HEADER_BYTES,
        "the program headers overlap the file header"
    );
    for index in 0..count {
        let header = table + index * PROGRAM_HEADER_BYTES;
        let flags = u32::from_le_bytes(field(bytes, header + 4)?);
        let start = u64::from_le_bytes(field(bytes, header + 16)?);
        let size = u64::from_le_bytes(field(bytes, header + 40)?);
        if flags & EXECUTABLE != 0 && address >= start && address - start < size {
            return Ok(true);
        }
    }
    Ok(false)
}

fn field<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N]> {
    bytes
        .get(at..at.saturating_add(N))
        .and_then(|field| field.try_into().ok())
        .context("the built file ends inside its headers")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: u64 = 1 << 32;

    /// A file as the linker writes it: one executable segment, no sections.
    fn program() -> Vec<u8> {
        let mut bytes = vec![0; MIN_BYTES];
        bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
        bytes[18..20].copy_from_slice(&247u16.to_le_bytes());
        bytes[24..32].copy_from_slice(&(TEXT + 8).to_le_bytes());
        bytes[32..40].copy_from_slice(&64u64.to_le_bytes());
        bytes[56..58].copy_from_slice(&1u16.to_le_bytes());
        bytes[68..72].copy_from_slice(&EXECUTABLE.to_le_bytes());
        bytes[80..88].copy_from_slice(&TEXT.to_le_bytes());
        bytes[104..112].copy_from_slice(&9u64.to_le_bytes());
        bytes
    }

    fn refusal(bytes: &[u8]) -> String {
        check_bytes(bytes).map_or_else(|error| error.to_string(), |()| "accepted".to_owned())
    }

    #[test]
    fn plausible_program_is_accepted() {
        assert_eq!(refusal(&program()), "accepted");
    }

    #[test]
    fn small_file_is_refused() {
        assert!(refusal(&program()[..MIN_BYTES - 1]).contains("compiled out"));
        assert!(refusal(b"").contains("0 bytes"));
    }

    #[test]
    fn foreign_file_is_refused() {
        let mut bytes = program();
        bytes[18] = 62;
        assert!(refusal(&bytes).contains("machine 62"));
        bytes[0] = 0;
        assert!(refusal(&bytes).contains("no 64-bit ELF"));
    }

    #[test]
    fn entry_outside_executable_segment_is_refused() {
        let mut bytes = program();
        bytes[24..32].copy_from_slice(&(TEXT + 9).to_le_bytes());
        assert!(refusal(&bytes).contains("no executable segment"));
        let mut bytes = program();
        bytes[68] = 4;
        assert!(refusal(&bytes).contains("no executable segment"));
    }

    #[test]
    fn file_with_sections_needs_the_symbol() {
        let mut bytes = program();
        bytes[60] = 1;
        assert!(refusal(&bytes).contains("no symbol"));
        bytes[2000..2012].copy_from_slice(b"\0entrypoint\0");
        assert_eq!(refusal(&bytes), "accepted");
    }

    #[test]
    fn header_table_beyond_the_end_is_refused() {
        let mut bytes = program();
        bytes[32..40].copy_from_slice(&u64::to_le_bytes(1 << 20));
        assert!(refusal(&bytes).contains("ends inside its headers"));
    }
}
