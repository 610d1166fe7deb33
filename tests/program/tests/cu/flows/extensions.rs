//! Flows of extensions, disputes and corrections.

use ion_client::{
    addresses,
    instructions::{booking as book, registry as reg},
};
use ion_economics::units::DAY;
use ion_program_tests::booking_stage::Stage;
use registry::{
    UpdateDeviceArgs,
    state::{ActionKind, Config, TneCounter},
};
use solana_signer::Signer;

use crate::{
    measure::{Sample, samples},
    tries::Known,
};

/// A booking of `lines` lines that is extended three times at another price each, disputed, ruled on and
/// swept.
pub fn extended(lines: u64) -> Vec<Sample> {
    let count = usize::try_from(lines).expect("few lines");
    let stage = Stage::with_devices(count);
    stage
        .world
        .give(&stage.payer.pubkey(), 0, 1_000_000_000_000);
    stage.create_quote();
    stage.book();
    stage.pay_all();
    stage.lock_all();
    stage.start();
    let mut ids = vec![stage.id];
    for nonce in 1..=3 {
        for device in &stage.devices {
            let args = UpdateDeviceArgs {
                payout_wallet: None,
                ask_usd_micros: Some(5_000_000 + nonce),
                open_until: None,
            };
            let update = reg::update_device(&stage.owner.pubkey(), device, None, args);
            stage.send(&stage.owner, update).expect("updates");
        }
        let id = stage.fresh_id(100 + nonce);
        ids.push(id);
        stage.quote_extension(id, 60);
        stage.send_extension(stage.extend_ix(id)).expect("extends");
    }
    stage.world.warp(DAY);
    stage
        .record(0, false, &vec![1_440; count])
        .expect("records");
    stage.challenge(0);
    stage.rule(0, &vec![700; count]);
    let escrow = stage.escrow();
    let mut account = stage.world.raw(&escrow);
    let held = stage.world.token(&escrow);
    account.data[64..72].copy_from_slice(&(held + 1).to_le_bytes());
    stage.world.put(&escrow, account);
    stage
        .crank(book::sweep_excess(
            &stage.world.authority.pubkey(),
            &stage.key(),
            stage.currency,
            &stage.mint(),
        ))
        .expect("sweeps");
    let known = Known {
        ids,
        wallets: vec![stage.payout.pubkey(), stage.payer.pubkey()],
        mints: vec![stage.world.plan.io_mint, stage.world.plan.usdc_mint],
    };
    samples(&stage.world, lines, &known)
}

/// A correction of a total.
pub fn corrected() -> Vec<Sample> {
    let stage = Stage::new();
    let config: Config = stage.world.get(&addresses::registry::config());
    let governance = stage.world.governance.pubkey();
    let id = config.next_action_id;
    let payload = ActionKind::AdjustTne {
        counter: TneCounter::Settled,
        amount_io: -1,
        reason_hash: [3; 32],
    };
    let queue = reg::queue_action(&governance, &governance, id, payload);
    stage.send(&stage.world.governance, queue).expect("queues");
    stage.world.warp(2 * DAY);
    stage
        .crank(book::adjust(&stage.world.authority.pubkey(), id))
        .expect("corrects");
    let known = Known {
        ids: vec![stage.id],
        wallets: Vec::new(),
        mints: Vec::new(),
    };
    samples(&stage.world, 1, &known)
}
