//! What a party of a case says.

use borsh::{BorshDeserialize, BorshSerialize};

/// Largest statement with its files, bytes.
pub const MAX_STATEMENT_BYTES: usize = 16 * 1024 * 1024;

/// A text with files, of the slasher or of a party that appeals.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Key of the party.
    pub author: [u8; 32],
    /// Account of the device that the case is about.
    pub device: [u8; 32],
    /// What the party says.
    pub text: String,
    /// Files that belong to it.
    pub attachments: Vec<Attachment>,
}

/// A file of a statement.
#[derive(BorshSerialize, BorshDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its name, without folders.
    pub name: String,
    /// Its content.
    pub content: Vec<u8>,
}

/// Why a statement cannot be made.
#[derive(thiserror::Error, Clone, Debug, PartialEq, Eq)]
pub enum StatementError {
    /// Nothing is said and nothing attached.
    #[error("a statement needs a text or a file")]
    Empty,
    /// Text and files are too large together.
    #[error("statement of {got} bytes; at most {MAX_STATEMENT_BYTES} are taken")]
    TooLarge {
        /// Bytes of text and files.
        got: usize,
    },
    /// The name of a file has a folder in it, is empty or is there twice.
    #[error("{0:?} is no lawful name of an attachment")]
    Name(String),
}

impl Statement {
    /// A statement of `author` about `device`.
    ///
    /// Errors: `Empty`, `TooLarge`, `Name`.
    pub fn new(
        author: [u8; 32],
        device: [u8; 32],
        text: String,
        attachments: Vec<Attachment>,
    ) -> Result<Self, StatementError> {
        if text.trim().is_empty() && attachments.is_empty() {
            return Err(StatementError::Empty);
        }
        let got = attachments.iter().fold(text.len(), |sum, file| {
            sum.saturating_add(file.content.len())
        });
        if got > MAX_STATEMENT_BYTES {
            return Err(StatementError::TooLarge { got });
        }
        for (index, file) in attachments.iter().enumerate() {
            let is_taken = attachments
                .iter()
                .take(index)
                .any(|other| other.name == file.name);
            if is_taken || file.name.is_empty() || file.name.contains(['/', '\\', '\0']) {
                return Err(StatementError::Name(file.name.clone()));
            }
        }
        Ok(Statement {
            author,
            device,
            text,
            attachments,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, bytes: usize) -> Attachment {
        Attachment {
            name: name.to_owned(),
            content: vec![7; bytes],
        }
    }

    fn made(text: &str, files: Vec<Attachment>) -> Result<Statement, StatementError> {
        Statement::new([1; 32], [2; 32], text.to_owned(), files)
    }

    #[test]
    fn limits_are_inclusive_and_each_has_its_error() {
        assert!(made("", vec![file("log.txt", MAX_STATEMENT_BYTES)]).is_ok());
        assert_eq!(
            made("x", vec![file("log.txt", MAX_STATEMENT_BYTES)]),
            Err(StatementError::TooLarge {
                got: MAX_STATEMENT_BYTES + 1
            })
        );
        assert_eq!(made(" \n", vec![]), Err(StatementError::Empty));
        for name in ["", "a/b", "a\\b", "a\0"] {
            assert_eq!(
                made("x", vec![file(name, 1)]),
                Err(StatementError::Name(name.to_owned()))
            );
        }
        assert_eq!(
            made("x", vec![file("a", 1), file("a", 2)]),
            Err(StatementError::Name("a".to_owned()))
        );
    }
}
