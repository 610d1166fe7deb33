//! Empty vaults, days without obligations, limits and lines.

use super::*;

/// Reward vault empty: the fee vault pays alone and nothing is retired.
#[test]
fn e70_schedule_exhausted_pays_from_the_fee_vault_and_retires_nothing() {
    let (stage, day) = reported(0, 30_000 * USDC_ONE, H);
    stage.seal(day, PRICE).expect("seals");
    let epoch = stage.epoch(day);
    assert_eq!(epoch.paid_obligation.usdc, H);
    assert_eq!((epoch.paid_obligation.reward_io, epoch.retired_io), (0, 0));
    assert_eq!(stage.world.token(&addresses::ide::pay_usdc()), H);
    stage.assert_vaults_exact();
}

#[test]
fn e71_fee_vault_empty_pays_the_allowance_and_the_rest_is_arrears() {
    let (stage, day) = reported(1_000_000_000_000, 0, H);
    stage.seal(day, PRICE).expect("seals");
    let epoch = stage.epoch(day);
    assert_eq!(epoch.paid_obligation.reward_io, 1_000_000_000_000);
    assert_eq!(epoch.arrears_usd_micros, 8_500 * USDC_ONE);
    assert_eq!(stage.engine().arrears_usd_micros, 8_500 * USDC_ONE);
    stage.assert_vaults_exact();
}

#[test]
fn e72_both_vaults_empty_is_arrears_and_critical() {
    let (stage, day) = reported(0, 0, H);
    stage.seal(day, PRICE).expect("seals");
    let epoch = stage.epoch(day);
    assert_eq!((epoch.short_usd_micros, epoch.psi_bps), (H, 0));
    assert_eq!(epoch.status, Status::Critical.code());
    assert_eq!(stage.engine().status, Status::Critical.code());
}

#[test]
fn e73_day_without_obligations_leaves_the_average_and_burns_its_share() {
    let (stage, day) = reported(0, 1_000, 0);
    stage.seal(day, PRICE).expect("seals");
    let epoch = stage.epoch(day);
    assert_eq!((epoch.psi_bps, epoch.earmarked_usdc), (1_000_000, 500));
    assert_eq!(stage.engine().has_ema, 0);
}

#[test]
fn e77_carry_above_its_limit_is_retired() {
    let (stage, day) = reported(E_DAY, 20_000 * USDC_ONE, 0);
    stage.set_param(&params::CARRY_DAYS, 0);
    stage.seal(day, PRICE).expect("seals");
    assert_eq!(stage.epoch(day).retired_io, E_DAY);
    assert_eq!(stage.vaults().y1_io, 0);
}

#[test]
fn e79_ratio_exactly_at_the_line_is_no_step_toward_deficit() {
    let (stage, day) = reported(E_DAY, 10_000 * USDC_ONE, H);
    stage.seal(day, PRICE).expect("seals");
    let engine = stage.engine();
    assert_eq!(engine.ema_fp, 10_000_000_000);
    assert_eq!(engine.below, 0);
}
