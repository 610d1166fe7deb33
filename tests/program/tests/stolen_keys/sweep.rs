//! No key opens the door of another: every instruction that a role signs is refused to every other
//! key, whoever it belongs to.

use ion_client::{addresses::registry as addresses, instructions::registry as ix};
use ion_merkle::report::ReportKind;
use ion_program_tests::{World, expect_error, flows::H100};
use registry::{
    GrantExemptionArgs, UpdateDeviceArgs,
    error::RegistryError,
    state::{ActionKind, PauseBit, RoleKind},
};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::stage::*;

/// An instruction signed by a key, and the error that everybody without the role gets.
type Door = (
    &'static str,
    &'static [&'static str],
    RegistryError,
    fn(&World, &Pubkey, &Scene) -> Instruction,
);

struct Scene {
    device: Pubkey,
    action: u64,
    poll: Pubkey,
}

const DOORS: [Door; 13] = [
    (
        "queue_action",
        &["governance"],
        RegistryError::NotGovernance,
        |world, by, scene| {
            let payload = ActionKind::BlockDevice {
                device: scene.device,
            };
            ix::queue_action(by, by, next_action(world), payload)
        },
    ),
    (
        "cancel_action",
        &["governance", "guardian"],
        RegistryError::NotGovernanceOrGuardian,
        |_, by, scene| ix::cancel_action(by, scene.action),
    ),
    (
        "pause",
        &["guardian"],
        RegistryError::NotGuardian,
        |_, by, _| ix::pause(by, PauseBit::Booking),
    ),
    (
        "unpause",
        &["governance", "guardian"],
        RegistryError::NotGovernanceOrGuardian,
        |_, by, _| ix::unpause(by, PauseBit::Auction),
    ),
    (
        "accept_role",
        &[],
        RegistryError::NotProposedKey,
        |_, by, _| ix::accept_role(by, RoleKind::Governance),
    ),
    (
        "retract_role",
        &["governance", "guardian"],
        RegistryError::NotGovernanceOrGuardian,
        |_, by, _| ix::retract_role(by, RoleKind::Slasher),
    ),
    (
        "grant_exemption",
        &["governance", "exemption-admin"],
        RegistryError::NotExemptionAdmin,
        |_, by, scene| {
            let args = GrantExemptionArgs {
                flags: 1,
                window_seconds: 1,
                reason_hash: [1; 32],
            };
            ix::grant_exemption(by, by, &scene.device, args)
        },
    ),
    (
        "vote_report",
        &["verifier-1", "verifier-2", "verifier-3"],
        RegistryError::UnknownVerifier,
        |_, by, scene| ix::vote_report(by, &scene.poll, [1; 32]),
    ),
    (
        "update_device",
        &[],
        RegistryError::NotDeviceOwner,
        |_, by, scene| {
            let args = UpdateDeviceArgs {
                payout_wallet: Some(*by),
                ask_usd_micros: None,
                open_until: None,
            };
            ix::update_device(by, &scene.device, None, args)
        },
    ),
    (
        "terminate_device",
        &[],
        RegistryError::NotDeviceOwner,
        |_, by, scene| ix::terminate_device(by, &scene.device),
    ),
    (
        "lock_devices",
        &[],
        RegistryError::NotBookingProgram,
        |_, by, scene| ix::lock_devices(by, by, &[scene.device]),
    ),
    (
        "block_device",
        &[],
        RegistryError::NotStakingProgram,
        |_, by, scene| ix::block_device(by, &scene.device, by),
    ),
    (
        "set_switch_hour",
        &[],
        RegistryError::NotIdeProgram,
        |_, by, _| ix::set_switch_hour(by),
    ),
];

const KEYS: [&str; 10] = [
    "governance",
    "guardian",
    "slasher",
    "arbiter",
    "scheduler",
    "exemption-admin",
    "verifier-1",
    "verifier-2",
    "verifier-3",
    "treasury",
];

#[test]
fn no_key_opens_the_door_of_another_role() {
    let world = World::new();
    let device = world.register(H100, 1, 1, 0);
    let by = &world.authority;
    let subject = Pubkey::new_unique();
    let open = ix::open_poll(&by.pubkey(), ReportKind::WorkReport, &subject, 1);
    send(&world, by, open).expect("opens");
    let scene = Scene {
        device: device.key,
        action: queue(&world, &ActionKind::BlockDevice { device: device.key }),
        poll: addresses::poll(ReportKind::WorkReport, &subject, 1),
    };
    let keys: Vec<(&str, Keypair)> = KEYS
        .into_iter()
        .map(|name| (name, key(&world, name)))
        .chain([
            ("device key", {
                world.fund(&device.device_key.pubkey());
                device.device_key.insecure_clone()
            }),
            ("a stranger", stranger(&world)),
            ("upgrade authority", key(&world, "authority")),
        ])
        .collect();
    for (door, holders, error, build) in DOORS {
        for (name, key) in &keys {
            if holders.contains(name) {
                continue;
            }
            world.warp(1);
            let result = send(&world, key, build(&world, &key.pubkey(), &scene));
            assert!(result.is_err(), "{door} by {name}");
            expect_error(result, registry::ID, error, 0);
        }
    }
}

/// What initialises a singleton has run: the upgrade authority can run none again.
#[test]
fn upgrade_authority_initialises_nothing_twice() {
    let world = World::new();
    let plan = &world.plan;
    let keys = world.genesis_keys();
    for step in ion_migrations::genesis::steps(plan).expect("the tables parse") {
        let signers: Vec<&Keypair> = keys
            .iter()
            .filter(|key| step.needs(&key.pubkey()))
            .collect();
        for instruction in &step.instructions {
            let name =
                ion_client::idl::instruction_name(&instruction.program_id, &instruction.data)
                    .unwrap_or_default();
            if name != "initialize" && name != "init_params" && name != "init_shard" {
                continue;
            }
            let again = std::slice::from_ref(instruction);
            assert!(
                world.send(&world.authority, &signers, again).is_err(),
                "{} runs twice",
                step.name
            );
        }
    }
}
