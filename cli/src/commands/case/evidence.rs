//! Evidence: fetched from a store, checked, and told in words.

mod whose;

use std::{fs, path::Path};

use clap::Args;
use ion_challenge::{FailReason, InconclusiveReason};
use ion_client::accounts;
use ion_evidence::{Attachment, ChallengeRecord, Evidence, Finding, Hash, JobRecord, Statement};
use ion_objects::ObjectStore;
use ion_observation::{Bundle, SignedFile};
use ion_protocol::{JobFinding, Realm};
use solana_pubkey::Pubkey;

use crate::{
    context::Context,
    failure::{Failure, Outcome},
    output::{Cell, Record},
};

/// Where evidence lies.
#[derive(Debug, Args)]
pub struct StoreArgs {
    /// Store of evidence: a folder, s3://bucket/prefix, or a web address to read from
    #[arg(long, value_name = "STORE", env = "ION_EVIDENCE")]
    pub store: Option<String>,
}

impl StoreArgs {
    /// Opens the store; nothing where none is named.
    ///
    /// Errors: usage.
    pub fn open(&self) -> Outcome<Option<Box<dyn ObjectStore>>> {
        self.store
            .as_deref()
            .map(|address| {
                ion_objects::open(address)
                    .map_err(|error| Failure::usage("the store cannot be opened", error))
            })
            .transpose()
    }

    /// Opens the store, which must be named.
    ///
    /// Errors: usage.
    pub fn required(&self) -> Outcome<Box<dyn ObjectStore>> {
        self.open()?.ok_or_else(|| {
            Failure::usage("the store of evidence is not named", "--store is missing")
                .next("give --store FOLDER or set ION_EVIDENCE")
        })
    }
}

/// What evidence says.
pub struct Told {
    /// In words.
    pub words: Cell,
    /// Why no case may rest on it.
    pub doubt: Option<String>,
}

impl Told {
    /// Evidence whose signatures and hashes are right.
    fn verified(record: Record, doubt: Option<String>) -> Self {
        Self {
            words: Cell::Record(record),
            doubt,
        }
    }

    /// Evidence that is not what it claims to be.
    fn refuted(record: Record, why: impl std::fmt::Display) -> Self {
        let why = why.to_string();
        Self {
            words: Cell::Record(record.with("verified", false).with("why", why.as_str())),
            doubt: Some(why),
        }
    }

    /// Evidence that was not seen.
    fn unseen(words: &str) -> Self {
        Self {
            words: Cell::from(words),
            doubt: None,
        }
    }

    /// Whether it was fetched at all.
    pub fn is_seen(&self) -> bool {
        matches!(self.words, Cell::Record(_))
    }
}

/// What the evidence of a hash says, as far as a store has it.
///
/// Errors: rpc, when the store or the node does not answer.
pub fn told(
    ctx: &Context,
    store: Option<&dyn ObjectStore>,
    hash: &Hash,
    device: &Pubkey,
) -> Outcome<Told> {
    if *hash == [0; 32] {
        return Ok(Told {
            words: Cell::Nothing,
            doubt: None,
        });
    }
    let Some(store) = store else {
        return Ok(Told::unseen("not fetched: name a store with --store"));
    };
    let get = |name: &str| {
        store
            .get(name)
            .map_err(|error| Failure::rpc("the evidence cannot be fetched", error))
    };
    if let Some(bytes) = get(&Evidence::object_name(hash))? {
        return match Evidence::decode(&bytes, hash) {
            Err(error) => Ok(Told::refuted(Record::new(), error)),
            Ok(Evidence::Statement(statement)) => Ok(of_statement(&statement, device)),
            Ok(Evidence::Challenge(record)) => of_challenge(ctx, &record, device),
            Ok(Evidence::Job(record)) => of_job(ctx, &record, device),
        };
    }
    let name = format!("bundles/{}", hex::encode(hash));
    match get(&name)? {
        None => Ok(Told::unseen("not in the store")),
        Some(bytes) => of_bundle(store, &bytes, hash, device),
    }
}

fn of_statement(statement: &Statement, device: &Pubkey) -> Told {
    let files = statement
        .attachments
        .iter()
        .map(|file| format!("{} ({} bytes)", file.name, file.content.len()));
    let doubt = whose::other_device(device, &statement.device);
    let record = Record::new()
        .with("verified", true)
        .with("kind", "statement of a party")
        .with("author", Pubkey::new_from_array(statement.author))
        .with("about_this_device", doubt.is_none())
        .with("text", statement.text.as_str())
        .with("files", Cell::Texts(files.collect()));
    Told::verified(record, doubt)
}

fn of_job(ctx: &Context, record: &JobRecord, device: &Pubkey) -> Outcome<Told> {
    let realm = Realm {
        genesis_hash: ctx.chain.genesis_hash()?.to_bytes(),
        program_id: booking::ID.to_bytes(),
    };
    let key = record.result.device_key;
    let told = Record::new()
        .with("kind", "order and result of a job")
        .with("renter", Pubkey::new_from_array(record.renter()))
        .with("device_key", Pubkey::new_from_array(key));
    let (order, finding) = match record.check(&realm) {
        Ok(checked) => checked,
        Err(error) => return Ok(Told::refuted(told, error)),
    };
    let doubt = match whose::other_device(device, &order.device) {
        None => whose::other_key(ctx, device, &key)?,
        doubt => doubt,
    };
    let booking = Pubkey::new_from_array(order.booking);
    let hire = whose::is_hire(
        accounts::find(&ctx.chain, &booking),
        &order,
        &record.renter(),
    )?;
    let told = told
        .with("verified", true)
        .with("about_this_device", doubt.is_none())
        .with("booking", booking)
        .with(
            "hired_by_this_renter",
            hire.map_or(Cell::from("unknown: the booking is closed"), Cell::Flag),
        )
        .with(
            "finding",
            match finding {
                JobFinding::Right => "the result is the product that was ordered",
                JobFinding::Wrong => "the device signed a product that is not the one ordered",
                JobFinding::Unchecked => "nothing that anybody could check",
            },
        );
    Ok(Told::verified(told, doubt))
}

fn of_challenge(ctx: &Context, record: &ChallengeRecord, device: &Pubkey) -> Outcome<Told> {
    let realm = Realm {
        genesis_hash: ctx.chain.genesis_hash()?.to_bytes(),
        program_id: registry::ID.to_bytes(),
    };
    let challenge = &record.issued.challenge;
    let told = Record::new()
        .with("kind", "challenge")
        .with("verifier", Pubkey::new_from_array(challenge.verifier))
        .with("device_key", Pubkey::new_from_array(challenge.device))
        .with("matrix_side", challenge.n)
        .with("rounds", challenge.rounds)
        .with("opened_entries", challenge.openings)
        .with(
            "answered_at",
            record
                .answer
                .as_ref()
                .or(record.commit.as_ref())
                .map_or(Cell::Nothing, |message| Cell::Time(message.made_at())),
        );
    let finding = match record.check(&realm) {
        Ok(finding) => finding,
        Err(error) => return Ok(Told::refuted(told, error)),
    };
    let doubt = whose::other_key(ctx, device, &challenge.device)?;
    let told = told
        .with("verified", true)
        .with("about_this_device", doubt.is_none())
        .with("finding", finding_in_words(&finding));
    Ok(Told::verified(told, doubt))
}

fn finding_in_words(finding: &Finding) -> String {
    match finding {
        Finding::Failed(reason) => format!(
            "failed: the device signed a false answer, {}",
            reason_in_words(reason)
        ),
        Finding::Passed => "passed, by the word of the verifier".to_owned(),
        Finding::Inconclusive(reason) => format!(
            "nothing is shown: {}",
            match reason {
                InconclusiveReason::CommitTimeout => "no roots came in time",
                InconclusiveReason::OpenTimeout => "no openings came in time",
                InconclusiveReason::Busy => "the device was busy",
                InconclusiveReason::Network => "the device was not reached",
                InconclusiveReason::VerifierStopped => "the verifier was restarted",
            }
        ),
    }
}

fn reason_in_words(reason: &FailReason) -> String {
    match reason {
        FailReason::OtherChallenge => "for another challenge".to_owned(),
        FailReason::RootCount { got } => format!("with {got} roots"),
        FailReason::OpeningCount { got } => format!("with {got} openings"),
        FailReason::OtherPosition { drawn } => format!(
            "without the entry in row {}, column {} of round {}",
            drawn.row, drawn.column, drawn.round
        ),
        FailReason::RowLength { got } => format!("with a row of {got} entries"),
        FailReason::NotCommitted => "with a row that is not the committed one".to_owned(),
        FailReason::WrongEntry { expected, got } => {
            format!("with an entry of {got} where the product has {expected}")
        }
    }
}

/// The bundle of a report: which files it rests on and what they say of the device.
fn of_bundle(store: &dyn ObjectStore, bytes: &[u8], hash: &Hash, device: &Pubkey) -> Outcome<Told> {
    let told = Record::new().with("kind", "bundle of a report");
    let bundle = match Bundle::decode(bytes) {
        Ok(bundle) if bundle.hash() == *hash => bundle,
        Ok(_) => return Ok(Told::refuted(told, "the stored bundle has another hash")),
        Err(error) => return Ok(Told::refuted(told, error)),
    };
    let mut rows = Vec::new();
    for file in &bundle.files {
        let name = format!(
            "observations/{}/{}-{}",
            bundle.hour,
            hex::encode(file.verifier),
            hex::encode(file.hash)
        );
        let row = Record::new().with("verifier", Pubkey::new_from_array(file.verifier));
        let stored = store
            .get(&name)
            .map_err(|error| Failure::rpc("an observation file cannot be fetched", error))?;
        let signed = stored.and_then(|bytes| SignedFile::decode(&bytes).ok());
        rows.push(
            match signed.filter(|signed| signed.file.hash() == file.hash) {
                None => row
                    .with("file", "not in the store")
                    .with("minutes_watched", Cell::Nothing)
                    .with("minutes_up", Cell::Nothing)
                    .with("challenges", Cell::Nothing),
                Some(signed) => {
                    let seen = signed
                        .file
                        .devices
                        .iter()
                        .find(|seen| seen.device == device.to_bytes());
                    let outcomes = seen.iter().flat_map(|seen| &seen.challenges);
                    row.with("file", "signed")
                        .with("minutes_watched", signed.file.observed.count())
                        .with(
                            "minutes_up",
                            seen.map_or(Cell::Nothing, |seen| Cell::from(seen.up.count())),
                        )
                        .with(
                            "challenges",
                            Cell::Texts(
                                outcomes
                                    .map(|challenge| {
                                        format!("{:?}", challenge.outcome).to_lowercase()
                                    })
                                    .collect(),
                            ),
                        )
                }
            },
        );
    }
    let told = told
        .with("verified", true)
        .with("hour", bundle.hour)
        .with("leaves", bundle.leaves.len() as u64)
        .with("files", rows);
    Ok(Told::verified(told, None))
}

/// What a party says, as flags.
#[derive(Debug, Args)]
pub struct StatementArgs {
    /// What you say
    #[arg(long, default_value = "")]
    text: String,

    /// A file that belongs to it; may be given several times
    #[arg(long = "attach", value_name = "FILE")]
    attachments: Vec<std::path::PathBuf>,
}

impl StatementArgs {
    /// The bytes to store and their hash.
    ///
    /// Errors: usage.
    pub fn encode(&self, author: &Pubkey, device: &Pubkey) -> Outcome<(Vec<u8>, Hash)> {
        let refused =
            |why: &dyn std::fmt::Display| Failure::usage("the statement cannot be made", why);
        let files = self
            .attachments
            .iter()
            .map(|path| attachment(path))
            .collect::<Outcome<Vec<_>>>()?;
        let statement = Statement::new(
            author.to_bytes(),
            device.to_bytes(),
            self.text.clone(),
            files,
        )
        .map_err(|error| refused(&error).next("give --text or --attach"))?;
        let bytes = Evidence::Statement(statement)
            .encode()
            .map_err(|error| refused(&error))?;
        let hash = Evidence::hash(&bytes);
        Ok((bytes, hash))
    }
}

fn attachment(path: &Path) -> Outcome<Attachment> {
    let unreadable = |why: &dyn std::fmt::Display| {
        Failure::usage(format!("{} cannot be attached", path.display()), why)
    };
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or_else(|| unreadable(&"it has no name"))?;
    Ok(Attachment {
        name: name.to_owned(),
        content: fs::read(path).map_err(|error| unreadable(&error))?,
    })
}

/// Puts evidence into the store before a case cites it.
///
/// Errors: rpc.
pub fn keep(store: &dyn ObjectStore, hash: &Hash, bytes: &[u8]) -> Outcome<()> {
    store
        .put(&Evidence::object_name(hash), bytes)
        .map_err(|error| Failure::rpc("the evidence cannot be stored", error))
}
