//! Names of program errors by (program, code): codes repeat between programs.

use std::fmt;

use anchor_lang::solana_program::pubkey::Pubkey as ProgramKey;
use solana_instruction::Instruction;
use solana_instruction_error::InstructionError;
use solana_pubkey::Pubkey;
use solana_transaction_error::TransactionError;

use crate::idl;

/// A program's refusal, as a person and a test need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramFailure {
    /// Index of the instruction in its transaction.
    pub instruction: u8,
    /// The program that the instruction named.
    pub program: Pubkey,
    /// The error number.
    pub code: u32,
    /// The error's name, if the program's interface or the framework has it.
    pub name: Option<String>,
    /// What the error says.
    pub message: Option<String>,
}

impl fmt::Display for ProgramFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let program = idl::program_name(&self.program).unwrap_or("program");
        let name = self.name.as_deref().unwrap_or("unnamed error");
        write!(
            f,
            "{program} refused instruction {}: {name} ({})",
            self.instruction, self.code
        )?;
        match &self.message {
            Some(message) => write!(f, ": {message}"),
            None => Ok(()),
        }
    }
}

/// Names the failure if a program returned a custom code; a CPI's code is looked up in the calling
/// program first and then in the others.
pub fn describe_failure(
    error: &TransactionError,
    instructions: &[Instruction],
) -> Option<ProgramFailure> {
    let TransactionError::InstructionError(index, InstructionError::Custom(code)) = error else {
        return None;
    };
    let program = instructions.get(usize::from(*index))?.program_id;
    let found = lookup(&program, *code);
    Some(ProgramFailure {
        instruction: *index,
        program,
        code: *code,
        name: found.as_ref().map(|(name, _)| name.clone()),
        message: found.map(|(_, message)| message),
    })
}

/// Name and message of an error code of one program.
pub fn lookup(program: &ProgramKey, code: u32) -> Option<(String, String)> {
    idl::error(program, code).or_else(|| framework(code))
}

/// Errors of the Anchor framework that a caller can provoke.
fn framework(code: u32) -> Option<(String, String)> {
    use anchor_lang::error::ErrorCode as E;
    const KNOWN: [E; 26] = [
        E::InstructionMissing,
        E::InstructionFallbackNotFound,
        E::InstructionDidNotDeserialize,
        E::ConstraintMut,
        E::ConstraintHasOne,
        E::ConstraintSigner,
        E::ConstraintRaw,
        E::ConstraintOwner,
        E::ConstraintRentExempt,
        E::ConstraintSeeds,
        E::ConstraintAssociated,
        E::ConstraintClose,
        E::ConstraintAddress,
        E::ConstraintTokenMint,
        E::ConstraintTokenOwner,
        E::ConstraintDuplicateMutableAccount,
        E::AccountDiscriminatorNotFound,
        E::AccountDiscriminatorMismatch,
        E::AccountDidNotDeserialize,
        E::AccountNotEnoughKeys,
        E::AccountNotMutable,
        E::AccountOwnedByWrongProgram,
        E::InvalidProgramId,
        E::AccountNotSigner,
        E::AccountNotInitialized,
        E::AccountNotProgramData,
    ];
    KNOWN
        .into_iter()
        .find(|known| u32::from(*known) == code)
        .map(|known| (known.name(), known.to_string()))
}
