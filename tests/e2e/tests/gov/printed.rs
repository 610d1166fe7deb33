//! What `--print-only` and `--multisig` print, decoded and sent by somebody else.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use ion_client::{accounts, addresses, instructions::registry as build};
use ion_economics::params::booking::QUOTE_TTL;
use registry::state::{ActionKind, RoleKind, Roles};
use serde_json::Value;
use solana_instruction::{AccountMeta, Instruction};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

use crate::{action, fund, go_to, refused, start};

/// Reads bytes from the front.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> &'a [u8] {
        let (head, rest) = self.0.split_at(count);
        self.0 = rest;
        head
    }

    fn byte(&mut self) -> usize {
        self.take(1)[0].into()
    }

    fn key(&mut self) -> Pubkey {
        Pubkey::try_from(self.take(32)).unwrap()
    }

    fn u16(&mut self) -> usize {
        u16::from_le_bytes(self.take(2).try_into().unwrap()).into()
    }

    fn u32(&mut self) -> usize {
        u32::from_le_bytes(self.take(4).try_into().unwrap())
            .try_into()
            .unwrap()
    }

    /// Count of a legacy message; all here are below 128.
    fn compact(&mut self) -> usize {
        let count = self.byte();
        assert!(count < 128);
        count
    }
}

/// An instruction in Borsh, as governance programs take it.
fn from_borsh(text: &Value) -> Instruction {
    let bytes = BASE64.decode(text.as_str().unwrap()).unwrap();
    let mut bytes = Bytes(&bytes);
    let program_id = bytes.key();
    let accounts = (0..bytes.u32())
        .map(|_| AccountMeta {
            pubkey: bytes.key(),
            is_signer: bytes.byte() == 1,
            is_writable: bytes.byte() == 1,
        })
        .collect();
    let length = bytes.u32();
    let data = bytes.take(length).to_vec();
    assert!(bytes.0.is_empty());
    Instruction {
        program_id,
        accounts,
        data,
    }
}

/// Keys of a message with what each may do.
fn metas(keys: &[Pubkey], signers: usize, writable: impl Fn(usize) -> bool) -> Vec<AccountMeta> {
    keys.iter()
        .enumerate()
        .map(|(place, key)| AccountMeta {
            pubkey: *key,
            is_signer: place < signers,
            is_writable: writable(place),
        })
        .collect()
}

/// A legacy message in base58.
fn from_message(text: &Value) -> Vec<Instruction> {
    let bytes = bs58::decode(text.as_str().unwrap()).into_vec().unwrap();
    let mut bytes = Bytes(&bytes);
    let (signers, readonly_signers, readonly) = (bytes.byte(), bytes.byte(), bytes.byte());
    let keys: Vec<Pubkey> = (0..bytes.compact()).map(|_| bytes.key()).collect();
    let metas = metas(&keys, signers, |place| {
        if place < signers {
            place < signers - readonly_signers
        } else {
            place < keys.len() - readonly
        }
    });
    bytes.take(32); // a blockhash, which the sender replaces
    let list = (0..bytes.compact())
        .map(|_| {
            let program_id = keys[bytes.byte()];
            let count = bytes.compact();
            let places = bytes.take(count);
            let length = bytes.compact();
            Instruction {
                program_id,
                accounts: places
                    .iter()
                    .map(|at| metas[usize::from(*at)].clone())
                    .collect(),
                data: bytes.take(length).to_vec(),
            }
        })
        .collect();
    assert!(bytes.0.is_empty());
    list
}

/// The argument of the vault's `vault_transaction_create`.
fn from_vault_message(text: &Value) -> Vec<Instruction> {
    let bytes = BASE64.decode(text.as_str().unwrap()).unwrap();
    let mut bytes = Bytes(&bytes);
    let (signers, writable_signers, writable) = (bytes.byte(), bytes.byte(), bytes.byte());
    let keys: Vec<Pubkey> = (0..bytes.byte()).map(|_| bytes.key()).collect();
    let metas = metas(&keys, signers, |place| {
        if place < signers {
            place < writable_signers
        } else {
            place < signers + writable
        }
    });
    let list = (0..bytes.byte())
        .map(|_| {
            let program_id = keys[bytes.byte()];
            let count = bytes.byte();
            let places = bytes.take(count);
            let length = bytes.u16();
            Instruction {
                program_id,
                accounts: places
                    .iter()
                    .map(|at| metas[usize::from(*at)].clone())
                    .collect(),
                data: bytes.take(length).to_vec(),
            }
        })
        .collect();
    assert_eq!(bytes.0, [0], "no lookup tables");
    list
}

/// The instructions that a vault would sign; both forms hold the same.
fn of_vault(printed: &Value) -> Vec<Instruction> {
    assert_eq!(printed["status"], "not sent");
    let vault = &printed["multisig"];
    let list = from_message(&vault["message_base58"]);
    assert_eq!(
        list,
        from_vault_message(&vault["vault_transaction_message_base64"])
    );
    list
}

/// In a message a key has one set of rights: the payer is always writable.
fn as_in_a_message(mut instruction: Instruction, payer: &Pubkey) -> Instruction {
    for meta in &mut instruction.accounts {
        meta.is_writable |= meta.pubkey == *payer;
        meta.is_signer |= meta.pubkey == *payer;
    }
    instruction
}

#[test]
fn printed_decisions_are_what_would_be_sent_and_a_vault_takes_over_governance_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let network = start(folder.path());
    let vault = Keypair::new();
    fund(&network, &vault.pubkey());
    let vault_text = vault.pubkey().to_string();
    let auditor = network.key("auditor");
    let auditor_text = auditor.pubkey().to_string();
    let governance = network.key("governance");

    // Printed for another payer, signed and sent by a transaction of our own.
    let printed = network
        .cli
        .run(
            "governance",
            &[
                "gov",
                "propose",
                "set-role",
                "governance",
                &vault_text,
                "--print-only",
                "--fee-payer",
                &auditor_text,
            ],
        )
        .unwrap();
    assert_eq!(printed["status"], "not sent");
    let id = printed["effect"]["id"].as_u64().unwrap();
    let missing = refused(&network, "auditor", &["gov", "show", &id.to_string()]);
    assert!(missing.contains("no queued decision"), "{missing}");
    let list = printed["instructions"].as_array().unwrap();
    let decoded: Vec<Instruction> = list.iter().map(|one| from_borsh(&one["base64"])).collect();
    let payload = ActionKind::SetRole {
        role: RoleKind::Governance,
        key: vault.pubkey(),
    };
    let expected =
        build::queue_action(&auditor.pubkey(), &governance.pubkey(), id, payload.clone());
    assert_eq!(decoded, [expected]);
    network.send(&auditor, &[&governance], &decoded).unwrap();
    let queued = action(&network, id);
    assert_eq!((queued.payload, queued.payer), (payload, auditor.pubkey()));

    go_to(&network, queued.eta);
    network
        .cli
        .run("auditor", &["gov", "execute", &id.to_string()])
        .unwrap();

    // The vault accepts by a message that only it signs.
    let accept = [
        "gov",
        "accept-role",
        "governance",
        "--multisig",
        &vault_text,
    ];
    let carried = of_vault(&network.cli.run("auditor", &accept).unwrap());
    let expected = build::accept_role(&vault.pubkey(), RoleKind::Governance);
    assert_eq!(carried, [as_in_a_message(expected, &vault.pubkey())]);
    network.send(&vault, &[], &carried).unwrap();
    let roles: Roles = accounts::fetch(&network.chain, &addresses::registry::roles()).unwrap();
    assert_eq!(roles.governance.current, vault.pubkey());
    let value = (QUOTE_TTL.default + 5).to_string();
    let set = ["gov", "propose", "set-param", "quote_ttl", &value];
    let said = refused(&network, "governance", &set);
    assert!(said.contains("NotGovernance"), "{said}");

    // And decides: the words are on the chain before anybody carries it out.
    let arguments = [set.as_slice(), &["--multisig", &vault_text]].concat();
    let printed = network.cli.run("auditor", &arguments).unwrap();
    let id = printed["effect"]["id"].as_u64().unwrap();
    assert_eq!(printed["effect"]["changes"][0]["what"], "booking.quote_ttl");
    let carried = of_vault(&printed);
    let payload = ActionKind::SetParam {
        program: QUOTE_TTL.program as u8,
        slot: QUOTE_TTL.slot,
        value: QUOTE_TTL.default + 5,
    };
    let expected = build::queue_action(&vault.pubkey(), &vault.pubkey(), id, payload);
    assert_eq!(carried, [as_in_a_message(expected, &vault.pubkey())]);
    network.send(&vault, &[], &carried).unwrap();
    let shown = network
        .cli
        .run("auditor", &["gov", "show", &id.to_string()])
        .unwrap();
    assert_eq!(shown["status"], "Queued");
    assert_eq!(shown["payer"], vault_text);
}
