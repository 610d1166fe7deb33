//! Errors in three parts (what failed, why, what to do next) and the exit code of each kind.

use std::{
    fmt,
    ops::{Deref, DerefMut},
};

use ion_client::{
    accounts::AccountError,
    errors::ProgramFailure,
    send::{ChainError, SendError},
};
use serde_json::{Value, json};

use crate::amount::AmountError;

/// Exit codes of the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The call is wrong: a flag, a value, a file.
    Usage = 2,
    /// The node cannot be reached or refused the call.
    Rpc = 3,
    /// A program or the runtime refused the transaction, or an account is missing.
    Program = 4,
    /// Sent, outcome unknown.
    Unconfirmed = 5,
    /// Not confirmed by the person.
    Declined = 6,
}

/// A failed command. Boxed, so that a result of it stays small.
#[derive(Clone, Debug)]
pub struct Failure(Box<Details>);

impl Deref for Failure {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.0
    }
}

impl DerefMut for Failure {
    fn deref_mut(&mut self) -> &mut Details {
        &mut self.0
    }
}

/// What is known of a failure.
#[derive(Clone, Debug)]
pub struct Details {
    /// Exit code.
    pub exit: Exit,
    /// What failed.
    pub what: String,
    /// Why.
    pub why: String,
    /// What to do next.
    pub next: Option<String>,
    /// Program logs, shown with `-v`.
    pub logs: Vec<String>,
    /// The program's refusal, if it is one.
    pub refusal: Option<ProgramFailure>,
    /// Signature of a transaction that was sent.
    pub signature: Option<String>,
    /// Whether stdout has the command's result already, such as an audit that found a difference.
    pub has_result: bool,
}

/// Outcome of anything a command does.
pub type Outcome<T> = Result<T, Failure>;

impl Failure {
    fn new(exit: Exit, what: impl Into<String>, why: impl fmt::Display) -> Self {
        Self(Box::new(Details {
            exit,
            what: what.into(),
            why: why.to_string(),
            next: None,
            logs: Vec::new(),
            refusal: None,
            signature: None,
            has_result: false,
        }))
    }

    /// The call is wrong.
    pub fn usage(what: impl Into<String>, why: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, what, why)
    }

    /// The node failed.
    pub fn rpc(what: impl Into<String>, why: impl fmt::Display) -> Self {
        Self::new(Exit::Rpc, what, why).next("check --url and that the node runs (ion status)")
    }

    /// The chain's state does not allow it.
    pub fn chain(what: impl Into<String>, why: impl fmt::Display) -> Self {
        Self::new(Exit::Program, what, why)
    }

    /// Not confirmed by the person.
    pub fn declined(why: impl fmt::Display) -> Self {
        Self::new(Exit::Declined, "nothing was sent", why)
    }

    /// Adds what to do next.
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    /// Says that stdout has the result already.
    pub fn with_result(mut self) -> Self {
        self.has_result = true;
        self
    }

    /// The failure as a JSON object.
    pub fn to_json(&self) -> Value {
        json!({
            "error": {
                "exit_code": self.exit as u8,
                "what": self.what,
                "why": self.why,
                "next": self.next,
                "program": self.refusal.as_ref().map(|refusal| refusal.program.to_string()),
                "code": self.refusal.as_ref().map(|refusal| refusal.code),
                "name": self.refusal.as_ref().and_then(|refusal| refusal.name.clone()),
                "signature": self.signature,
            }
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}\n  why:  {}", self.what, self.why)?;
        if let Some(signature) = &self.signature {
            write!(f, "\n  sent: {signature}")?;
        }
        match &self.next {
            Some(next) => write!(f, "\n  next: {next}"),
            None => Ok(()),
        }
    }
}

impl From<AmountError> for Failure {
    fn from(error: AmountError) -> Self {
        Self::usage("the amount cannot be read", error)
            .next("give whole units like 12.5, or base units with --raw")
    }
}

impl From<ChainError> for Failure {
    fn from(error: ChainError) -> Self {
        match error {
            ChainError::Rejected(reason) => Self::chain("the transaction was refused", reason),
            other => Self::rpc("the node did not help", other),
        }
    }
}

impl From<AccountError> for Failure {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Chain(error) => error.into(),
            AccountError::Missing(_) => Self::chain("an account does not exist", error)
                .next("check the id and the cluster (ion status shows what is set up)"),
            other => Self::chain("an account is not what was expected", other),
        }
    }
}

impl From<SendError> for Failure {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Chain(error) => error.into(),
            SendError::Program(refusal) => Self::refused(refusal, Vec::new()),
            SendError::Runtime(reason) => Self::chain("the transaction was refused", reason),
            SendError::Unconfirmed(signature) => Self::unconfirmed(&signature.to_string()),
            SendError::Signing(_) => Self::usage("the transaction cannot be signed", error)
                .next("give the keypairs of all signers (see --help of this command)"),
            SendError::TooManyBytes(_) | SendError::TooManyInstructions(_) => {
                Self::usage("the transaction does not fit", error)
                    .next("split it into several calls")
            }
        }
    }
}

impl Failure {
    /// A program's refusal, with the advice for its error.
    pub fn refused(refusal: ProgramFailure, logs: Vec<String>) -> Self {
        let next = crate::hints::after(&refusal);
        let mut failure = Self::new(
            Exit::Program,
            "the program refused the transaction",
            &refusal,
        );
        failure.next = next;
        failure.logs = logs;
        failure.refusal = Some(refusal);
        failure
    }

    /// Sent, outcome unknown.
    pub fn unconfirmed(signature: &str) -> Self {
        let mut failure = Self::new(
            Exit::Unconfirmed,
            "the transaction was sent and is not confirmed",
            "the node showed no outcome before the blockhash expired or the wait ended",
        )
        .next("look the signature up before you send again; the effect may have happened");
        failure.signature = Some(signature.to_owned());
        failure
    }
}
