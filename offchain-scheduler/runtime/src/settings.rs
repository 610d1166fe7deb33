//! Layered configuration: file, then environment, then flags.
//!
//! Mechanism: a service's settings are one serde struct with defaults, grouped in sections. A TOML
//! file overrides the defaults, variables `ION_SECTION__KEY` override the file, `--set
//! section.key=value` overrides both. Place of use: every service binary at start. Invariant: an
//! unknown field is an error that names the key, and the printed settings are the ones in force.

use std::path::Path;

use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
    value::Value,
};
use serde::{Serialize, de::DeserializeOwned};

/// Settings that can check themselves once they are loaded.
pub trait Settings: Serialize + DeserializeOwned + Default {
    /// Checks values against each other and against their bounds; the message begins with the path
    /// of the key.
    fn check(&self) -> Result<(), String>;
}

/// Why settings are refused.
#[derive(thiserror::Error, Debug)]
pub enum SettingsError {
    /// A source does not parse, or names an unknown field. The text names source and key.
    #[error("settings: {0}")]
    Source(Box<figment::Error>),
    /// A flag is not `section.key=value`.
    #[error("--set {0}: expected section.key=value")]
    Flag(String),
    /// A value is out of range.
    #[error("settings: {0}")]
    Value(String),
    /// The settings cannot be printed.
    #[error("settings cannot be printed: {0}")]
    Print(#[from] toml::ser::Error),
}

impl From<figment::Error> for SettingsError {
    fn from(error: figment::Error) -> Self {
        SettingsError::Source(Box::new(error))
    }
}

/// Loads settings: defaults < `file` < environment < `overrides` (`section.key=value`).
///
/// Errors: `Source`, `Flag`, `Value`.
pub fn load<S: Settings>(file: Option<&Path>, overrides: &[String]) -> Result<S, SettingsError> {
    let mut figment = Figment::from(Serialized::defaults(S::default()));
    if let Some(file) = file {
        figment = figment.merge(Toml::file_exact(file));
    }
    // Only names with a section are ours: other variables of the product have none.
    figment = figment.merge(
        Env::prefixed("ION_")
            .filter(|key| key.as_str().contains("__"))
            .split("__"),
    );
    for text in overrides {
        let (key, value) = text
            .split_once('=')
            .ok_or_else(|| SettingsError::Flag(text.clone()))?;
        let Ok(value) = value.parse::<Value>();
        figment = figment.merge((key, value));
    }
    let settings: S = figment.extract()?;
    settings.check().map_err(SettingsError::Value)?;
    Ok(settings)
}

/// The settings in force as TOML. Settings hold paths of keys, never keys.
pub fn print<S: Settings>(settings: &S) -> Result<String, SettingsError> {
    Ok(toml::to_string_pretty(settings)?)
}

/// Durations as text with a unit, `250ms`, `30s`, `5m`, `1h`, for `#[serde(with = ...)]`.
pub mod duration {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes the largest unit that is exact.
    pub fn serialize<S: Serializer>(value: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        let ms = value.as_millis();
        let text = match ms {
            ms if ms % 1_000 != 0 => format!("{ms}ms"),
            ms if ms % 60_000 != 0 || ms == 0 => format!("{}s", ms / 1_000),
            ms if ms % 3_600_000 != 0 => format!("{}m", ms / 60_000),
            ms => format!("{}h", ms / 3_600_000),
        };
        serializer.serialize_str(&text)
    }

    /// Reads a whole number with a unit.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text)
            .ok_or_else(|| D::Error::custom(format!("`{text}` is not a duration such as 30s")))
    }

    /// Milliseconds, seconds, minutes or hours; `None` for anything else.
    pub fn parse(text: &str) -> Option<Duration> {
        let split = text.find(|c: char| !c.is_ascii_digit())?;
        let (number, unit) = text.split_at(split);
        let number: u64 = number.parse().ok()?;
        let ms = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return None,
        };
        number.checked_mul(ms).map(Duration::from_millis)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde::Deserialize;

    use super::*;

    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    #[serde(deny_unknown_fields, default)]
    struct Example {
        loops: Loops,
    }

    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    #[serde(deny_unknown_fields, default)]
    struct Loops {
        #[serde(with = "duration")]
        every: Duration,
        urls: Vec<String>,
    }

    impl Default for Loops {
        fn default() -> Self {
            Loops {
                every: Duration::from_secs(60),
                urls: vec![],
            }
        }
    }

    #[allow(
        clippy::derivable_impls,
        reason = "sections have defaults of their own"
    )]
    impl Default for Example {
        fn default() -> Self {
            Example {
                loops: Loops::default(),
            }
        }
    }

    impl Settings for Example {
        fn check(&self) -> Result<(), String> {
            if self.loops.every.is_zero() {
                Err("loops.every: must not be 0".into())
            } else {
                Ok(())
            }
        }
    }

    fn set(text: &str) -> Vec<String> {
        vec![text.to_owned()]
    }

    #[test]
    fn flags_override_the_file_and_the_file_the_defaults() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("example.toml");
        std::fs::write(&file, "[loops]\nevery = \"2m\"\nurls = [\"a\"]\n").unwrap();
        let loaded: Example = load(Some(&file), &[]).unwrap();
        assert_eq!(loaded.loops.every, Duration::from_secs(120));
        let loaded: Example = load(Some(&file), &set("loops.every=250ms")).unwrap();
        assert_eq!(
            loaded.loops,
            Loops {
                every: Duration::from_millis(250),
                urls: vec!["a".into()]
            }
        );
        let loaded: Example = load(None, &set("loops.urls=[\"x\",\"y\"]")).unwrap();
        assert_eq!(loaded.loops.urls, ["x", "y"]);
    }

    #[test]
    fn unknown_fields_and_bad_values_are_refused_by_name() {
        let unknown = load::<Example>(None, &set("loops.often=1"))
            .unwrap_err()
            .to_string();
        assert!(unknown.contains("often"), "{unknown}");
        let unit = load::<Example>(None, &set("loops.every=5x"))
            .unwrap_err()
            .to_string();
        assert!(unit.contains("5x"), "{unit}");
        let zero = load::<Example>(None, &set("loops.every=0s"))
            .unwrap_err()
            .to_string();
        assert!(zero.contains("loops.every"), "{zero}");
        assert!(matches!(
            load::<Example>(None, &set("loops")),
            Err(SettingsError::Flag(_))
        ));
        assert!(load::<Example>(Some(Path::new("/nonexistent.toml")), &[]).is_err());
    }

    #[test]
    fn printed_settings_load_to_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("printed.toml");
        for every in ["0s", "1ms", "90s", "2m", "3h"] {
            let settings = Example {
                loops: Loops {
                    every: duration::parse(every).unwrap(),
                    urls: vec!["a".into()],
                },
            };
            let printed = print(&settings).unwrap();
            assert!(printed.contains(every), "{printed}");
            std::fs::write(&file, printed).unwrap();
            if every != "0s" {
                assert_eq!(load::<Example>(Some(&file), &[]).unwrap(), settings);
            }
        }
    }
}
