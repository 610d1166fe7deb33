use super::*;

fn epoch() -> Epoch {
    Epoch::open(255, 20_605, Pubkey::default(), 7, 1_780_272_000)
}

#[test]
fn revenue_reaches_the_ledger_of_its_currency_only() {
    let mut epoch = epoch();
    epoch.add_revenue(Currency::Usdc, 5, 3).unwrap();
    epoch.add_revenue(Currency::Io, 11, 0).unwrap();
    epoch.add_revenue(Currency::Usdc, 2, 1).unwrap();
    assert_eq!(
        (
            epoch.revenue_usdc,
            epoch.revenue_io,
            epoch.hire_due_usd_micros
        ),
        (7, 11, 4)
    );
}

#[test]
fn revenue_above_the_range_is_refused() {
    let mut epoch = epoch();
    epoch.add_revenue(Currency::Io, u64::MAX, u64::MAX).unwrap();
    assert_eq!(
        epoch.add_revenue(Currency::Io, 1, 0).unwrap_err(),
        error!(IdeError::ArithmeticOverflow)
    );
    assert_eq!(
        epoch.add_revenue(Currency::Usdc, 1, 1).unwrap_err(),
        error!(IdeError::ArithmeticOverflow)
    );
}

#[test]
fn emission_of_an_hour_counts_once_until_the_epoch_is_sealed() {
    let mut epoch = epoch();
    epoch.add_emission(0, 5).unwrap();
    epoch.state = EpochState::Reported.code();
    epoch.add_emission(23, 7).unwrap();
    assert_eq!((epoch.emission_io, epoch.hours_deposited), (12, 0x80_0001));
    assert_eq!(
        epoch.add_emission(23, 1).unwrap_err(),
        error!(IdeError::HourAlreadyDeposited)
    );
    for state in [EpochState::Sealed, EpochState::Closed] {
        epoch.state = state.code();
        assert_eq!(
            epoch.add_emission(1, 1).unwrap_err(),
            error!(IdeError::EpochSealed)
        );
    }
}

#[test]
fn revenue_for_an_ended_epoch_is_refused() {
    for state in [
        EpochState::Ended,
        EpochState::Reported,
        EpochState::Sealed,
        EpochState::Closed,
    ] {
        let mut epoch = epoch();
        epoch.state = state.code();
        assert_eq!(
            epoch.add_revenue(Currency::Usdc, 1, 0).unwrap_err(),
            error!(IdeError::EpochNotAccruing)
        );
    }
}
