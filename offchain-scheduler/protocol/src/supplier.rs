//! What a supplier declares of itself: the service agreement and its linked wallets (economics §7.2,
//! rules 3 and 8).

use std::collections::BTreeSet;

use borsh::{BorshDeserialize, BorshSerialize};
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

const DECLARATION_TAG: &[u8] = b"ION_SUPPLIER_DECLARATION_V1";
const LINK_TAG: &[u8] = b"ION_WALLET_LINK_V1";

/// Path at which a verifier takes a declaration.
pub const SUPPLIER_PATH: &str = "/v1/supplier";
/// Version of the service agreement in force.
pub const AGREEMENT_VERSION: u16 = 1;
/// Most links of one declaration.
pub const MAX_LINKS: usize = 16;
/// Most bytes of an encoded declaration.
pub const MAX_DECLARATION_BYTES: usize = 2_048;

/// A wallet that says it belongs to the supplier.
#[derive(BorshSerialize, BorshDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct WalletLink {
    /// The wallet.
    pub wallet: [u8; 32],
    /// Its ed25519 signature over [`link_message`].
    pub signature: [u8; 64],
}

/// A supplier's declaration; a later one replaces none, all of them count together.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct SupplierDeclaration {
    /// Owner of the devices.
    pub owner: [u8; 32],
    /// Version of the service agreement that the owner accepts; 0 = none.
    pub agreement: u16,
    /// Further wallets, each signed by itself.
    pub links: Vec<WalletLink>,
    /// The owner's ed25519 signature over [`declaration_message`].
    pub signature: [u8; 64],
}

/// What a linked wallet signs.
pub fn link_message(genesis_hash: &[u8; 32], owner: &[u8; 32], wallet: &[u8; 32]) -> Vec<u8> {
    [LINK_TAG, genesis_hash, owner, wallet].concat()
}

/// What the owner signs: cluster, owner, agreement and the wallets in their order.
pub fn declaration_message(
    genesis_hash: &[u8; 32],
    owner: &[u8; 32],
    agreement: u16,
    links: &[WalletLink],
) -> Vec<u8> {
    let mut wallets = Sha256::new();
    for link in links {
        wallets.update(link.wallet);
    }
    [
        DECLARATION_TAG,
        genesis_hash,
        owner,
        &agreement.to_le_bytes(),
        &wallets.finalize(),
    ]
    .concat()
}

impl SupplierDeclaration {
    /// Whether the owner and every linked wallet signed for this cluster.
    pub fn is_signed(&self, genesis_hash: &[u8; 32]) -> bool {
        let message = declaration_message(genesis_hash, &self.owner, self.agreement, &self.links);
        self.links.len() <= MAX_LINKS
            && is_signed(&self.owner, &message, &self.signature)
            && self.links.iter().all(|link| {
                let message = link_message(genesis_hash, &self.owner, &link.wallet);
                is_signed(&link.wallet, &message, &link.signature)
            })
    }

    /// Name of the stored form, under which all verifiers find it.
    pub fn object_name(&self) -> String {
        // Writing to memory fails only for lists above u32::MAX entries.
        let digest = Sha256::digest(borsh::to_vec(self).unwrap_or_default());
        format!("suppliers/{}-{}", hex(&self.owner), hex(&digest))
    }
}

/// What the good declarations of an owner come to: linked wallets, the owner's included, and whether
/// the agreement in force is among them. Declarations of others and ones that are not signed count
/// for nothing.
pub fn standing<'a>(
    genesis_hash: &[u8; 32],
    owner: &[u8; 32],
    declarations: impl IntoIterator<Item = &'a SupplierDeclaration>,
) -> (u8, bool) {
    let mut wallets = BTreeSet::from([*owner]);
    let mut has_agreement = false;
    for declaration in declarations {
        if declaration.owner == *owner && declaration.is_signed(genesis_hash) {
            wallets.extend(declaration.links.iter().map(|link| link.wallet));
            has_agreement |= declaration.agreement == AGREEMENT_VERSION;
        }
    }
    (
        u8::try_from(wallets.len()).unwrap_or(u8::MAX),
        has_agreement,
    )
}

fn is_signed(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(key)
        .and_then(|key| key.verify_strict(message, &Signature::from_bytes(signature)))
        .is_ok()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signer, SigningKey};

    const GENESIS: [u8; 32] = [1; 32];

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn declare(owner: &SigningKey, wallets: &[SigningKey], agreement: u16) -> SupplierDeclaration {
        let address = owner.verifying_key().to_bytes();
        let links: Vec<WalletLink> = wallets
            .iter()
            .map(|wallet| {
                let named = wallet.verifying_key().to_bytes();
                let message = link_message(&GENESIS, &address, &named);
                WalletLink {
                    wallet: named,
                    signature: wallet.sign(&message).to_bytes(),
                }
            })
            .collect();
        let message = declaration_message(&GENESIS, &address, agreement, &links);
        SupplierDeclaration {
            owner: address,
            agreement,
            signature: owner.sign(&message).to_bytes(),
            links,
        }
    }

    #[test]
    fn wallets_count_once_with_the_owner_among_them() {
        let owner = key(7);
        let address = owner.verifying_key().to_bytes();
        let both = declare(&owner, &[key(8), key(9)], AGREEMENT_VERSION);
        let again = declare(&owner, &[key(9), owner.clone()], 0);
        assert_eq!(standing(&GENESIS, &address, []), (1, false));
        assert_eq!(standing(&GENESIS, &address, [&again]), (2, false));
        assert_eq!(standing(&GENESIS, &address, [&both, &again]), (3, true));
        assert_ne!(both.object_name(), again.object_name());
    }

    #[test]
    fn declaration_that_anybody_did_not_sign_counts_for_nothing() {
        let owner = key(7);
        let address = owner.verifying_key().to_bytes();
        let good = declare(&owner, &[key(8)], AGREEMENT_VERSION);
        let changes: [fn(&mut SupplierDeclaration); 5] = [
            |one| one.agreement = 2,
            |one| one.links[0].wallet = key(9).verifying_key().to_bytes(),
            |one| one.links[0].signature[0] ^= 1,
            |one| one.links.clear(),
            |one| one.signature[0] ^= 1,
        ];
        assert!(good.is_signed(&GENESIS));
        assert!(!good.is_signed(&[2; 32]));
        for change in changes {
            let mut forged = good.clone();
            change(&mut forged);
            assert_eq!(standing(&GENESIS, &address, [&forged]), (1, false));
        }
        let other = key(6).verifying_key().to_bytes();
        assert_eq!(standing(&GENESIS, &other, [&good]), (1, false));
    }
}
