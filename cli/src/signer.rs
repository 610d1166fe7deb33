//! Keys by their URI: a file, `stdin:`, or `prompt://` for a seed phrase.
//!
//! Secrets are never printed. A key file that others may read is used with a warning.

use std::io::{IsTerminal, Read};

use solana_derivation_path::DerivationPath;
use solana_keypair::{
    Keypair, read_keypair, read_keypair_file, seed_derivable::keypair_from_seed_and_derivation_path,
};

use crate::failure::{Failure, Outcome};

/// Reads the key that a URI names. `purpose` says in prompts and errors what it is for.
///
/// Errors: usage, when it cannot be read.
pub fn read(uri: &str, purpose: &str) -> Outcome<Keypair> {
    if uri == "stdin:" || uri == "-" {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| {
                Failure::usage(format!("the {purpose} cannot be read from stdin"), error)
            })?;
        return from_json(text.trim(), purpose);
    }
    if let Some(query) = uri.strip_prefix("prompt:") {
        return prompt(query.trim_start_matches("//"), purpose);
    }
    if uri.starts_with("usb:") {
        return Err(Failure::usage(
            format!("the {purpose} cannot be used"),
            "this build has no support for hardware wallets",
        )
        .next("use --print-only and sign elsewhere, or give a file, stdin: or prompt://"));
    }
    let path = uri.strip_prefix("file:").unwrap_or(uri);
    let keypair = read_keypair_file(path).map_err(|error| {
        Failure::usage(format!("the {purpose} {path} cannot be read"), error)
            .next("give another with --keypair, or make one: solana-keygen new -o FILE")
    })?;
    warn_if_open(path);
    Ok(keypair)
}

fn from_json(text: &str, purpose: &str) -> Outcome<Keypair> {
    read_keypair(&mut text.as_bytes()).map_err(|error| {
        Failure::usage(format!("the {purpose} cannot be read"), error)
            .next("give the JSON array that a key file holds")
    })
}

/// `query` is empty or `?key=ACCOUNT[/CHANGE]`.
fn prompt(query: &str, purpose: &str) -> Outcome<Keypair> {
    let path = match query.strip_prefix("?key=") {
        Some(key) => DerivationPath::from_key_str(key).map_err(|error| {
            Failure::usage(
                format!("the path of the {purpose} is not understood"),
                error,
            )
        })?,
        None if query.is_empty() => DerivationPath::default(),
        None => {
            return Err(Failure::usage(
                format!("the {purpose} is not understood"),
                format!("\"{query}\" is no query"),
            )
            .next("give prompt:// or prompt://?key=0/0"));
        }
    };
    if !std::io::stdin().is_terminal() {
        return Err(Failure::usage(
            format!("the {purpose} cannot be asked for"),
            "there is no terminal",
        )
        .next("give a key file, or the key on stdin with --keypair stdin:"));
    }
    let ask = |question: &str| {
        dialoguer::Password::new()
            .with_prompt(question)
            .allow_empty_password(true)
            .interact()
            .map_err(|error| Failure::usage(format!("the {purpose} cannot be asked for"), error))
    };
    let phrase = ask(&format!("Seed phrase of the {purpose}"))?;
    let passphrase = ask("Passphrase (empty if none)")?;
    derive(&phrase, &passphrase, path)
        .map_err(|error| Failure::usage(format!("the {purpose} cannot be read"), error))
}

/// The key of a seed phrase (BIP-39, any white space between the words) at a path (SLIP-10).
fn derive(phrase: &str, passphrase: &str, path: DerivationPath) -> Result<Keypair, String> {
    let words: Vec<&str> = phrase.split_whitespace().collect();
    if !matches!(words.len(), 12 | 15 | 18 | 21 | 24) {
        return Err("a seed phrase has 12 to 24 words".to_owned());
    }
    let seed = solana_seed_phrase::generate_seed_from_seed_phrase_and_passphrase(
        &words.join(" "),
        passphrase,
    );
    keypair_from_seed_and_derivation_path(&seed, Some(path)).map_err(|error| error.to_string())
}

#[cfg(unix)]
fn warn_if_open(path: &str) {
    use std::os::unix::fs::PermissionsExt;
    const OTHERS: u32 = 0o077;
    if let Ok(meta) = std::fs::metadata(path)
        && meta.permissions().mode() & OTHERS != 0
    {
        eprintln!("warning: {path} can be read by others; chmod 600 {path}");
    }
}

#[cfg(not(unix))]
fn warn_if_open(_path: &str) {}

#[cfg(test)]
mod tests {
    use super::*;
    use solana_signer::Signer;

    #[test]
    fn key_in_json_is_read_and_garbage_is_refused() {
        let keypair = Keypair::new();
        let text = format!("{:?}", keypair.to_bytes());
        assert_eq!(
            from_json(&text, "key").map(|read| read.pubkey()).ok(),
            Some(keypair.pubkey())
        );
        assert!(from_json("[1,2,3]", "key").is_err());
        assert!(from_json("", "key").is_err());
    }

    #[test]
    fn seed_phrase_gives_the_key_that_other_wallets_derive() {
        let phrase = format!("{}about", "abandon ".repeat(11));
        let path = DerivationPath::from_key_str("0/0").expect("a path");
        let key = derive(&phrase, "", path).expect("a key");
        assert_eq!(
            key.pubkey().to_string(),
            "HAgk14JpMQLgt6rVgv7cBQFJWFto5Dqxi472uT3DKpqk"
        );
        let other = derive(&phrase, "x", DerivationPath::default()).expect("a key");
        assert_ne!(other.pubkey(), key.pubkey());
        assert!(derive("abandon about", "", DerivationPath::default()).is_err());
    }

    #[test]
    fn unsupported_uris_are_refused() {
        assert!(read("usb://ledger", "key").is_err());
        assert!(read("prompt://?seed=1", "key").is_err());
        assert!(read("/nonexistent/key.json", "key").is_err());
    }
}
