//! Whose evidence it is: the device of the case by address and key, and the renter of a job.

use ::booking::state::Booking;
use ion_client::{
    accounts::{self, AccountError},
    events::{EmittedEvent, events_of},
    history::History,
};
use ion_evidence::Hash;
use ion_protocol::JobOrder;
use registry::{
    events::{DeviceRegistered, DeviceUpdated},
    state::Device,
};
use solana_pubkey::Pubkey;

use crate::{context::Context, failure::Outcome};

/// Why evidence that names `named` is not about `device`; `None` where it is.
pub(super) fn other_device(device: &Pubkey, named: &Hash) -> Option<String> {
    let named = Pubkey::new_from_array(*named);
    (named != *device).then(|| format!("it is about the device {named}"))
}

/// Why a signature by `key` is not the device's; `None` where it is, now or before its owner changed
/// the key: nobody gets rid of what the device signed by a new key.
///
/// Errors: rpc.
pub(super) fn other_key(ctx: &Context, address: &Pubkey, key: &Hash) -> Outcome<Option<String>> {
    let key = Pubkey::new_from_array(*key);
    let Some(device) = accounts::find::<Device>(&ctx.chain, address)? else {
        return Ok(Some("the device was not found".to_owned()));
    };
    if device.device_key == key {
        return Ok(None);
    }
    let history = ctx.chain.transactions(address)?;
    let events = history.iter().flat_map(events_of);
    Ok((!had_key(events, address, &key)).then(|| {
        format!(
            "it is signed by {key}, which was never the key of the device; now it is {}",
            device.device_key
        )
    }))
}

/// Whether a device once had a key, by the events of its registration and changes.
fn had_key(events: impl IntoIterator<Item = EmittedEvent>, device: &Pubkey, key: &Pubkey) -> bool {
    events.into_iter().any(|event| {
        let registered = event.decode::<DeviceRegistered>(&registry::ID);
        let updated = event.decode::<DeviceUpdated>(&registry::ID);
        registered.is_some_and(|event| event.device == *device && event.device_key == *key)
            || updated.is_some_and(|event| {
                event.device == *device
                    && event
                        .device_key
                        .is_some_and(|change| [change.old, change.new].contains(key))
            })
    })
}

/// Whether the renter of an order had booked its device; `None` when the booking is closed.
///
/// Errors: rpc.
pub(super) fn is_hire(
    booking: Result<Option<Booking>, AccountError>,
    order: &JobOrder,
    renter: &Hash,
) -> Outcome<Option<bool>> {
    match booking {
        Ok(Some(booking)) => Ok(Some(
            booking.renter.to_bytes() == *renter
                && booking
                    .lines
                    .iter()
                    .any(|line| line.device.to_bytes() == order.device),
        )),
        // Anybody can send lamports to the address of a closed booking.
        Ok(None) | Err(AccountError::WrongOwner { .. }) => Ok(None),
        Err(AccountError::Undecodable { .. }) => Ok(Some(false)),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use anchor_lang::{AnchorDeserialize, Event};
    use ion_protocol::{JobWork, ProductJob};
    use registry::events::KeyChange;

    use super::*;

    const KEY: Hash = [7; 32];
    const DEVICE: Hash = [1; 32];
    const RENTER: Hash = [5; 32];

    /// A state struct with every field zero.
    fn zeroed<T: AnchorDeserialize>() -> T {
        T::deserialize(&mut [0u8; 2_048].as_slice()).unwrap()
    }

    fn order() -> JobOrder {
        JobOrder {
            device: DEVICE,
            booking: [2; 32],
            nonce: [3; 16],
            seconds: 1,
            work: JobWork::Product(ProductJob {
                rows: 1,
                inner: 1,
                columns: 1,
                left: vec![2],
                right: vec![3],
            }),
        }
    }

    fn booking(renter: Hash, device: Hash) -> Booking {
        let mut line: ::booking::state::Line = zeroed();
        line.device = Pubkey::new_from_array(device);
        let mut booking: Booking = zeroed();
        booking.renter = Pubkey::new_from_array(renter);
        booking.lines = vec![line];
        booking
    }

    #[test]
    fn only_the_device_s_own_keys_speak_for_it_the_old_ones_too() {
        let of = |data: Vec<u8>| EmittedEvent {
            program: registry::ID,
            signature: Default::default(),
            slot: 1,
            index: 0,
            data,
        };
        let mut registered: DeviceRegistered = zeroed();
        registered.device = Pubkey::new_from_array(DEVICE);
        registered.device_key = Pubkey::new_from_array(KEY);
        let mut updated: DeviceUpdated = zeroed();
        updated.device = registered.device;
        updated.device_key = Some(KeyChange {
            old: registered.device_key,
            new: Pubkey::new_from_array([8; 32]),
        });
        let events = [of(registered.data()), of(updated.data())];
        let had = |device: Hash, key: Hash| {
            let [device, key] = [device, key].map(Pubkey::new_from_array);
            had_key(events.clone(), &device, &key)
        };
        assert!(had(DEVICE, KEY) && had(DEVICE, [8; 32]));
        assert!(!had(DEVICE, [9; 32]) && !had([3; 32], KEY));
        let address = Pubkey::new_from_array(DEVICE);
        assert_eq!(other_device(&address, &DEVICE), None);
        assert!(other_device(&address, &[9; 32]).is_some());
    }

    #[test]
    fn hire_is_known_while_the_booking_is_there() {
        let told = |booking| is_hire(booking, &order(), &RENTER).unwrap();
        assert_eq!(told(Ok(Some(booking(RENTER, DEVICE)))), Some(true));
        assert_eq!(told(Ok(Some(booking([6; 32], DEVICE)))), Some(false));
        assert_eq!(told(Ok(Some(booking(RENTER, [9; 32])))), Some(false));
        assert_eq!(told(Ok(None)), None);
        let key = Pubkey::new_from_array([2; 32]);
        let owner = Pubkey::default();
        assert_eq!(told(Err(AccountError::WrongOwner { key, owner })), None);
        let reason = "another type".to_owned();
        let other = AccountError::Undecodable { key, reason };
        assert_eq!(told(Err(other)), Some(false));
    }
}
