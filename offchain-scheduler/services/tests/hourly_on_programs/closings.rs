//! Rent of decisions, exemptions, polls and blocks.

use ion_client::{addresses, instructions::registry as reg};
use ion_economics::{
    exemption::BLOCK,
    params::{
        registry::{EXEMPTION_MAX, POLL_KEEP},
        rewards::BLOCK_RENT_AFTER,
    },
};
use ion_merkle::report::ReportKind;
use ion_program_tests::{World, flows::H100, rewards_stage::Network};
use registry::{
    GrantExemptionArgs,
    state::{ActionKind, Config},
};
use solana_signer::Signer;

use crate::{
    desk::{DAY, Desk, HOUR},
    machine::Staged,
};

impl Staged for Network {
    fn world(&self) -> &World {
        &self.world
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn decision_that_was_cancelled_returns_its_rent() {
    let world = World::new();
    let id = world
        .get::<Config>(&addresses::registry::config())
        .next_action_id;
    let by = world.governance.pubkey();
    let queue = reg::queue_action(&by, &by, id, ActionKind::ScheduleSwitch);
    world.send(&world.governance, &[], &[queue]).unwrap();
    let mut desk = Desk::new(world).await;
    desk.pass().await;
    assert_eq!(desk.rows().await, 0, "it waits for its time");
    desk.world(|world| {
        let cancel = reg::cancel_action(&by, id);
        world.send(&world.governance, &[], &[cancel]).unwrap();
    });
    desk.pass_after(HOUR).await;
    desk.assert_landed_once("close_action", id).await;
    let key = addresses::registry::action(id);
    assert!(!desk.world(|world| world.exists(&key)));
    desk.pass_after(HOUR).await;
    assert_eq!(desk.state("close_action", id).await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exemption_returns_its_rent_two_days_after_its_end() {
    let world = World::new();
    let device = world.register(H100, 1, 1_000_000, 0).key;
    let by = world.governance.pubkey();
    let args = GrantExemptionArgs {
        flags: BLOCK,
        window_seconds: EXEMPTION_MAX.default,
        reason_hash: [6; 32],
    };
    let grant = reg::grant_exemption(&by, &by, &device, args);
    world.send(&world.governance, &[], &[grant]).unwrap();
    let cancel = reg::cancel_exemption(&by, &device);
    world.send(&world.governance, &[], &[cancel]).unwrap();
    let mut desk = Desk::new(world).await;
    desk.pass_after(2 * DAY - HOUR).await;
    assert_eq!(desk.rows().await, 0, "its days are still looked at");
    desk.pass_after(2 * HOUR).await;
    desk.assert_landed_once("close_exemption", device).await;
    let key = addresses::registry::exemption(&device);
    assert!(!desk.world(|world| world.exists(&key)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn poll_returns_its_rent_after_its_time() {
    let world = World::new();
    let poll = world.attest(ReportKind::DeviceReport, &registry::ID, 5, &[1; 72]);
    let mut desk = Desk::new(world).await;
    desk.pass_after(POLL_KEEP.default - HOUR).await;
    assert_eq!(desk.rows().await, 0);
    desk.pass_after(2 * HOUR).await;
    desk.assert_landed_once("close_poll", poll).await;
    assert!(!desk.world(|world| world.exists(&poll)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn block_returns_its_rent_long_after_its_root_matured() {
    let network = Network::new();
    let hour = network.earned().hour;
    let mut desk = Desk::new(network).await;
    desk.pass_after(7 * DAY + BLOCK_RENT_AFTER.default - HOUR)
        .await;
    assert_eq!(desk.state("close_block", hour).await, None);
    desk.pass_after(2 * HOUR).await;
    desk.assert_landed_once("close_block", hour).await;
    let key = addresses::rewards::block(hour);
    assert!(!desk.world(|world| world.exists(&key)));
}
