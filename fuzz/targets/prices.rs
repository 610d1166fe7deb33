//! The oracle's account: whatever stands in it, a price that is used lies within every bound.

#![no_main]

use anchor_lang::{AccountDeserialize, Discriminator};
use ion_economics::{
    price::{self, MAX_P12, OracleReading, PriceGuard},
    units::{Io, UsdMicros},
};
use libfuzzer_sys::fuzz_target;
use pyth_solana_receiver_sdk::price_update::{PriceUpdateV2, VerificationLevel};

const NOW: i64 = 1_800_000_000;
const GUARD: PriceGuard = PriceGuard {
    max_age: 60,
    max_future: 10,
    max_conf_bps: 200,
    conf_k: 2,
};

fuzz_target!(|bytes: &[u8]| {
    assert!(PriceUpdateV2::try_deserialize(&mut [&[0; 8], bytes].concat().as_slice()).is_err());
    let account = [PriceUpdateV2::DISCRIMINATOR, bytes].concat();
    let Ok(update) = PriceUpdateV2::try_deserialize(&mut account.as_slice()) else {
        return;
    };
    let message = update.price_message;
    let reading = OracleReading {
        price: message.price,
        conf: message.conf,
        exponent: message.exponent,
        publish_time: message.publish_time,
        ema_price: message.ema_price,
        full: update.verification_level == VerificationLevel::Full,
    };
    // As it is, and again fresh and verified, so that the checks behind are reached.
    let fresh = OracleReading {
        publish_time: NOW,
        full: true,
        ..reading
    };
    for reading in [reading, fresh] {
        let Ok(price) = price::check(&reading, &GUARD, NOW) else {
            continue;
        };
        assert!(reading.full && reading.price > 0);
        assert!((NOW - GUARD.max_age..=NOW + GUARD.max_future).contains(&reading.publish_time));
        assert!((1..=MAX_P12).contains(&price.p12));
        assert!((1..=price.p12).contains(&price.floor12));
        let _ = price::check_average(&price, 500);
        // There and back never gains.
        let usd = UsdMicros::from_base_units(1_000_000);
        if let Ok(io) = price::usd_to_io_floor(usd, price.p12) {
            let back = price::io_to_usd_floor(io, price.p12).expect("what came from dollars fits");
            assert!(back.base_units() <= usd.base_units());
        }
        if let Ok(usd) = price::io_to_usd_floor(Io::from_base_units(100_000_000), price.p12)
            && let Ok(io) = price::usd_to_io_floor(usd, price.p12)
        {
            assert!(io.base_units() <= 100_000_000);
        }
    }
});
