//! Identity and restored balance of a co-staking position (economics §1.6).

use anchor_lang::prelude::*;

use crate::error::StakingError;

/// Account at `["co", device, seq]`, made when offer `seq` is filled. Principal and exit stand in
/// the device's stake; this account outlives the slot while a case may still restore something.
#[account]
#[derive(InitSpace, Debug)]
pub struct CoPosition {
    /// Layout version.
    pub version: u8,
    /// Bump of this address.
    pub bump: u8,
    /// The device account.
    pub device: Pubkey,
    /// The co-staker's wallet: the only destination of its principal.
    pub wallet: Pubkey,
    /// Who paid for this account.
    pub payer: Pubkey,
    /// Sequence of the offer it came from.
    pub seq: u64,
    /// Principal put in, 1e-8 IO.
    pub accepted_io: u64,
    /// Share of the device's block rewards, bps.
    pub share_bps: u16,
    /// When the offer was filled, Unix seconds.
    pub accepted_at: i64,
    /// Restored by a case after the withdrawal, 1e-8 IO; withdrawable at once.
    pub restored_io: u64,
    /// Legs of slash cases not finished.
    pub open_legs: u16,
    /// For later fields.
    pub _reserved: [u8; 32],
}

const _: () = assert!(CoPosition::INIT_SPACE == 2 + 3 * 32 + 8 + 8 + 2 + 8 + 8 + 2 + 32);

impl CoPosition {
    /// Bytes of the account.
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE;

    /// Place of `device` in the account.
    const DEVICE_AT: usize = 8 + 2;
    /// Place of `seq`.
    const SEQ_AT: usize = Self::DEVICE_AT + 3 * 32;
    /// Place of `open_legs`.
    const OPEN_LEGS_AT: usize = Self::SEQ_AT + 3 * 8 + 2 + 8;

    /// Changes how many legs are open of the position from offer `seq` of `device`, in the account's
    /// bytes: a case does it for up to four positions and needs nothing else of them.
    ///
    /// Errors: `WrongPosition`, those of `change`.
    pub(crate) fn change_open_legs(
        info: &AccountInfo,
        device: &Pubkey,
        seq: u64,
        change: impl FnOnce(u16) -> Result<u16>,
    ) -> Result<()> {
        require!(
            *info.owner == crate::ID && info.is_writable,
            StakingError::WrongPosition
        );
        let mut data = info.try_borrow_mut_data()?;
        require!(
            data.len() == Self::SPACE
                && data.starts_with(Self::DISCRIMINATOR)
                && data.get(Self::DEVICE_AT..Self::DEVICE_AT + 32) == Some(device.as_ref())
                && data.get(Self::SEQ_AT..Self::SEQ_AT + 8) == Some(seq.to_le_bytes().as_slice()),
            StakingError::WrongPosition
        );
        let count = data
            .get_mut(Self::OPEN_LEGS_AT..)
            .and_then(|rest| rest.first_chunk_mut())
            .ok_or(StakingError::WrongPosition)?;
        *count = change(u16::from_le_bytes(*count))?.to_le_bytes();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(position: &CoPosition) -> Vec<u8> {
        let mut data = Vec::new();
        position.try_serialize(&mut data).unwrap();
        data
    }

    fn changed(
        data: &mut [u8],
        owner: &Pubkey,
        is_writable: bool,
        device: &Pubkey,
        seq: u64,
    ) -> Result<()> {
        let key = Pubkey::default();
        let mut lamports = 1;
        let info = AccountInfo::new(&key, false, is_writable, &mut lamports, data, owner, false);
        CoPosition::change_open_legs(&info, device, seq, |legs| Ok(legs + 3))
    }

    #[test]
    fn legs_are_counted_where_the_account_has_them() {
        let position = CoPosition {
            version: 1,
            bump: 2,
            device: Pubkey::new_from_array([3; 32]),
            wallet: Pubkey::new_from_array([4; 32]),
            payer: Pubkey::new_from_array([5; 32]),
            seq: 6,
            accepted_io: 7,
            share_bps: 8,
            accepted_at: 9,
            restored_io: 10,
            open_legs: 511,
            _reserved: [11; 32],
        };
        let device = position.device;
        let mut data = bytes(&position);
        changed(&mut data, &crate::ID, true, &device, 6).unwrap();
        let expected = bytes(&CoPosition {
            open_legs: 514,
            ..position
        });
        assert_eq!(data, expected);

        let wrong = Err(StakingError::WrongPosition.into());
        let other = Pubkey::new_from_array([4; 32]);
        for (owner, is_writable, device, seq) in [
            (&other, true, &device, 6),
            (&crate::ID, false, &device, 6),
            (&crate::ID, true, &other, 6),
            (&crate::ID, true, &device, 7),
        ] {
            let refused = changed(&mut data, owner, is_writable, device, seq);
            assert_eq!(refused, wrong);
        }
        assert_eq!(
            changed(
                &mut data[..CoPosition::SPACE - 1],
                &crate::ID,
                true,
                &device,
                6
            ),
            wrong
        );
        data[0] ^= 1;
        assert_eq!(changed(&mut data, &crate::ID, true, &device, 6), wrong);
    }
}
