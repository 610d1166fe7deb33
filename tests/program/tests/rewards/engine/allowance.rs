//! Calls of the two programs: who may, and what is counted once.

use super::*;

/// A network whose rewards caller is a key at hand.
fn direct() -> (Network, u64, Keypair) {
    let (network, hour) = switched();
    let caller = Keypair::new();
    edit::<Config>(&network.world, &addresses::registry::config(), |config| {
        config.rewards_caller = caller.pubkey();
    });
    (network, hour, caller)
}

#[test]
fn allowance_is_counted_once_per_hour_and_only_with_tokens() {
    let (network, hour, caller) = direct();
    let world = &network.world;
    let send = |instruction| world.send(network.crank(), &[&caller], &[instruction]);
    let deposit = |hour, amount_io| engine::deposit_allowance(&caller.pubkey(), hour, amount_io);
    network.open_epoch(hour - 1);
    expect_error(
        send(deposit(hour - 1, 0)),
        ide::ID,
        IdeError::AllowanceBeforeSwitch,
        0,
    );
    expect_error(
        send(deposit(hour, 1)),
        ide::ID,
        IdeError::VaultBelowLedger,
        0,
    );
    send(deposit(hour, 0)).expect("nothing is minted");
    expect_error(
        send(deposit(hour, 0)),
        ide::ID,
        IdeError::HourAlreadyDeposited,
        0,
    );
    edit::<Vaults>(world, &addresses::ide::vaults(), |vaults| {
        vaults.waiting_io = u64::MAX
    });
    expect_error(
        send(deposit(hour + 1, 1)),
        ide::ID,
        IdeError::ArithmeticOverflow,
        0,
    );
    edit::<Vaults>(world, &addresses::ide::vaults(), |vaults| {
        vaults.waiting_io = 0
    });

    let good = deposit(hour + 1, 0);
    let stranger = Keypair::new();
    let by_other = engine::deposit_allowance(&stranger.pubkey(), hour + 1, 0);
    let result = world.send(network.crank(), &[&stranger], &[by_other]);
    expect_error(result, ide::ID, IdeError::NotRewardsCaller, 0);
    let unsigned = without_signature(&good, 0);
    expect_framework_error(
        network.send(unsigned),
        ide::ID,
        ErrorCode::AccountNotSigner,
        0,
    );
    for (index, key, error) in [
        (
            1,
            copy(world, &addresses::registry::config()),
            IdeError::WrongConfig,
        ),
        (
            2,
            copy(world, &addresses::ide::vaults()),
            IdeError::WrongVaults,
        ),
        (3, addresses::ide::pay_io(), IdeError::WrongRewardVault),
    ] {
        expect_error(send(with_account(&good, index, key)), ide::ID, error, 0);
    }
    let fake = foreign_copy(world, &addresses::ide::epoch(hour / 24));
    expect_framework_error(
        send(with_account(&good, 4, fake)),
        ide::ID,
        ErrorCode::AccountOwnedByWrongProgram,
        0,
    );
    expect_error(
        send(with_extra(&good)),
        ide::ID,
        IdeError::UnexpectedAccounts,
        0,
    );
}

#[test]
fn remainders_need_the_rewards_caller_and_the_owner_of_the_source() {
    let (network, _, caller) = direct();
    let world = &network.world;
    let owner = world.wallet(1_000, 0);
    let source = anchor_spl::associated_token::get_associated_token_address(
        &owner.pubkey(),
        &network.mint(),
    );
    let deposit = |by: &Pubkey, authority: &Pubkey, amount_io| {
        engine::deposit_remainder(
            by,
            authority,
            &source,
            &network.mint(),
            DepositRemainderArgs {
                amount_io,
                kind: RemainderKind::Block,
                hour: 5,
            },
        )
    };
    let send = |instruction| world.send(network.crank(), &[&caller, &owner], &[instruction]);
    let good = deposit(&caller.pubkey(), &owner.pubkey(), 300);
    send(good.clone()).expect("deposits");
    assert_eq!((network.vaults().y1_io, network.reward_vault()), (300, 300));
    assert_eq!(world.token(&source), 700);

    expect_error(
        send(deposit(&caller.pubkey(), &owner.pubkey(), 0)),
        ide::ID,
        IdeError::ZeroAmount,
        0,
    );
    // The token program refuses more than there is.
    expect_error(
        send(deposit(&caller.pubkey(), &owner.pubkey(), 701)),
        ide::ID,
        1_u32,
        0,
    );
    let stranger = Keypair::new();
    let result = world.send(
        network.crank(),
        &[&stranger, &owner],
        &[deposit(&stranger.pubkey(), &owner.pubkey(), 1)],
    );
    expect_error(result, ide::ID, IdeError::NotRewardsCaller, 0);
    let result = world.send(
        network.crank(),
        &[&caller, &stranger],
        &[deposit(&caller.pubkey(), &stranger.pubkey(), 1)],
    );
    expect_framework_error(result, ide::ID, ErrorCode::ConstraintTokenOwner, 0);
    for index in [0, 1] {
        let signers: &[&Keypair] = if index == 0 { &[&owner] } else { &[&caller] };
        let unsigned = without_signature(&good, index);
        let result = world.send(network.crank(), signers, &[unsigned]);
        expect_framework_error(result, ide::ID, ErrorCode::AccountNotSigner, 0);
    }
    for (index, key, error) in [
        (3, addresses::ide::pay_io(), IdeError::WrongRewardVault),
        (4, world.plan.usdc_mint, IdeError::WrongMint),
        (
            5,
            copy(world, &addresses::registry::config()),
            IdeError::WrongConfig,
        ),
        (
            6,
            copy(world, &addresses::ide::vaults()),
            IdeError::WrongVaults,
        ),
    ] {
        expect_error(send(with_account(&good, index, key)), ide::ID, error, 0);
    }
    expect_framework_error(
        send(with_account(&good, 7, anchor_spl::token_2022::ID)),
        ide::ID,
        ErrorCode::InvalidProgramId,
        0,
    );
    expect_error(
        send(with_extra(&good)),
        ide::ID,
        IdeError::UnexpectedAccounts,
        0,
    );
}
