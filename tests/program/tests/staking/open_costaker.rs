//! `open_costaker`.

use anchor_lang::error::ErrorCode;
use ion_client::{addresses::staking as addr, instructions::staking as ix};
use ion_program_tests::{expect_error, expect_framework_error};
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use staking::{events::CoStakerOpened, state::CoStaker};

use crate::stage::{Stage, unsigned};

#[test]
fn anyone_opens_the_account_of_any_wallet_once() {
    let stage = Stage::new();
    let (payer, wallet) = (stage.owner.pubkey(), Pubkey::new_unique());
    let key = addr::co_staker(&wallet);
    stage.world.fund(&key); // lamports at the address do not keep it from opening
    let record = stage
        .send(&stage.owner, ix::open_costaker(&payer, &wallet))
        .expect("opens");
    let holder: CoStaker = stage.world.get(&key);
    assert_eq!(
        (
            holder.version,
            holder.wallet,
            holder.payer,
            holder.live_positions
        ),
        (1, wallet, payer, 0)
    );
    let event: CoStakerOpened = stage.world.event(staking::ID, &record);
    assert_eq!(
        (event.co_staker, event.wallet, event.payer, event.at),
        (key, wallet, payer, stage.world.now())
    );

    let again = ix::open_costaker(&stage.other.pubkey(), &wallet);
    expect_error(stage.send(&stage.other, again), staking::ID, 0_u32, 0); // system program: in use
    let silent = unsigned(&ix::open_costaker(&payer, &Pubkey::new_unique()), &payer);
    expect_framework_error(
        stage.crank(silent),
        staking::ID,
        ErrorCode::AccountNotSigner,
        0,
    );
}
