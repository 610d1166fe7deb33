//! Decisions of governance, exemptions and vetoes, by the command line on a real chain.

mod exemption;
mod printed;
mod veto;

use std::{path::Path, time::Duration};

use ion_client::{accounts, addresses, instructions::registry as build};
use ion_e2e::{
    localnet::LocalControl,
    network::{Built, Network},
    process::wait_for,
};
use ion_economics::{params::booking::QUOTE_TTL, units::HOUR};
use registry::state::Action;
use serde_json::Value;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

/// A network whose roles have lamports for their fees.
fn start(folder: &Path) -> Network {
    let built = Built::beside_this_program().unwrap();
    let network = Network::start(&built, None, folder, false).unwrap();
    for wallet in ["governance", "guardian", "exemption-admin"] {
        fund(&network, &network.key(wallet).pubkey());
    }
    network
}

/// Gives a wallet lamports and waits until it has them.
fn fund(network: &Network, wallet: &Pubkey) {
    let client = network.chain.client();
    client.request_airdrop(wallet, 1_000_000_000).unwrap();
    wait_for("an airdrop", Duration::from_secs(60), || {
        Ok((client.get_balance(wallet)? > 0).then_some(()))
    })
    .unwrap();
}

/// A command that a program or the chain's state refuses, and what it said.
fn refused(network: &Network, wallet: &str, arguments: &[&str]) -> String {
    let (code, said) = network.cli.refused(wallet, arguments).unwrap();
    assert_eq!(code, 4, "{said}");
    said
}

/// Queues a decision and returns its number as the other verbs take it.
fn propose(network: &Network, decision: &[&str]) -> (u64, String) {
    let arguments = [&["gov", "propose"], decision].concat();
    let queued = network.cli.run("governance", &arguments).unwrap();
    assert_eq!(queued["state"]["status"], "Queued");
    let id = queued["state"]["id"].as_u64().unwrap();
    (id, id.to_string())
}

fn action(network: &Network, id: u64) -> Action {
    accounts::fetch(&network.chain, &addresses::registry::action(id)).unwrap()
}

/// A parameter as `ion config get params` reads it.
fn value(network: &Network, program: &str, name: &str) -> i64 {
    let read = network
        .cli
        .run("auditor", &["config", "get", "params"])
        .unwrap();
    let rows = read[program].as_array().unwrap();
    let row = rows.iter().find(|row| row["name"] == name).unwrap();
    row["value"].as_str().unwrap().parse().unwrap()
}

fn go_to(network: &Network, at: i64) {
    network.clock().unwrap().time_travel_to(at).unwrap();
}

/// What of a listed decision.
fn listed(network: &Network, id: u64, is_open: bool) -> Option<Value> {
    let mut arguments = vec!["gov", "list"];
    if is_open {
        arguments.push("--open");
    }
    let list = network.cli.run("auditor", &arguments).unwrap();
    let rows = list["decisions"].as_array().unwrap();
    rows.iter().find(|row| row["id"] == id).cloned()
}

#[test]
fn decision_is_shown_in_words_waits_out_its_timelock_and_changes_what_it_said() {
    let folder = tempfile::tempdir().unwrap();
    let network = start(folder.path());
    let old = QUOTE_TTL.default;
    let (new, text) = (old + 30, (old + 30).to_string());
    assert_eq!(value(&network, "booking", "quote_ttl"), old);

    // Only governance queues, and nothing out of bounds.
    let set = ["set-param", "quote_ttl", text.as_str()];
    let by_another = [&["gov", "propose"], set.as_slice()].concat();
    let said = refused(&network, "auditor", &by_another);
    assert!(said.contains("NotGovernance"), "{said}");
    let above = (QUOTE_TTL.max + 1).to_string();
    let beyond = ["gov", "propose", "set-param", "quote_ttl", &above];
    let (code, said) = network.cli.refused("governance", &beyond).unwrap();
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("out of bounds"), "{said}");

    let (id, number) = propose(&network, &set);
    let shown = network
        .cli
        .run("auditor", &["gov", "show", &number])
        .unwrap();
    let decision = shown["decision"].as_str().unwrap();
    assert!(
        decision.starts_with(&format!("set quote_ttl of booking to {new} s")),
        "{decision}"
    );
    let change = &shown["changes"][0];
    assert_eq!(change["what"], "booking.quote_ttl");
    let side = |name: &str| change[name].as_str().unwrap().to_owned();
    assert!(side("old").starts_with(&format!("{old} s")), "{change}");
    assert!(side("new").starts_with(&format!("{new} s")), "{change}");

    // The command says when, and the program refuses whoever does not ask it.
    let execute = ["gov", "execute", number.as_str()];
    let said = refused(&network, "auditor", &execute);
    assert!(said.contains("timelock"), "{said}");
    let queued = action(&network, id);
    let auditor = network.key("auditor");
    let direct = build::execute_action(&auditor.pubkey(), id, &queued.payload);
    let said = network.send(&auditor, &[], &[direct]).unwrap_err();
    assert!(said.to_string().contains("TimelockNotOver"), "{said}");
    assert_eq!(value(&network, "booking", "quote_ttl"), old);

    go_to(&network, queued.eta);
    let done = network.cli.run("auditor", &execute).unwrap();
    assert_eq!(done["state"]["status"], "Executed");
    network.pass(HOUR).unwrap(); // in force from the next hour
    assert_eq!(value(&network, "booking", "quote_ttl"), new);
    let said = refused(&network, "auditor", &execute);
    assert!(said.contains("ActionAlreadyExecuted"), "{said}");

    // Anyone closes what is over; the rent goes to who paid it.
    let governance = network.key("governance").pubkey();
    let balance = || network.chain.client().get_balance(&governance).unwrap();
    let before = balance();
    network
        .cli
        .run("auditor", &["gov", "close", &number])
        .unwrap();
    assert!(balance() > before);
    let said = refused(&network, "auditor", &["gov", "show", &number]);
    assert!(said.contains("no queued decision"), "{said}");
}

#[test]
fn decision_is_withdrawn_by_the_guardian_or_lapses_and_neither_is_carried_out() {
    let folder = tempfile::tempdir().unwrap();
    let network = start(folder.path());
    let old = QUOTE_TTL.default;
    let texts = [old + 1, old + 2].map(|value| value.to_string());
    let (withdrawn, first) = propose(&network, &["set-param", "quote_ttl", &texts[0]]);
    let (lapsed, second) = propose(&network, &["set-param", "quote_ttl", &texts[1]]);
    let guardian = network.key("auditor").pubkey().to_string();
    let (replacement, third) = propose(&network, &["set-role", "guardian", &guardian]);

    let said = refused(&network, "auditor", &["gov", "cancel", &first]);
    assert!(said.contains("NotGovernanceOrGuardian"), "{said}");
    let gone = network
        .cli
        .run("guardian", &["gov", "cancel", &first])
        .unwrap();
    assert_eq!(gone["state"]["status"], "Cancelled");
    let said = refused(&network, "guardian", &["gov", "cancel", &third]);
    assert!(said.contains("GuardianReplacement"), "{said}");
    network
        .cli
        .run("governance", &["gov", "cancel", &third])
        .unwrap();
    let said = refused(&network, "auditor", &["gov", "close", &second]);
    assert!(said.contains("ActionStillOpen"), "{said}");
    assert!(listed(&network, lapsed, true).is_some());
    assert!(listed(&network, withdrawn, true).is_none());

    let action = action(&network, lapsed);
    go_to(&network, action.eta);
    let said = refused(&network, "auditor", &["gov", "execute", &first]);
    assert!(said.contains("ActionAlreadyCancelled"), "{said}");
    go_to(&network, action.expires_at + 1);
    let said = refused(&network, "auditor", &["gov", "execute", &second]);
    assert!(said.contains("ActionExpired"), "{said}");
    let shown = network
        .cli
        .run("auditor", &["gov", "show", &second])
        .unwrap();
    assert_eq!(shown["status"], "Expired");
    assert!(listed(&network, lapsed, true).is_none());
    let row = listed(&network, lapsed, false).unwrap();
    assert_eq!(row["status"], "Expired");
    for number in [&first, &second, &third] {
        network
            .cli
            .run("auditor", &["gov", "close", number])
            .unwrap();
    }
    assert!(listed(&network, replacement, false).is_none());
    assert_eq!(value(&network, "booking", "quote_ttl"), old);
}
