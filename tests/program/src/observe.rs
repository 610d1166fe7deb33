//! Looking on while flows are played: what a test wants to try with every transaction of other tests.
//!
//! The observer belongs to the thread that sets it, so tests that run beside it see nothing of it.

use std::{cell::RefCell, rc::Rc};

use ion_client::history::TransactionRecord;
use solana_instruction::Instruction;
use solana_keypair::Keypair;

use crate::World;

/// Sees every transaction that a [`World`] sends.
pub trait Observer {
    /// Before it is sent; the observer leaves the state as it finds it.
    fn before(
        &self,
        world: &World,
        payer: &Keypair,
        signers: &[&Keypair],
        instructions: &[Instruction],
    );

    /// After it succeeded.
    fn after(&self, record: &TransactionRecord);
}

thread_local! {
    static OBSERVER: RefCell<Option<Rc<dyn Observer>>> = const { RefCell::new(None) };
}

/// Runs `act` while `observer` sees every transaction of this thread.
pub fn observed<T>(observer: Rc<dyn Observer>, act: impl FnOnce() -> T) -> T {
    OBSERVER.with(|slot| slot.replace(Some(observer)));
    let result = act();
    OBSERVER.with(|slot| slot.replace(None));
    result
}

/// The observer of this thread.
pub(crate) fn current() -> Option<Rc<dyn Observer>> {
    OBSERVER.with(|slot| slot.borrow().clone())
}
