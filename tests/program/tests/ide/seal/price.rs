//! Sealing with a price that jumps, is unusable, too old, or missing.

use super::*;

#[test]
fn e75_price_jump_waits_and_then_pays_at_the_higher_of_spot_and_average() {
    let (stage, day) = reported(E_DAY, 0, H);
    let at = |price: i64, ema_price: i64| {
        let price = PostedPrice {
            price,
            ema_price,
            conf: 0,
            ..stage.world.price_now()
        };
        stage.seal_with(day, Some(stage.world.post_price(price)))
    };
    // 10 % is the limit: 16.5 of 15 passes, more waits
    for (price, ema) in [(16_500_001, 15_000_000), (13_499_999, 15_000_000)] {
        expect_error(
            stage.send(&[], at(price, ema)),
            ide::ID,
            IdeError::OracleUnusable,
            0,
        );
    }
    stage.send(&[], at(13_500_000, 15_000_000)).expect("seals");
    let epoch = stage.epoch(day);
    assert_eq!(epoch.price_p12, 150_000_000_000);
    assert_eq!(epoch.floor_p12, 135_000_000_000);
}

#[test]
fn seal_with_an_unusable_price_waits_and_nothing_guesses() {
    let (stage, day) = reported(E_DAY, 0, H);
    let end = (day + 1) as i64 * DAY;
    stage.set_time(end + 10_000);
    let now = stage.world.now();
    let good = stage.flat(PRICE);
    for bad in [
        PostedPrice {
            publish_time: now - 301,
            ..good
        },
        PostedPrice {
            publish_time: now + 31,
            ..good
        },
        PostedPrice {
            full: false,
            ..good
        },
        PostedPrice { price: 0, ..good },
        PostedPrice { price: -1, ..good },
        PostedPrice {
            conf: 300_001,
            ..good
        },
        PostedPrice {
            ema_price: 0,
            ..good
        },
        PostedPrice {
            exponent: 1,
            ..good
        },
    ] {
        let price = stage.world.post_price(bad);
        expect_error(
            stage.send(&[], stage.seal_with(day, Some(price))),
            ide::ID,
            IdeError::OracleUnusable,
            0,
        );
    }
    expect_error(
        stage.send(&[], stage.seal_with(day, None)),
        ide::ID,
        IdeError::OracleUnusable,
        0,
    );
    let price = stage.world.post_price(PostedPrice {
        publish_time: now - 300,
        ..good
    });
    stage
        .send(&[], stage.seal_with(day, Some(price)))
        .expect("seals at the bound");
}

#[test]
fn seal_with_a_price_of_before_the_end_of_the_day_waits() {
    let (stage, day) = reported(E_DAY, 0, H);
    let end = (day + 1) as i64 * DAY;
    let at = |publish_time| {
        let price = PostedPrice {
            publish_time,
            ..stage.flat(PRICE)
        };
        stage.seal_with(day, Some(stage.world.post_price(price)))
    };
    assert!(stage.world.now() - 300 < end - 1);
    expect_error(
        stage.send(&[], at(end - 1)),
        ide::ID,
        IdeError::OracleUnusable,
        0,
    );
    stage.send(&[], at(end)).expect("seals");
}

#[test]
fn e41_silent_oracle_seals_in_usdc_only_after_the_silence() {
    let stage = IdeStage::new();
    let day = stage.first_day;
    stage.open(day);
    stage.earn(3_000 * USDC_ONE, 0);
    stage
        .revenue(stage.world.plan.io_mint, 77, 0)
        .expect("counts");
    stage.allowance(day, E_DAY);
    stage.end(day);
    stage.report(day, H);
    let reported_at = stage.epoch(day).reported_at;
    stage.set_time(reported_at + 7 * DAY);
    expect_error(
        stage.send(&[], stage.seal_with(day, None)),
        ide::ID,
        IdeError::OracleUnusable,
        0,
    );
    stage.set_time(reported_at + 7 * DAY + 1);
    stage
        .send(&[], stage.seal_with(day, None))
        .expect("seals without price");
    let epoch = stage.epoch(day);
    assert_eq!((epoch.price_p12, epoch.psi_bps), (0, 0));
    assert_eq!(epoch.paid_obligation.usdc, 3_000 * USDC_ONE);
    assert_eq!(epoch.arrears_usd_micros, 7_000 * USDC_ONE);
    assert_eq!((epoch.burned_io, epoch.retired_io), (0, 0));
    let engine = stage.engine();
    assert_eq!((engine.carried_revenue_io, engine.has_ema), (77, 0));
    assert_eq!(stage.vaults().y1_io, E_DAY);
    stage.assert_vaults_exact();

    // the next day takes the IO revenue over
    let next = day + 1;
    stage.open(next);
    stage.allowance(next, 0);
    stage
        .send(&[], ion_client::instructions::ide::end_epoch(next))
        .expect("ends");
    stage.report(next, 0);
    stage.seal(next, PRICE).expect("seals");
    assert_eq!(stage.epoch(next).carried_in_io, 77);
    assert_eq!(stage.engine().carried_revenue_io, 0);
    stage.assert_vaults_exact();
}
