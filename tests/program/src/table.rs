//! Transactions over a lookup table, as the slasher's service sends them.

use ion_client::{
    errors::describe_failure,
    history::{History, TransactionRecord},
    send::{self, Chain, ChainError, SendError},
};
use solana_account::Account;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_message::{AddressLookupTableAccount, VersionedMessage, v0};
use solana_pubkey::{Pubkey, pubkey};
use solana_signer::Signer;
use solana_transaction::versioned::VersionedTransaction;

use crate::World;

/// Bytes of a lookup table before its addresses.
const HEAD: usize = 56;
const PROGRAM: Pubkey = pubkey!("AddressLookupTab1e1111111111111111111111111");

impl World {
    /// Puts a lookup table of these addresses onto the chain, filled in slot 0: it is usable at once.
    fn table(&self, addresses: Vec<Pubkey>) -> AddressLookupTableAccount {
        let key = Pubkey::new_unique();
        let mut data = vec![0; HEAD];
        data[0] = 1; // a table
        data[4..12].fill(0xff); // never deactivated
        for address in &addresses {
            data.extend(address.to_bytes());
        }
        let account = Account {
            lamports: 1_000_000_000,
            data,
            owner: PROGRAM,
            executable: false,
            rent_epoch: u64::MAX,
        };
        self.put(&key, account);
        AddressLookupTableAccount { key, addresses }
    }

    /// Sends one instruction that `payer` alone signs, over a lookup table of all its other accounts.
    ///
    /// Errors: as [`send::send`].
    ///
    /// # Panics
    /// If the transaction cannot be put together.
    pub fn send_over_table(
        &self,
        payer: &Keypair,
        instruction: &Instruction,
    ) -> Result<TransactionRecord, SendError> {
        let others = instruction.accounts.iter().filter(|meta| !meta.is_signer);
        let table = self.table(others.map(|meta| meta.pubkey).collect());
        let blockhash = self.chain.blockhash()?.hash;
        let instructions = std::slice::from_ref(instruction);
        let message = v0::Message::try_compile(
            &payer.pubkey(),
            instructions,
            std::slice::from_ref(&table),
            blockhash,
        )
        .expect("compiles");
        let loaded: Vec<Pubkey> = message
            .address_table_lookups
            .iter()
            .flat_map(|lookup| [&lookup.writable_indexes, &lookup.readonly_indexes])
            .flatten()
            .map(|index| table.addresses[usize::from(*index)])
            .collect();
        let keys = message.account_keys.len() + loaded.len();
        let transaction = VersionedTransaction::try_new(VersionedMessage::V0(message), &[payer])
            .expect("the payer alone signs");
        let bytes = send::serialize(&transaction)?.len();
        let sent = self.chain.execute(&transaction, &loaded);
        let signature = sent.map_err(|error| match error {
            ChainError::Rejected(error) => match describe_failure(&error, instructions) {
                Some(failure) => SendError::Program(failure),
                None => SendError::Runtime(error),
            },
            error => error.into(),
        })?;
        let record = self
            .chain
            .transaction(&signature)?
            .expect("a confirmed transaction is in history");
        self.measure(instruction, &record, bytes, keys);
        Ok(record)
    }
}
