//! Accounts as a node gives them: each decodes to one value or to none, and what is read out of it
//! off the chain never panics.

#![no_main]

use anchor_lang::{AccountDeserialize, AccountSerialize, Discriminator, Owner};
use ion_client::accounts::decode;
use ion_economics::{billing::MAX_SEGMENTS, booking::MAX_LINES, params};
use libfuzzer_sys::fuzz_target;
use solana_account::Account;
use solana_pubkey::Pubkey;

const NOW: i64 = 1_800_000_000;

/// An account of one type with these fields, as a node may give it.
fn read<T: AccountDeserialize + Discriminator + Owner>(fields: &[u8]) -> Option<T> {
    let read = |discriminator: &[u8]| {
        let account = Account {
            data: [discriminator, fields].concat(),
            owner: T::owner(),
            ..Account::default()
        };
        decode::<T>(&Pubkey::default(), &account).ok()
    };
    assert!(read(&[0; 8]).is_none());
    read(T::DISCRIMINATOR)
}

/// As [`read`]; what decodes is written as the same bytes.
fn exact<T: AccountDeserialize + AccountSerialize + Discriminator + Owner>(
    fields: &[u8],
) -> Option<T> {
    let value: T = read(fields)?;
    assert_same(&value, fields);
    Some(value)
}

/// A value has one encoding. Behind it an account may have room.
fn assert_same<T: AccountSerialize + Discriminator>(value: &T, fields: &[u8]) {
    let mut again = Vec::new();
    value.try_serialize(&mut again).expect("it encodes");
    assert_eq!(again[..8], *T::DISCRIMINATOR);
    assert!(
        fields.starts_with(&again[8..]),
        "two encodings of one account"
    );
}

fn hire(fields: &[u8]) {
    if let Some(booking) = read::<booking::state::Booking>(fields) {
        // Longer lists are read, and refused by whoever uses them; no program writes them.
        let is_bounded = |line: &booking::state::Line| line.segments.len() <= MAX_SEGMENTS;
        if booking.lines.len() <= MAX_LINES && booking.lines.iter().all(is_bounded) {
            assert_same(&booking, fields);
        }
        let _ = (booking.status(), booking.currency(), booking.record_clock());
        let _ = (booking.is_locked(), booking.group_size());
        for line in &booking.lines {
            let _ = (booking.line_start(line), booking.line_end(line));
            let _ = (line.segments(), line.compute());
        }
    }
    if let Some(record) = read::<booking::state::WorkRecord>(fields) {
        if record.lines.len() <= MAX_LINES {
            assert_same(&record, fields);
        }
        let _ = (record.status(), record.is_all_earned());
    }
    if let Some(quote) = exact::<booking::state::Quote>(fields) {
        let _ = (quote.created_at(), quote.is_closable(NOW), quote.currency());
    }
    exact::<booking::state::TneDay>(fields);
    read::<booking::state::TneTotals>(fields);
}

fn stake(fields: &[u8]) {
    if let Some(stake) = exact::<staking::state::DeviceStake>(fields) {
        let _ = (stake.ledger(), stake.eligible_io(NOW), stake.held_io());
        let _ = (stake.rolling(), stake.is_bound(), stake.has_open_offer());
    }
    if let Some(case) = exact::<staking::state::Case>(fields) {
        let _ = (case.offence(), case.clock(), case.legs(), case.parties());
        let _ = (case.is_standing(), case.vault_io());
    }
    exact::<staking::state::CoPosition>(fields);
    exact::<staking::state::CoStaker>(fields);
    exact::<staking::state::Offer>(fields);
    exact::<staking::state::SlashDay>(fields);
    exact::<staking::state::StakeTotals>(fields);
}

fn cluster(fields: &[u8]) {
    if let Some(device) = exact::<registry::state::Device>(fields) {
        let _ = (device.device_status(), device.state(), device.is_free());
    }
    if let Some(values) = exact::<registry::state::Params>(fields) {
        for param in [&params::booking::REPORT_TTL, &params::booking::MAX_AGE] {
            let _ = (values.value(param, NOW), values.pending_of(param));
        }
    }
    if let Some(poll) = read::<registry::state::Poll>(fields) {
        let _ = (poll.state(), poll.kept_since());
    }
    exact::<registry::state::Action>(fields);
    exact::<registry::state::ProcessorClass>(fields);
    exact::<registry::state::Config>(fields);
    if let Some(exemption) = exact::<registry::state::Exemption>(fields) {
        exemption.to_rule();
    }
    exact::<registry::state::Roles>(fields);
    exact::<registry::state::VerifierSet>(fields);
}

fn pay(fields: &[u8]) {
    exact::<rewards::state::Block>(fields);
    exact::<rewards::state::ClaimRecord>(fields);
    exact::<rewards::state::Emission>(fields);
    read::<rewards::state::RootRing>(fields);
    exact::<ide::state::Auction>(fields);
    exact::<ide::state::ClaimRecord>(fields);
    exact::<ide::state::Vaults>(fields);
    read::<ide::state::Engine>(fields);
    read::<ide::state::Epoch>(fields);
    read::<ide::state::ClassRates>(fields);
    read::<ide::state::RootRing>(fields);
}

fuzz_target!(|bytes: &[u8]| {
    let Some((pick, fields)) = bytes.split_first() else {
        return;
    };
    match pick % 4 {
        0 => hire(fields),
        1 => stake(fields),
        2 => cluster(fields),
        _ => pay(fields),
    }
});
