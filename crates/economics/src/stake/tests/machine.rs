//! The machine of a position, every state against every event.

use super::*;

#[test]
fn position_moves_only_along_its_machine() {
    use PositionInput as I;
    use PositionState as S;
    let terms = ExitTerms {
        wait: Some(DAY),
        cooldown: DAY,
    };
    let fill = I::Fill {
        seq: 2,
        amount: io(1),
        share: Bps::new(500).unwrap(),
    };
    let inputs = [
        fill,
        I::Leave(terms),
        I::WaitOver,
        I::OwnerLeaves(DAY),
        I::Withdraw,
        I::Close,
    ];
    // State, instant relative to the stamps (wait to day 7, cooldown to day 21), results per input.
    let e = StakeRuleError::NoFreeSlot;
    let not_active = StakeRuleError::PositionNotActive;
    let not_waiting = StakeRuleError::PositionNotWaiting;
    let hot = StakeRuleError::CooldownNotOver;
    let full = StakeRuleError::PositionNotEmpty;
    let none = StakeRuleError::PositionNotFound;
    type Row = (S, i64, [Result<S, StakeRuleError>; 6]);
    let table: Vec<Row> = vec![
        (
            S::Empty,
            0,
            [
                Ok(S::Active),
                Err(none),
                Err(none),
                Err(none),
                Err(none),
                Err(none),
            ],
        ),
        (
            S::Active,
            0,
            [
                Err(e),
                Ok(S::Wait),
                Err(not_waiting),
                Ok(S::Cooldown),
                Err(hot),
                Err(full),
            ],
        ),
        (
            S::Wait,
            6,
            [
                Err(e),
                Err(not_active),
                Err(StakeRuleError::WaitNotOver),
                Ok(S::Cooldown),
                Err(hot),
                Err(full),
            ],
        ),
        (
            S::Wait,
            7,
            [
                Err(e),
                Err(not_active),
                Ok(S::Cooldown),
                Ok(S::Cooldown),
                Err(hot),
                Err(full),
            ],
        ),
        (
            S::Wait,
            21,
            [
                Err(e),
                Err(not_active),
                Ok(S::Cooldown),
                Ok(S::Cooldown),
                Ok(S::Empty),
                Err(full),
            ],
        ),
        (
            S::Cooldown,
            20,
            [
                Err(e),
                Err(not_active),
                Err(not_waiting),
                Ok(S::Cooldown),
                Err(hot),
                Err(full),
            ],
        ),
        (
            S::Cooldown,
            21,
            [
                Err(e),
                Err(not_active),
                Err(not_waiting),
                Ok(S::Cooldown),
                Ok(S::Empty),
                Err(full),
            ],
        ),
        (
            S::Zeroed,
            0,
            [
                Err(e),
                Err(not_active),
                Err(not_waiting),
                Ok(S::Zeroed),
                Err(hot),
                Ok(S::Empty),
            ],
        ),
    ];
    for (state, days, results) in table {
        let amount = if matches!(state, S::Empty | S::Zeroed) {
            Io::ZERO
        } else {
            io(5)
        };
        let position = Position {
            state,
            ..slot(amount, state)
        };
        for (input, expected) in inputs.iter().zip(results) {
            let got = position
                .transition(*input, at(T0 + days * DAY))
                .map(|p| p.state);
            assert_eq!(got, expected, "{state:?} day {days} {input:?}");
        }
    }
    for value in 0..=4_u8 {
        assert_eq!(S::try_from(value).unwrap() as u8, value);
    }
    assert_eq!(S::try_from(5), Err(StakeRuleError::BrokenLedger));
}
