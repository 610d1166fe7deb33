//! `ion exemption` and the pause of an entry.

use std::path::Path;

use ion_client::{accounts, addresses};
use ion_e2e::network::Network;
use ion_economics::units::DAY;
use registry::state::Exemption;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::{go_to, refused, start};

/// Registers a device that is paused out first.
pub fn registered(network: &Network, folder: &Path) -> Pubkey {
    let key = Keypair::new();
    let file = folder.join(format!("{}.json", key.pubkey()));
    solana_keypair::write_keypair_file(&key, &file).unwrap();
    let class = ion_migrations::tables::classes()
        .unwrap()
        .into_iter()
        .find(|class| class.name == "H100 80GB HBM3")
        .unwrap()
        .id
        .to_string();
    let file = file.display().to_string();
    let register = [
        "device",
        "register",
        "--device-key",
        &file,
        "--class",
        &class,
        "--qty",
        "1",
        "--ask",
        "2.50",
    ];
    let said = refused(network, "supplier", &["gov", "pause", "register"]);
    assert!(said.contains("NotGuardian"), "{said}");
    let cli = &network.cli;
    cli.run("guardian", &["gov", "pause", "register"]).unwrap();
    let said = refused(network, "supplier", &register);
    assert!(said.contains("RegistrationPaused"), "{said}");
    cli.run("guardian", &["gov", "unpause", "register"])
        .unwrap();
    cli.run("supplier", &register).unwrap();
    addresses::registry::device(&key.pubkey())
}

#[test]
fn exemption_is_announced_withdrawn_granted_anew_lapses_and_closes() {
    let folder = tempfile::tempdir().unwrap();
    let network = start(folder.path());
    let cli = &network.cli;
    let device = registered(&network, folder.path());
    let text = device.to_string();
    let reason = hex::encode([7; 32]);
    let grant = |flag: &'static str| {
        [
            "exemption",
            "grant",
            &text,
            "--flag",
            flag,
            "--days",
            "3",
            "--reason",
            &reason,
        ]
        .map(str::to_owned)
    };
    let run = |wallet: &str, arguments: &[String]| {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        cli.run(wallet, &arguments).unwrap()
    };
    let is_refused = |wallet: &str, arguments: &[String], error: &str| {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let said = refused(&network, wallet, &arguments);
        assert!(said.contains(error), "{said}");
    };
    let show = || cli.run("auditor", &["exemption", "show", &text]).unwrap();
    let read = || -> Exemption {
        accounts::fetch(&network.chain, &addresses::registry::exemption(&device)).unwrap()
    };
    let is_live = || {
        let list = cli
            .run("auditor", &["exemption", "list", "--live"])
            .unwrap();
        list["count"] == 1
    };

    // Who may grant what.
    is_refused("supplier", &grant("wallets"), "NotExemptionAdmin");
    is_refused(
        "exemption-admin",
        &grant("staking"),
        "ExemptionFlagReserved",
    );
    let granted = run("exemption-admin", &grant("wallets"));
    assert_eq!(granted["state"]["phase"], "queued");
    assert_eq!(granted["state"]["in_force"], false);
    assert_eq!(granted["state"]["flags"], "wallets");
    let first = granted["state"]["id"].as_u64().unwrap();
    assert!(is_live());

    // Before it begins, the guardian takes it back, and it closes at once.
    let said = refused(&network, "supplier", &["exemption", "cancel", &text]);
    assert!(said.contains("NotGovernanceOrGuardian"), "{said}");
    let said = refused(&network, "auditor", &["exemption", "close", &text]);
    assert!(said.contains("ExemptionStillRuns"), "{said}");
    let gone = cli
        .run("guardian", &["exemption", "cancel", &text])
        .unwrap();
    assert_eq!(gone["state"]["phase"], "cancelled");
    assert!(!is_live());
    let admin = network.key("exemption-admin").pubkey();
    let balance = || network.chain.client().get_balance(&admin).unwrap();
    let before = balance();
    let closed = cli.run("auditor", &["exemption", "close", &text]).unwrap();
    assert_eq!(closed["state"]["phase"], "closed");
    assert!(balance() > before, "the rent goes to who paid it");
    let said = refused(&network, "auditor", &["exemption", "show", &text]);
    assert!(said.contains("was not found"), "{said}");

    // A new one has a number of its own, begins by itself and ends by itself.
    let granted = run("exemption-admin", &grant("wallets"));
    assert!(granted["state"]["id"].as_u64().unwrap() > first);
    let exemption = read();
    assert_eq!(exemption.ends_at - exemption.starts_at, 3 * DAY);
    go_to(&network, exemption.starts_at);
    assert_eq!(show()["phase"], "live");
    assert_eq!(show()["in_force"], true);
    go_to(&network, exemption.ends_at + 1);
    assert_eq!(show()["phase"], "ended");
    assert_eq!(show()["in_force"], false);
    assert!(!is_live());
    cli.run("auditor", &["exemption", "close", &text]).unwrap();

    // Governance alone exempts from stake.
    let granted = run("governance", &grant("staking"));
    assert_eq!(granted["state"]["phase"], "queued");
}
