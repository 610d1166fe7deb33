//! A spoofing case from evidence to restoration, by the command line on a real chain.

use std::{num::NonZeroUsize, path::Path, time::Duration};

use anchor_spl::token::Mint;
use ed25519_dalek::SigningKey;
use ion_challenge::{Challenge, ChallengeWork, CpuProver, secret_hash, verify};
use ion_client::{addresses, send::Chain};
use ion_e2e::{
    network::{Built, Network},
    process::wait_for,
};
use ion_economics::units::IO_ONE;
use ion_evidence::{ChallengeRecord, Evidence};
use ion_objects::{FolderStore, ObjectStore};
use ion_protocol::{Domain, IssuedChallenge, Realm, seal};
use serde_json::Value;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

const SECRET: [u8; 32] = [9; 32];
const STAKED: u64 = 16_000 * IO_ONE;

/// A device that commits to its product and then opens another row: its own signatures prove it.
fn false_answer(network: &Network, device: &Keypair) -> (Vec<u8>, String) {
    let realm = Realm {
        genesis_hash: network.chain.genesis_hash().unwrap().to_bytes(),
        program_id: registry::ID.to_bytes(),
    };
    let verifier = SigningKey::from_bytes(&[3; 32]);
    let key = SigningKey::from_bytes(device.secret_bytes());
    let challenge = Challenge {
        genesis_hash: realm.genesis_hash,
        verifier: verifier.verifying_key().to_bytes(),
        device: key.verifying_key().to_bytes(),
        nonce: [5; 32],
        blockhash: [6; 32],
        n: 64,
        rounds: 2,
        openings: 8,
        secret_hash: secret_hash(&SECRET),
    };
    let prover = CpuProver::new(NonZeroUsize::MIN);
    let work = ChallengeWork::commit(&prover, challenge.clone()).unwrap();
    let mut answer = work.open(&prover, &SECRET).unwrap();
    answer.openings[0].entries[0] ^= 1;
    let now = network.now().unwrap();
    let commitment = work.commitment();
    let verdict = verify(&challenge, &commitment, &SECRET, &answer);
    let evidence = Evidence::Challenge(Box::new(ChallengeRecord {
        issued: IssuedChallenge::new(&verifier, challenge, 1_000),
        secret: SECRET,
        commit: Some(seal(&key, Domain::ChallengeCommit, &realm, 1, now, &commitment).unwrap()),
        answer: Some(seal(&key, Domain::ChallengeOpen, &realm, 2, now, &answer).unwrap()),
        verdict,
    }));
    let bytes = evidence.encode().unwrap();
    let hash = hex::encode(Evidence::hash(&bytes));
    (bytes, hash)
}

/// Registers a device of eight processors and stakes for it.
fn staked_device(network: &Network, folder: &Path) -> (Pubkey, Keypair) {
    let key = Keypair::new();
    let file = folder.join("device.json");
    solana_keypair::write_keypair_file(&key, &file).unwrap();
    let class = ion_migrations::tables::classes()
        .unwrap()
        .into_iter()
        .find(|class| class.name == "H100 80GB HBM3")
        .unwrap()
        .id
        .to_string();
    let file = file.display().to_string();
    let run = |arguments: &[&str]| network.cli.run("supplier", arguments).unwrap();
    run(&[
        "device",
        "register",
        "--device-key",
        &file,
        "--class",
        &class,
        "--qty",
        "8",
        "--ask",
        "2.50",
    ]);
    let device = addresses::registry::device(&key.pubkey());
    let text = device.to_string();
    run(&["stake", "open", &text]);
    run(&["stake", "deposit", &text, "16000"]);
    (device, key)
}

fn supply(network: &Network) -> u64 {
    let mint = network.config.io_mint;
    let account = network.chain.accounts(&[mint]).unwrap().remove(0).unwrap();
    <Mint as anchor_lang::AccountDeserialize>::try_deserialize(&mut account.data.as_slice())
        .unwrap()
        .supply
}

fn amount(value: &Value) -> u64 {
    value["amount"].as_str().unwrap().parse().unwrap()
}

#[test]
fn spoofing_case_is_shown_appealed_ruled_burned_and_restored_by_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let built = Built::beside_this_program().unwrap();
    let network = Network::start(&built, None, folder.path(), false).unwrap();
    let (device, key) = staked_device(&network, folder.path());
    let device_text = device.to_string();
    let store = folder.path().join("objects");
    let (bytes, hash) = false_answer(&network, &key);
    let objects = FolderStore::open(&store).unwrap();
    let store = store.display().to_string();
    let at = network.now().unwrap().to_string();

    // Evidence that is not in the store is not proposed on; neither is a case by another key.
    let mut propose = vec![
        "case",
        "propose",
        &device_text,
        "--code",
        "6",
        "--offence-at",
        &at,
        "--evidence",
        &hash,
        "--store",
        &store,
    ];
    let (code, said) = network.cli.refused("slasher", &propose).unwrap();
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("not in the store"), "{said}");
    objects.put(&format!("evidence/{hash}"), &bytes).unwrap();
    let (_, said) = network.cli.refused("slasher", &propose).unwrap();
    assert!(said.contains("ion case open-day"), "{said}");
    network.cli.run("auditor", &["case", "open-day"]).unwrap();
    for wallet in ["slasher", "arbiter"] {
        let key = network.key(wallet).pubkey();
        let client = network.chain.client();
        client.request_airdrop(&key, 1_000_000_000).unwrap();
        wait_for("an airdrop", Duration::from_secs(60), || {
            Ok((client.get_balance(&key)? > 0).then_some(()))
        })
        .unwrap();
    }
    let (code, said) = network.cli.refused("arbiter", &propose).unwrap();
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("NotSlasher"), "{said}");

    let minted = supply(&network);
    // Over a lookup table, as a case with the rewards of many parties needs one; its maker closes it.
    propose.push("--make-table");
    let opened = network.cli.run("slasher", &propose).unwrap();
    let table = opened["state"]["lookup_table"].as_str().unwrap();
    let close = ["case", "close-table", table];
    let (code, said) = network.cli.refused("arbiter", &close).unwrap();
    assert_eq!(code, 4, "{said}");
    let unused = network.cli.run("slasher", &close).unwrap();
    assert_eq!(unused["state"]["phase"], "out of use");
    let case = opened["state"]["case"].as_str().unwrap().to_owned();
    assert_eq!(opened["state"]["status"], "open to appeal");
    assert_eq!(amount(&opened["state"]["seized"]), STAKED);
    assert_eq!(supply(&network), minted, "nothing is burned yet");
    propose.clear();

    // Anybody sees what was observed, checked by signatures and recomputation.
    let shown = network
        .cli
        .run("auditor", &["case", "show", &case, "--store", &store])
        .unwrap();
    assert_eq!(shown["evidence"]["verified"], true);
    assert_eq!(
        shown["evidence"]["finding"],
        "failed: the device signed a false answer, with a row that is not the committed one"
    );
    assert_eq!(
        shown["evidence"]["device_key"],
        Value::String(key.pubkey().to_string())
    );
    assert_eq!(shown["appeal"], Value::Null);
    let listed = network
        .cli
        .run(
            "auditor",
            &["case", "list", "--open", "--device", &device_text],
        )
        .unwrap();
    assert_eq!(listed["count"], 1);
    assert_eq!(listed["cases"][0]["case"], Value::String(case.clone()));

    // Too early to finalize, nothing to rule on; a stranger cannot appeal.
    for (who, arguments) in [
        ("auditor", vec!["case", "finalize", &case]),
        (
            "arbiter",
            vec![
                "case", "rule", &case, "--uphold", "--text", "x", "--store", &store,
            ],
        ),
        (
            "renter",
            vec!["case", "appeal", &case, "--text", "x", "--store", &store],
        ),
    ] {
        let (code, said) = network.cli.refused(who, &arguments).unwrap();
        assert_eq!(code, 4, "{said}");
    }
    let appeal = [
        "case",
        "appeal",
        &case,
        "--text",
        "the memory was faulty",
        "--store",
        &store,
    ];
    let appealed = network.cli.run("supplier", &appeal).unwrap();
    assert_eq!(appealed["state"]["status"], "appealed");
    let shown = network
        .cli
        .run("auditor", &["case", "show", &case, "--store", &store])
        .unwrap();
    assert_eq!(shown["appeal"]["text"], "the memory was faulty");
    assert_eq!(shown["appeal"]["verified"], true);

    // A quarter is burned, the rest goes back.
    let rule = [
        "case",
        "rule",
        &case,
        "--burn",
        "25%",
        "--text",
        "no intent",
        "--store",
        &store,
    ];
    assert_eq!(
        network.cli.run("arbiter", &rule).unwrap()["state"]["status"],
        "ruled"
    );
    let ended = network
        .cli
        .run("auditor", &["case", "finalize", &case])
        .unwrap();
    assert_eq!(ended["state"]["status"], "decided");
    assert_eq!(amount(&ended["state"]["burned"]), STAKED / 4);
    assert_eq!(supply(&network), minted - STAKED / 4);
    let back = network
        .cli
        .run("auditor", &["case", "restore", &case])
        .unwrap();
    assert_eq!(back["state"]["status"], "finished");
    assert_eq!(amount(&back["state"]["restored"]), STAKED / 4 * 3);
    assert_eq!(amount(&back["state"]["in_the_case_vault"]), 0);
    let (code, _) = network
        .cli
        .refused("auditor", &["case", "restore", &case])
        .unwrap();
    assert_eq!(code, 4);

    // What came back is free at once, since the stake it came from is gone.
    let wallet = network.key("supplier").pubkey();
    let before = network.balance(&wallet, &network.config.io_mint).unwrap();
    network
        .cli
        .run("supplier", &["stake", "withdraw", &device_text])
        .unwrap();
    let after = network.balance(&wallet, &network.config.io_mint).unwrap();
    assert_eq!(after - before, STAKED / 4 * 3);
}
