//! Holds on payouts of a party, and their burn.

use super::*;

fn holds(amount_io: u64, now: i64) -> Vec<BurnHold> {
    vec![BurnHold {
        amount_io,
        root_seq: 1,
        proposed_at: now,
    }]
}

#[test]
fn hold_drop_and_burn_move_only_what_the_rule_says() {
    let paid = matured();
    let payee = &paid.payees[0];
    let record = addresses::ide::claim(&payee.device.key, &payee.party());
    let caller = paid.staking.pubkey();
    let lifetime = paid.record(payee).ledger.newest.lifetime_io;
    let sent = paid
        .as_staking(ix::forfeit(&caller, &[record], vec![lifetime - 100]))
        .expect("holds");
    let event: PayoutsHeld = paid.world.event(ide::ID, &sent);
    assert_eq!(
        event.records[0].forfeited_io,
        U64Change {
            old: 0,
            new: lifetime - 100
        }
    );
    let vault = paid.world.token(&addresses::ide::pay_io());
    paid.claim(payee).expect("pays the rest");
    assert_eq!(vault - paid.world.token(&addresses::ide::pay_io()), 100);
    let sent = paid
        .as_staking(ix::unforfeit(&caller, &[record], vec![1_000]))
        .expect("drops");
    let event: HoldsReleased = paid.world.event(ide::ID, &sent);
    assert_eq!(event.records[0].forfeited_io.new, lifetime - 1_100);
    let supply = paid.supply();
    let mint = paid.world.plan.io_mint;
    let burn = ix::burn_forfeited(
        &caller,
        &mint,
        &[record],
        holds(lifetime - 1_100, paid.world.now()),
    );
    let sent = paid.as_staking(burn).expect("burns");
    let event: HoldsBurned = paid.world.event(ide::ID, &sent);
    assert_eq!(event.amount_io, lifetime - 1_100);
    assert_eq!(supply - paid.supply(), lifetime - 1_100);
    paid.claim(payee).expect("what was dropped is claimable");
    let ledger = paid.record(payee).ledger;
    assert_eq!(ledger.claimed_io + ledger.burned_io, lifetime);
    paid.assert_vaults_exact();
}

#[test]
fn holds_by_another_caller_or_on_wrong_records_are_refused() {
    let paid = matured();
    let caller = paid.staking.pubkey();
    let records = paid
        .payees
        .each_ref()
        .map(|payee| addresses::ide::claim(&payee.device.key, &payee.party()));
    let lifetime = paid.record(&paid.payees[0]).ledger.newest.lifetime_io;
    let mint = paid.world.plan.io_mint;
    let now = paid.world.now();
    let forfeit = |records: &[_], amounts: Vec<u64>| ix::forfeit(&caller, records, amounts);
    let refused = |sent: Sent, error: IdeError| expect_error(sent, ide::ID, error, 0);
    let all = [
        forfeit(&records[..1], vec![1]),
        ix::unforfeit(&caller, &records[..1], vec![1]),
        ix::burn_forfeited(&caller, &mint, &records[..1], holds(1, now)),
    ];
    for instruction in &all {
        let stranger = with_account(instruction, 0, paid.bank.pubkey());
        refused(paid.send(&[], stranger), IdeError::NotStakingCaller);
        let unsigned = without_signature(instruction, 0);
        expect_error(
            paid.send(&[], unsigned),
            ide::ID,
            u32::from(anchor_lang::error::ErrorCode::AccountNotSigner),
            0,
        );
        let config = copy(&paid.world, &addresses::registry::config());
        refused(
            paid.as_staking(with_account(instruction, 1, config)),
            IdeError::WrongConfig,
        );
        let last = instruction.accounts.len() - 1;
        let mut fewer = instruction.clone();
        fewer.accounts.pop();
        refused(paid.as_staking(fewer), IdeError::RecordAccounts);
        refused(
            paid.as_staking(with_extra(instruction)),
            IdeError::RecordAccounts,
        );
        let mut frozen = instruction.clone();
        frozen.accounts[last].is_writable = false;
        refused(paid.as_staking(frozen), IdeError::RecordAccounts);
        let foreign = foreign_copy(&paid.world, &records[0]);
        expect_error(
            paid.as_staking(with_account(instruction, last, foreign)),
            ide::ID,
            u32::from(anchor_lang::error::ErrorCode::AccountOwnedByWrongProgram),
            0,
        );
    }
    let twice = [records[0], records[0]];
    refused(
        paid.as_staking(forfeit(&twice, vec![1, 1])),
        IdeError::RecordAccounts,
    );
    refused(
        paid.as_staking(forfeit(&records[..1], vec![0])),
        IdeError::ZeroAmount,
    );
    refused(
        paid.as_staking(forfeit(&records[..1], vec![lifetime + 1])),
        IdeError::HoldAboveUnclaimed,
    );
    refused(
        paid.as_staking(ix::unforfeit(&caller, &records[..1], vec![1])),
        IdeError::AboveHeld,
    );
    refused(
        paid.as_staking(ix::burn_forfeited(
            &caller,
            &mint,
            &records[..1],
            holds(1, now),
        )),
        IdeError::AboveHeld,
    );
    let burn = ix::burn_forfeited(&caller, &mint, &records[..1], holds(1, now));
    for (index, key, error) in [
        (2, addresses::ide::roots(), IdeError::WrongRoots),
        (3, addresses::ide::vaults(), IdeError::WrongVaults),
        (4, addresses::ide::pay_io(), IdeError::WrongVaultAccount),
        (5, mint, IdeError::WrongMint),
    ] {
        let copied = copy(&paid.world, &key);
        refused(paid.as_staking(with_account(&burn, index, copied)), error);
    }
}

/// A root that held rewards is vetoed: no token had moved, and the burn is limited by the root that
/// matured instead.
#[test]
fn e85_veto_after_a_hold_limits_the_burn_to_the_root_that_matured() {
    let paid = accepted();
    let payee = &paid.payees[0];
    let record = addresses::ide::claim(&payee.device.key, &payee.party());
    let caller = paid.staking.pubkey();
    let mint = paid.world.plan.io_mint;
    paid.open_claim(payee).expect("opens");
    paid.prove(payee, &paid.payouts).expect("proves");
    let lifetime = paid.record(payee).ledger.newest.lifetime_io;
    paid.as_staking(ix::forfeit(&caller, &[record], vec![lifetime]))
        .expect("holds");
    let proposed_at = paid.world.now();
    let governance = &paid.world.governance;
    paid.world
        .send(governance, &[], &[ix::veto_root(&governance.pubkey(), 1)])
        .expect("vetoes");
    // the root that takes its place knows one more beneficiary: less for this one
    let extra = paid.payee();
    let [a, b, c] = &paid.payees;
    let second = paid.payouts(2, paid.first_day, &[a, b, c, &extra]);
    paid.accept_root(&second).expect("accepts");
    let burn = || {
        ix::burn_forfeited(
            &caller,
            &mint,
            &[record],
            vec![BurnHold {
                amount_io: lifetime,
                root_seq: 1,
                proposed_at,
            }],
        )
    };
    expect_error(paid.as_staking(burn()), ide::ID, IdeError::NoMaturedRoot, 0);
    paid.world.warp(MATURITY);
    expect_error(paid.as_staking(burn()), ide::ID, IdeError::StaleProof, 0);
    paid.prove(payee, &second).expect("proves");
    let less = paid.record(payee).ledger.newest.lifetime_io;
    assert!(less < lifetime);
    let supply = paid.supply();
    paid.as_staking(burn()).expect("burns");
    assert_eq!(supply - paid.supply(), less);
    assert_eq!(paid.record(payee).ledger.forfeited_io, less);
}
