//! One hire by the command line alone, on a real chain: quote, payment, extension, dispute, early end,
//! and the record of it to the last unit.

mod commands;

use std::{
    fs::File,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anchor_spl::associated_token::get_associated_token_address;
use ion_client::addresses;
use ion_e2e::{
    localnet::LocalControl,
    network::{Built, Network},
    process::wait_for,
    services::Services,
};
use ion_economics::units::{DAY, HOUR};
use ion_merkle::{
    Sha256Hasher, Tree,
    leaf::{DeviceLeaf, WorkLeaf},
    report::{LeafReport, ReportKind, payload_hash},
};
use ion_migrations::wallets::Wallets;
use ion_test_oracle::{PostedPrice, RECEIVER};
use serde_json::{Value, json};
use solana_account::Account;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

const MINUTE: i64 = 60;
const SCHEDULER_DEADLINE: Duration = Duration::from_secs(60);

// Eight processors at 2.50 USD an hour for three days, two of them booked and one added at the same
// price: 4,320 minutes for 1,440 USD in all, both purchases merged into one.
const COMPUTE: u64 = 1_440_000_000;
const HIRED: u64 = 4_320;
/// 0.25 % and 2 % of the compute.
const RESERVATION: u64 = 3_600_000;
const PAYMENT: u64 = 28_800_000;
/// Price of the first 700 minutes: compute less the rest of the minutes, rounded down.
const STANDS: u64 = COMPUTE - COMPUTE * (HIRED - 700) / HIRED;
/// Cut of the first day, of which the arbiter leaves 700 minutes.
const CUT: u64 = COMPUTE / 3 - STANDS;
/// Served in all when the renter ends it, and what the second record adds to the first day.
const SERVED: u64 = 1_500;
const SECOND: u64 = COMPUTE * SERVED / HIRED - COMPUTE / 3;
const REFUND: u64 = COMPUTE - COMPUTE / 3 - SECOND + CUT;
/// What suppliers earn before their fee of 2.25 %, rounded up over both records.
const GROSS: u64 = STANDS + SECOND;
const SUPPLIER_FEE: u64 = (GROSS * 225).div_ceil(10_000);
const STRAY: u64 = 17;

/// IO of an amount of USDC at 0.15 USD, base units.
const fn io(usdc: u64) -> u64 {
    usdc * 2_000 / 3
}

fn amount(value: &Value) -> u64 {
    value["amount"]
        .as_str()
        .unwrap_or_else(|| panic!("no amount: {value}"))
        .parse()
        .unwrap()
}

/// A network with one renter, and the folder for files that commands read.
struct Hire<'a> {
    network: &'a Network,
    folder: &'a Path,
    price_account: Pubkey,
}

/// `ion booking watch` beside the test, as JSON into a file.
fn watch(built: &Built, network: &Network, id: &str, into: &Path) -> Child {
    Command::new(built.binary("ion").unwrap())
        .args(["--url", &network.url, "--output", "json", "--keypair"])
        .arg(network.cli.key_file("renter"))
        .args(["booking", "watch", id, "--every", "1"])
        .stdout(File::create(into).unwrap())
        .stdin(Stdio::null())
        .spawn()
        .unwrap()
}

fn watched(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    serde_json::Deserializer::from_str(&text)
        .into_iter()
        .collect::<Result<_, _>>()
        .unwrap()
}

#[test]
fn hire_is_quoted_extended_disputed_ended_early_and_audited_by_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let built = Built::beside_this_program().unwrap();
    let network = Network::start(&built, None, folder.path(), false).unwrap();
    let price_account = Wallets::Development.key("price account").unwrap().pubkey();
    let mut services = Services::new(&built, &network, &price_account).unwrap();
    let hire = Hire {
        network: &network,
        folder: folder.path(),
        price_account,
    };
    hire.fund(&network.key("arbiter").pubkey());
    let class = hire.supply();
    services.start_scheduler().unwrap();
    let url = services.scheduler_url.clone();
    let usdc = network.config.usdc_mint;
    let renter = network.key("renter").pubkey();
    let purse = network.balance(&renter, &usdc).unwrap();

    // Two days, quoted by the scheduler, booked and paid in two parts.
    let request = [
        "quote",
        "request",
        "--scheduler",
        &url,
        "--class",
        &class,
        "--gpus",
        "8",
        "--minutes",
        "2d",
    ];
    let quoted = hire.run("renter", &request);
    let id = quoted["id"].as_str().unwrap().to_owned();
    assert_eq!(amount(&quoted["total"]), 981_600_000);
    hire.refused(
        "renter",
        &["booking", "create", &id, "--max-total", "981.599999"],
        "too dear",
    );
    let booked = hire.run("renter", &["booking", "create", &id]);
    assert_eq!(booked["state"]["status"], "Booked");
    hire.refused("renter", &request, "waits for payment");
    let part = hire.run("renter", &["booking", "pay", &id, "--amount", "81.6"]);
    assert_eq!(part["state"]["status"], "PartiallyPaid");
    hire.refused("supplier", &["booking", "pay", &id], "NotPayer");
    hire.run("renter", &["booking", "pay", &id]);
    hire.await_status(&id, "Running");
    let log = folder.path().join("watch.json");
    let mut watching = watch(&built, &network, &id, &log);
    let look = hire.run("renter", &["booking", "watch", &id, "--once"]);
    assert_eq!(look["minutes_left"], 2_880);

    // Ten hours later a day more, asked for by the renter alone.
    network.pass(10 * HOUR).unwrap();
    let extend = [
        "quote",
        "extend",
        &id,
        "--minutes",
        "1d",
        "--scheduler",
        &url,
    ];
    hire.refused("supplier", &extend, "another renter");
    let extension = hire.run("renter", &extend);
    assert_eq!(amount(&extension["total"]), 490_800_000);
    assert_eq!(extension["booking"], booked["state"]["booking"]);
    let extension = extension["id"].as_str().unwrap();
    let extended = hire.run("renter", &["booking", "extend", &id, "--quote", extension]);
    assert_eq!(extended["state"]["minutes"], HIRED);
    assert_eq!(
        amount(&extended["state"]["paid"]),
        COMPUTE + RESERVATION + PAYMENT
    );
    let look = hire.run("renter", &["booking", "watch", &id, "--once"]);
    assert_eq!(look["status"], "Running");
    let elapsed = look["elapsed_minutes"].as_u64().unwrap();
    assert!((600..=602).contains(&elapsed), "{elapsed} minutes");
    assert_eq!(
        amount(&look["cost_so_far"]),
        COMPUTE - COMPUTE * (HIRED - elapsed) / HIRED + RESERVATION + PAYMENT
    );

    // The record of the first day is disputed; 700 of its minutes stand.
    network.pass(14 * HOUR).unwrap();
    let recorded = hire.work(&id, 0, false, 1_440);
    assert_eq!(amount(&recorded["lines"][0]["billed"]), COMPUTE / 3);
    let evidence = hire.file("log.txt", "twelve hours without a network");
    let challenge = [
        "booking",
        "challenge",
        &id,
        "--record",
        "0",
        "--evidence",
        &evidence,
    ];
    hire.refused("supplier", &challenge, "NotRenter");
    hire.run("renter", &challenge);
    hire.refused("renter", &challenge, "WrongState");
    let reason = hire.file("ruling.txt", "the log shows it");
    let rule = [
        "booking",
        "rule",
        &id,
        "--record",
        "0",
        "--minutes",
        "700",
        "--reason",
        &reason,
    ];
    hire.refused("renter", &rule, "NotArbiter");
    let ruled = hire.run("arbiter", &rule);
    assert_eq!(amount(&ruled["state"]["refund_due"]), CUT);

    // An hour and more into the second day the renter has enough.
    network.pass(100 * MINUTE).unwrap();
    hire.refused("renter", &["booking", "end", &id], "terminate");
    let ended = hire.run("renter", &["booking", "terminate", &id]);
    assert_eq!(ended["state"]["status"], "Closing");
    network.pass(HOUR).unwrap();
    let last = hire.work(&id, 1, true, u32::try_from(SERVED).unwrap());
    assert_eq!(last["status"], "Settling");
    assert_eq!(amount(&last["refund_due"]), REFUND);

    // What strangers send is swept, what is owed goes to renter and supplier.
    let escrow = addresses::booking::escrow(&last["booking"].as_str().unwrap().parse().unwrap());
    let gift = solana_instruction::Instruction {
        program_id: anchor_spl::token::ID,
        accounts: vec![
            solana_instruction::AccountMeta::new(
                get_associated_token_address(&network.key("auditor").pubkey(), &usdc),
                false,
            ),
            solana_instruction::AccountMeta::new(escrow, false),
            solana_instruction::AccountMeta::new_readonly(network.key("auditor").pubkey(), true),
        ],
        data: [&[3][..], &STRAY.to_le_bytes()].concat(),
    };
    network.send(&network.key("auditor"), &[], &[gift]).unwrap();
    hire.run("auditor", &["booking", "sweep", &id]);
    hire.refused("auditor", &["booking", "sweep", &id], "nothing");
    hire.run("auditor", &["booking", "refund", &id]);
    assert_eq!(
        network.balance(&renter, &usdc).unwrap(),
        purse - COMPUTE - RESERVATION - PAYMENT + REFUND
    );
    hire.run("auditor", &["booking", "earn", &id, "--record", "0"]);
    hire.refused(
        "auditor",
        &["booking", "earn", &id, "--record", "1"],
        "cannot be earned yet",
    );
    network.pass(DAY + MINUTE).unwrap();
    // What is earned and shown of today falls into one day.
    if network.now().unwrap().rem_euclid(DAY) > DAY - 10 * MINUTE {
        network.pass(10 * MINUTE).unwrap();
    }
    let supplier = network.key("supplier").pubkey();
    hire.run("auditor", &["booking", "earn", &id, "--record", "1"]);
    let before = amount(&hire.show(&id)["lines"][0]["earned"]);
    assert_eq!(before, GROSS);
    let settled = hire.run("auditor", &["booking", "settle", &id]);
    assert_eq!(settled["state"]["status"], "Settled");
    assert_eq!(
        amount(&settled["state"]["fees_deposited"]),
        RESERVATION + PAYMENT
    );
    assert!(watching.wait().unwrap().success());
    let looks = watched(&log);
    let elapsed: Vec<u64> = looks
        .iter()
        .map(|look| look["elapsed_minutes"].as_u64().unwrap())
        .collect();
    assert!(elapsed.is_sorted(), "{elapsed:?}");
    let (first, last) = (&looks[0], looks.last().unwrap());
    assert_eq!(
        (&first["status"], &last["status"]),
        (&json!("Running"), &json!("Settled"))
    );
    assert_eq!(
        amount(&last["cost_so_far"]),
        COMPUTE + RESERVATION + PAYMENT - REFUND
    );

    // The record of it, and the same from transactions alone.
    let record = hire.run("auditor", &["tne", "show", "--booking", &id]);
    for (name, expected) in [
        ("cost", COMPUTE + RESERVATION + PAYMENT),
        ("paid", COMPUTE + RESERVATION + PAYMENT),
        ("cut", CUT),
        ("billed", COMPUTE / 3 + SECOND),
        ("settled", GROSS),
        ("refunded", REFUND),
        ("tne_estimated", io(COMPUTE / 3) + io(SECOND)),
        ("tne_settled", io(STANDS) + io(SECOND)),
    ] {
        assert_eq!(amount(&record[name]), expected, "{name}");
    }
    let of_supplier = hire.run(
        "auditor",
        &["tne", "show", "--supplier", &supplier.to_string()],
    );
    assert_eq!(amount(&of_supplier["gross_usdc"]), GROSS);
    assert_eq!(amount(&of_supplier["fees_usdc"]), SUPPLIER_FEE);
    let total = hire.run("auditor", &["tne", "show", "--total"]);
    for name in ["tne_estimated", "tne_settled"] {
        assert_eq!(amount(&total[name]), amount(&record[name]), "{name}");
    }
    let today = hire.run("auditor", &["tne", "show", "--day", "today"]);
    assert_eq!(amount(&today["tne_settled"]), io(SECOND));
    let audit = hire.run("auditor", &["audit", "tne"]);
    assert_eq!(audit["equal"], true, "{audit}");
    for (name, expected) in [
        ("tne_estimated, all days", io(COMPUTE / 3) + io(SECOND)),
        ("tne_settled, all days", io(STANDS) + io(SECOND)),
    ] {
        let figures = audit["figures"].as_array().unwrap();
        let figure = figures.iter().find(|figure| figure["figure"] == name);
        assert_eq!(amount(&figure.unwrap()["recomputed"]), expected, "{name}");
    }
    let audit = hire.run("auditor", &["audit", "booking", &id]);
    assert_eq!(audit["equal"], true, "{audit}");
    assert!(audit["figures"].as_array().unwrap().len() > 5, "{audit}");
    services.scheduler.stop().unwrap();
}
