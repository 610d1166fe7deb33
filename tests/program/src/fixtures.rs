//! Account types of the five programs, and accounts of them kept from what tests did.
//!
//! Mechanism: with `ION_KEEP_ACCOUNTS=FOLDER` every chain that a test gives up leaves one account of
//! each type there, the one with the most in it. Place of use: before a release, so that the accounts of
//! that release stay readable (docs/UPGRADES.md). Invariant: a kept account was written by a program,
//! not by a test's idea of its layout.

use std::{
    fmt::{Debug, Write as _},
    fs,
    path::{Path, PathBuf},
};

use anchor_lang::{AccountDeserialize, AccountSerialize, Discriminator};
use litesvm::LiteSVM;
use solana_pubkey::Pubkey;

/// Names the folder that accounts are kept in.
pub const VARIABLE: &str = "ION_KEEP_ACCOUNTS";
/// Bytes in one line of a fixture.
const LINE: usize = 48;

/// What an account says, and the bytes that it is written back as.
pub type Reading = (String, Vec<u8>);

/// One type of account.
pub struct Kind {
    /// Name of the program.
    pub program: &'static str,
    /// Name of the type.
    pub name: &'static str,
    /// First bytes of its accounts.
    pub discriminator: &'static [u8],
    /// Reads an account.
    pub read: fn(&[u8]) -> Option<Reading>,
}

fn read<T: AccountDeserialize + AccountSerialize + Debug>(data: &[u8]) -> Option<Reading> {
    let value = T::try_deserialize(&mut &*data).ok()?;
    let mut bytes = Vec::new();
    value.try_serialize(&mut bytes).ok()?;
    Some((format!("{value:?}"), bytes))
}

fn read_in_place<T: bytemuck::Pod + Discriminator + Debug>(data: &[u8]) -> Option<Reading> {
    let body = data.strip_prefix(T::DISCRIMINATOR)?;
    let value: T = bytemuck::try_pod_read_unaligned(body).ok()?;
    let mut bytes = T::DISCRIMINATOR.to_vec();
    bytes.extend_from_slice(bytemuck::bytes_of(&value));
    Some((format!("{value:?}"), bytes))
}

macro_rules! kinds {
    ($($program:ident: [$($kept:ident),*], in place [$($mapped:ident),*];)*) => {
        vec![$(
            $(Kind {
                program: stringify!($program),
                name: stringify!($kept),
                discriminator: $program::state::$kept::DISCRIMINATOR,
                read: read::<$program::state::$kept>,
            },)*
            $(Kind {
                program: stringify!($program),
                name: stringify!($mapped),
                discriminator: $program::state::$mapped::DISCRIMINATOR,
                read: read_in_place::<$program::state::$mapped>,
            },)*
        )*]
    };
}

/// Every account type of the five programs.
pub fn kinds() -> Vec<Kind> {
    kinds! {
        registry: [Action, Config, Device, Exemption, Params, ProcessorClass, Roles, VerifierSet],
            in place [Poll];
        staking: [Case, CoPosition, CoStaker, DeviceStake, Offer, SlashDay, StakeTotals], in place [];
        rewards: [Block, ClaimRecord, Emission], in place [RootRing];
        ide: [Auction, ClaimRecord, Vaults], in place [ClassRates, Engine, Epoch, RootRing];
        booking: [Booking, Quote, TneDay, WorkRecord], in place [TneTotals];
    }
}

/// An account as a file: its bytes in lines of hexadecimal digits, an empty line, and what they say.
pub fn written(data: &[u8], says: &str) -> String {
    let mut text = String::new();
    for line in data.chunks(LINE) {
        for byte in line {
            let _ = write!(text, "{byte:02x}");
        }
        text.push('\n');
    }
    text.push('\n');
    text.push_str(says);
    text.push('\n');
    text
}

/// Bytes and meaning of an account that [`written`] put down.
pub fn parsed(text: &str) -> Option<(Vec<u8>, &str)> {
    let (digits, says) = text.split_once("\n\n")?;
    let digits: Vec<u32> = digits
        .chars()
        .filter(|digit| !digit.is_whitespace())
        .map(|digit| digit.to_digit(16))
        .collect::<Option<_>>()?;
    let byte = |pair: &[u32]| u8::try_from(pair[0] * 16 + pair[1]).ok();
    let data = digits.chunks_exact(2).map(byte).collect::<Option<_>>()?;
    Some((data, says.trim_end()))
}

/// Keeps accounts of a machine if [`VARIABLE`] names a folder.
pub(crate) fn keep(svm: &LiteSVM) {
    let Some(folder) = std::env::var_os(VARIABLE).map(PathBuf::from) else {
        return;
    };
    for kind in kinds() {
        let id = ion_migrations::keys::PROGRAMS
            .into_iter()
            .find_map(|(name, id)| (name == kind.program).then_some(id));
        let best = id
            .into_iter()
            .flat_map(|id| svm.get_program_accounts(&id))
            .filter(|(_, account)| account.data.starts_with(kind.discriminator))
            .max_by_key(|(key, account)| (content(&account.data), *key));
        if let Some((key, account)) = best {
            keep_one(&folder, &kind, &key, &account.data);
        }
    }
}

fn keep_one(folder: &Path, kind: &Kind, key: &Pubkey, data: &[u8]) {
    let folder = folder.join(kind.program);
    let place = folder.join(format!("{}.txt", kind.name));
    let known = fs::read_to_string(&place).unwrap_or_default();
    let known = parsed(&known).map_or(0, |(data, _)| content(&data));
    if known >= content(data) {
        return;
    }
    let Some((says, _)) = (kind.read)(data) else {
        eprintln!("{key} is no readable {} of {}", kind.name, kind.program);
        return;
    };
    let is_kept =
        fs::create_dir_all(&folder).and_then(|()| fs::write(&place, written(data, &says)));
    if let Err(error) = is_kept {
        eprintln!("keep {}: {error}", place.display());
    }
}

/// Bytes that are not zero.
fn content(data: &[u8]) -> usize {
    data.iter().filter(|byte| **byte != 0).count()
}
