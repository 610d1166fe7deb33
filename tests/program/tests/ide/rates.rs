//! `open_class_rates`, `set_class_rates`, `schedule_switch`.

use anchor_lang::error::ErrorCode;
use ide::{
    error::IdeError,
    events::{ClassRatesSet, RatesOpened, SwitchScheduled},
    state::ClassRates,
};
use ion_client::{addresses, instructions::ide as ix};
use ion_economics::{
    params::ide as params,
    units::{DAY, HOUR},
};
use ion_program_tests::{
    expect_error, expect_framework_error,
    ide_stage::{IdeStage, edit},
};
use registry::{
    error::RegistryError,
    state::{ActionKind, Config, ProcessorClass},
};
use solana_signer::Signer;

use crate::stage::{copy, foreign_copy, with_account, with_extra};

fn rates(stage: &IdeStage, class: u16) -> ClassRates {
    stage.world.get(&addresses::ide::rates(class))
}

fn payload(class: u16, avail: u64, hire: u64, list: u64) -> ActionKind {
    ActionKind::SetClassRates {
        class,
        avail_rate_usd_micros: avail,
        hire_rate_usd_micros: hire,
        list_price_usd_micros: list,
        max_processors: 9,
    }
}

/// A stage with a decision on a class that has an empty account of rates.
fn decided() -> (IdeStage, u16, u64) {
    let stage = IdeStage::before_switch();
    let class = stage.class + 1;
    let by = stage.bank.pubkey();
    let record = stage
        .send(&[], ix::open_class_rates(&by, class))
        .expect("opens");
    let event: RatesOpened = stage.world.event(ide::ID, &record);
    assert_eq!((event.class, event.payer), (class, by));
    assert_eq!(rates(&stage, class).history().last(), None);
    let id = stage.queue(payload(class, 10, 20, 40));
    (stage, class, id)
}

#[test]
fn first_rates_hold_from_the_next_day() {
    let (stage, class, id) = decided();
    stage.world.warp(3 * DAY);
    let tomorrow = stage.today() + 1;
    let record = stage
        .send(&[], ix::set_class_rates(id, class))
        .expect("sets");
    let rates = rates(&stage, class);
    assert_eq!(rates.class, class);
    assert_eq!(rates.rates_of(tomorrow - 1), None);
    let set = rates.rates_of(tomorrow).expect("holds");
    assert_eq!(
        (
            set.avail_rate_usd_micros,
            set.hire_rate_usd_micros,
            set.list_price_usd_micros,
            set.max_processors
        ),
        (10, 20, 40, 9)
    );
    let event: ClassRatesSet = stage.world.event(ide::ID, &record);
    assert_eq!((event.class, event.old), (class, None));
    assert_eq!(event.new.from_day, tomorrow);
    let account: ProcessorClass = stage.world.get(&addresses::registry::class(class));
    assert!(account.rates_set);
    // a decision is used once
    expect_error(
        stage.send(&[], ix::set_class_rates(id, class)),
        ide::ID,
        IdeError::RateChangeTooSoon,
        0,
    );
    stage.world.warp(8 * DAY);
    expect_error(
        stage.send(&[], ix::set_class_rates(id, class)),
        ide::ID,
        RegistryError::ActionAlreadyExecuted,
        0,
    );
}

#[test]
fn rates_before_the_timelock_or_with_foreign_accounts_are_refused() {
    let (stage, class, id) = decided();
    let good = ix::set_class_rates(id, class);
    expect_error(
        stage.send(&[], good.clone()),
        ide::ID,
        RegistryError::TimelockNotOver,
        0,
    );
    stage.world.warp(3 * DAY);
    let refused = |instruction, error: IdeError| {
        expect_error(stage.send(&[], instruction), ide::ID, error, 0);
    };
    refused(
        with_account(&good, 0, stage.bank.pubkey()),
        IdeError::WrongCaller,
    );
    for (index, key, error) in [
        (1, addresses::registry::config(), IdeError::WrongConfig),
        (
            2,
            addresses::registry::params(&ide::ID),
            IdeError::WrongParams,
        ),
        (5, addresses::ide::engine(), IdeError::WrongEngine),
    ] {
        let copied = copy(&stage.world, &key);
        refused(with_account(&good, index, copied), error);
    }
    let other = addresses::ide::rates(stage.class);
    refused(with_account(&good, 6, other), IdeError::WrongClass);
    let class_account = addresses::registry::class(stage.class);
    expect_error(
        stage.send(&[], with_account(&good, 4, class_account)),
        ide::ID,
        RegistryError::WrongTarget,
        0,
    );
    for index in [3, 4, 6] {
        let forged = foreign_copy(&stage.world, &good.accounts[index].pubkey);
        expect_framework_error(
            stage.send(&[], with_account(&good, index, forged)),
            ide::ID,
            ErrorCode::AccountOwnedByWrongProgram,
            0,
        );
    }
    refused(with_extra(&good), IdeError::UnexpectedAccounts);
    let switch = stage.queue(ActionKind::ScheduleSwitch);
    refused(
        with_account(&good, 3, addresses::registry::action(switch)),
        IdeError::WrongAction,
    );
    stage.send(&[], good).expect("sets");
}

#[test]
fn later_rates_move_by_steps_in_the_direction_of_the_status() {
    let stage = IdeStage::before_switch();
    let class = stage.class;
    // 60,000 and 1,000,000 of 2,000,000; normal: pay may rise by 5 %
    let ids = [
        payload(class, 63_000, 1_050_000, 2_100_000),
        payload(class, 63_001, 1_050_000, 2_100_000),
        payload(class, 59_999, 1_000_000, 2_000_000),
        payload(class, 57_000, 950_000, 2_100_000),
        payload(class, 57_000, 950_000, 1_999_999),
    ]
    .map(|payload| stage.queue(payload));
    stage.world.warp(8 * DAY);
    let status = |code: u8| {
        let key = addresses::ide::engine();
        let mut account = stage.world.raw(&key);
        let mut engine: ide::state::Engine = bytemuck::pod_read_unaligned(&account.data[8..]);
        engine.status = code;
        account.data[8..].copy_from_slice(bytemuck::bytes_of(&engine));
        stage.world.put(&key, account);
    };
    let set = |at: usize| stage.send(&[], ix::set_class_rates(ids[at], class));
    let too_large = |at| expect_error(set(at), ide::ID, IdeError::RateStepTooLarge, 0);
    for at in [1, 2, 3, 4] {
        too_large(at);
    }
    for critical in [1, 2] {
        status(critical);
        for at in [0, 1, 4] {
            too_large(at);
        }
    }
    set(3).expect("a cut of pay by 5 % with a higher list price");
    expect_error(set(2), ide::ID, IdeError::RateChangeTooSoon, 0);
}

#[test]
fn set_that_an_unreported_day_needs_is_not_dropped() {
    let stage = IdeStage::before_switch();
    let class = stage.class;
    let key = addresses::ide::rates(class);
    let first = stage.first_day;
    let id = stage.queue(payload(class, 60_000, 1_000_000, 2_000_000));
    stage.world.warp(100 * DAY);
    // grace of a queued decision is 14 days: queue again near its use
    expect_error(
        stage.send(&[], ix::set_class_rates(id, class)),
        ide::ID,
        RegistryError::ActionExpired,
        0,
    );
    let mut account = stage.world.raw(&key);
    let mut value: ClassRates = bytemuck::pod_read_unaligned(&account.data[8..]);
    for place in 1..8 {
        value.sets[place] = value.sets[0];
        value.sets[place].from_day = first + 7 * place as u64;
    }
    account.data[8..].copy_from_slice(bytemuck::bytes_of(&value));
    stage.world.put(&key, account);
    let id = stage.queue(payload(class, 60_000, 1_000_000, 2_000_000));
    stage.world.warp(3 * DAY);
    expect_error(
        stage.send(&[], ix::set_class_rates(id, class)),
        ide::ID,
        IdeError::RatesInUse,
        0,
    );
}

/// Makes the counts of classes as if every live one had rates.
fn all_rated(stage: &IdeStage) {
    edit::<Config>(&stage.world, &addresses::registry::config(), |config| {
        config.rated_live_classes = config.live_classes;
        config.ide_from_hour = u64::MAX;
    });
}

#[test]
fn switch_is_fixed_for_the_next_day_once_and_for_ever() {
    let stage = IdeStage::before_switch();
    let [first, second] = [0, 1].map(|_| stage.queue(ActionKind::ScheduleSwitch));
    all_rated(&stage);
    expect_error(
        stage.send(&[], ix::schedule_switch(first)),
        ide::ID,
        RegistryError::TimelockNotOver,
        0,
    );
    stage.world.warp(14 * DAY + HOUR);
    let today = stage.today();
    let record = stage
        .send(&[], ix::schedule_switch(first))
        .expect("schedules");
    let config: Config = stage.world.get(&addresses::registry::config());
    assert_eq!(config.ide_from_hour, 24 * (today + 1));
    let event: SwitchScheduled = stage.world.event(ide::ID, &record);
    assert_eq!(event.ide_from_hour, 24 * (today + 1));
    assert_eq!(event.action, addresses::registry::action(first));
    expect_error(
        stage.send(&[], ix::schedule_switch(second)),
        ide::ID,
        RegistryError::SwitchAlreadySet,
        0,
    );
}

#[test]
fn switch_without_rates_limit_or_decision_is_refused() {
    let stage = IdeStage::before_switch();
    let id = stage.queue(ActionKind::ScheduleSwitch);
    let other = stage.queue(payload(stage.class, 1, 1, 2));
    all_rated(&stage);
    stage.world.warp(14 * DAY + HOUR);
    let good = ix::schedule_switch(id);
    let refused = |instruction, error: u32| {
        expect_error(stage.send(&[], instruction), ide::ID, error, 0);
    };
    stage.set_param(&params::MAX_EPOCH_OBLIGATION, 0);
    refused(good.clone(), IdeError::ObligationLimitMissing.into());
    stage.set_param(&params::MAX_EPOCH_OBLIGATION, 1);
    edit::<Config>(&stage.world, &addresses::registry::config(), |config| {
        config.rated_live_classes -= 1;
    });
    refused(good.clone(), RegistryError::ClassRatesMissing.into());
    all_rated(&stage);
    refused(ix::schedule_switch(other), IdeError::WrongAction.into());
    refused(
        with_account(&good, 0, stage.bank.pubkey()),
        IdeError::WrongCaller.into(),
    );
    for (index, key, error) in [
        (1, addresses::registry::config(), IdeError::WrongConfig),
        (
            2,
            addresses::registry::params(&ide::ID),
            IdeError::WrongParams,
        ),
        (4, addresses::ide::engine(), IdeError::WrongEngine),
    ] {
        let copied = copy(&stage.world, &key);
        refused(with_account(&good, index, copied), error.into());
    }
    refused(with_extra(&good), IdeError::UnexpectedAccounts.into());
    stage.send(&[], good).expect("schedules");
}
