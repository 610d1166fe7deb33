//! Where each setting comes from: flag > environment > our file > Solana CLI file > default.

use std::{env, fs, path::PathBuf};

use serde::Deserialize;

use crate::{
    args::{Commitment, GlobalArgs},
    failure::{Failure, Outcome},
};

const LOCALHOST: &str = "http://127.0.0.1:8899";
const DEVNET: &str = "https://api.devnet.solana.com";
const TESTNET: &str = "https://api.testnet.solana.com";
const MAINNET: &str = "https://api.mainnet-beta.solana.com";

/// Where a setting was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A flag of this call.
    Flag,
    /// An `ION_` variable.
    Environment,
    /// Our configuration file.
    File,
    /// The Solana CLI's configuration file.
    SolanaFile,
    /// Built in.
    Default,
}

impl Origin {
    /// Name as `config get` prints it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Environment => "environment",
            Self::File => "config file",
            Self::SolanaFile => "solana cli config",
            Self::Default => "default",
        }
    }
}

/// A setting and its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The value as text.
    pub value: String,
    /// Where it was found.
    pub origin: Origin,
}

/// All settings of a call.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Path of our configuration file, whether it exists or not.
    pub file: PathBuf,
    /// Address of the node.
    pub url: Setting,
    /// Signing key.
    pub keypair: Setting,
    /// Who pays; nothing = the signing key.
    pub fee_payer: Option<Setting>,
    /// Commitment.
    pub commitment: Setting,
    /// Price per compute unit in micro-lamports; nothing = none.
    pub compute_unit_price: Option<Setting>,
}

/// Our configuration file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    url: Option<String>,
    keypair: Option<String>,
    fee_payer: Option<String>,
    commitment: Option<String>,
    compute_unit_price: Option<u64>,
}

impl Settings {
    /// Resolves every setting.
    ///
    /// Errors: usage, when the file cannot be read or holds an unknown key, when a value is not
    /// understood, or when the main cluster was not named by a flag.
    pub fn resolve(args: &GlobalArgs) -> Outcome<Self> {
        let (path, is_named) = file_path(args);
        let file = match fs::read_to_string(&path) {
            Ok(text) => toml::from_str::<File>(&text).map_err(|error| {
                Failure::usage(
                    format!("{} cannot be read", path.display()),
                    error.message(),
                )
                .next("known keys: url, keypair, fee_payer, commitment, compute_unit_price")
            })?,
            Err(_) if !is_named => File::default(),
            Err(error) => {
                return Err(Failure::usage(
                    format!("{} cannot be read", path.display()),
                    error,
                ));
            }
        };
        let solana = solana_cli_config::CONFIG_FILE
            .as_ref()
            .and_then(|path| solana_cli_config::Config::load(path).ok());
        let of_solana =
            |pick: fn(&solana_cli_config::Config) -> &String| solana.as_ref().map(pick).cloned();

        let url = pick(
            args.url.clone(),
            "ION_URL",
            file.url,
            of_solana(|config| &config.json_rpc_url),
        )
        .unwrap_or_else(|| Setting {
            value: LOCALHOST.to_owned(),
            origin: Origin::Default,
        });
        let url = Setting {
            value: expand_moniker(&url.value)?,
            origin: url.origin,
        };
        if url.value.trim_end_matches('/') == MAINNET && url.origin != Origin::Flag {
            return Err(Failure::usage(
                "the main cluster must be named in the call",
                format!("the {} names it", url.origin.name()),
            )
            .next("add -u m if you mean it, or -u l, -u d, -u t"));
        }
        let keypair = pick(
            args.keypair.clone(),
            "ION_KEYPAIR",
            file.keypair,
            of_solana(|config| &config.keypair_path),
        )
        .unwrap_or_else(|| Setting {
            value: default_keypair(),
            origin: Origin::Default,
        });
        let fee_payer = pick(
            args.fee_payer.clone(),
            "ION_FEE_PAYER",
            file.fee_payer,
            None,
        );
        let commitment = pick(
            args.commitment
                .map(|commitment| commitment.name().to_owned()),
            "ION_COMMITMENT",
            file.commitment,
            of_solana(|config| &config.commitment),
        )
        .filter(|setting| !setting.value.is_empty())
        .unwrap_or_else(|| Setting {
            value: Commitment::Confirmed.name().to_owned(),
            origin: Origin::Default,
        });
        let compute_unit_price = pick(
            args.with_compute_unit_price.map(|price| price.to_string()),
            "ION_COMPUTE_UNIT_PRICE",
            file.compute_unit_price.map(|price| price.to_string()),
            None,
        );
        Ok(Self {
            file: path,
            url,
            keypair,
            fee_payer,
            commitment,
            compute_unit_price,
        })
    }
}

fn pick(
    flag: Option<String>,
    variable: &str,
    file: Option<String>,
    solana: Option<String>,
) -> Option<Setting> {
    let from_environment = || env::var(variable).ok().filter(|value| !value.is_empty());
    let found = |origin| move |value| Setting { value, origin };
    flag.map(found(Origin::Flag))
        .or_else(|| from_environment().map(found(Origin::Environment)))
        .or_else(|| file.map(found(Origin::File)))
        .or_else(|| solana.map(found(Origin::SolanaFile)))
}

/// Path of our file and whether somebody named it.
fn file_path(args: &GlobalArgs) -> (PathBuf, bool) {
    if let Some(path) = &args.config {
        return (path.clone(), true);
    }
    if let Some(path) = env::var_os("ION_CONFIG").filter(|value| !value.is_empty()) {
        return (PathBuf::from(path), true);
    }
    let folder = env::var_os("XDG_CONFIG_HOME")
        .filter(|value| !value.is_empty())
        .map_or_else(|| home().join(".config"), PathBuf::from);
    (folder.join("ion/config.toml"), false)
}

fn home() -> PathBuf {
    env::var_os("HOME").map(PathBuf::from).unwrap_or_default()
}

fn default_keypair() -> String {
    home()
        .join(".config/solana/id.json")
        .to_string_lossy()
        .into_owned()
}

/// Turns a moniker into an address; an address stays.
///
/// Errors: usage, when it is neither.
pub fn expand_moniker(text: &str) -> Outcome<String> {
    Ok(match text {
        "l" | "localhost" => LOCALHOST,
        "d" | "devnet" => DEVNET,
        "t" | "testnet" => TESTNET,
        "m" | "mainnet-beta" => MAINNET,
        url if url.starts_with("http://") || url.starts_with("https://") => url,
        other => {
            return Err(Failure::usage(
                "the cluster is not understood",
                format!("\"{other}\" is no address and no moniker"),
            )
            .next("give l, d, t, m or an address that begins with http:// or https://"));
        }
    }
    .to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monikers_expand_and_addresses_stay() {
        assert_eq!(expand_moniker("l").ok().as_deref(), Some(LOCALHOST));
        assert_eq!(
            expand_moniker("mainnet-beta").ok().as_deref(),
            Some(MAINNET)
        );
        assert_eq!(
            expand_moniker("https://rpc.example:1").ok().as_deref(),
            Some("https://rpc.example:1")
        );
        assert!(expand_moniker("x").is_err());
    }

    #[test]
    fn flag_wins_over_file_and_file_over_solana() {
        let text = |value: &str| Some(value.to_owned());
        let name = "ION_UNSET_FOR_THIS_TEST";
        assert_eq!(
            pick(text("a"), name, text("b"), text("c")).map(|found| found.origin),
            Some(Origin::Flag)
        );
        assert_eq!(
            pick(None, name, text("b"), text("c")).map(|found| found.origin),
            Some(Origin::File)
        );
        assert_eq!(
            pick(None, name, None, text("c")).map(|found| found.origin),
            Some(Origin::SolanaFile)
        );
        assert_eq!(pick(None, name, None, None), None);
    }

    #[test]
    fn unknown_key_in_the_file_is_refused() {
        assert!(toml::from_str::<File>("url = \"l\"").is_ok());
        assert!(toml::from_str::<File>("ulr = \"l\"").is_err());
    }
}
