//! The observation files of a day: what is kept of them in memory is hash and author; the files of
//! one hour at a time are read again where they are needed.

use std::{collections::BTreeMap, sync::Arc};

use ion_economics::reward::eligibility::Limits;
use ion_observation::{Key, SignedFile};
use ion_report::{DayBuilder, SourceFile, sources};
use sha2::{Digest, Sha256};

use super::{
    VerifierError, engine::EngineInWork, epochs::EngineBench, state::Verifier,
    summaries::HashedFile,
};

const HOUR: i64 = 3_600;

/// A file of an hour as far as it is kept in memory.
#[derive(Clone, Debug)]
pub(super) struct FileNote {
    /// Its name in the shared store.
    pub name: String,
    /// Its hash.
    pub hash: Key,
    /// Its author.
    pub verifier: Key,
    /// When this verifier saw it first, chain time.
    pub seen_at: i64,
}

/// The files of the hours of a day.
pub(super) struct DayFiles {
    /// By hour, an entry for each.
    pub hours: BTreeMap<u64, Vec<FileNote>>,
    /// Over all of them: another one means other files.
    pub digest: Key,
}

impl Verifier {
    /// Good files of members for the hours of a day.
    pub(super) async fn day_files(
        &self,
        bench: &mut EngineBench,
        day: u64,
        view: &EngineInWork<'_>,
    ) -> Result<DayFiles, VerifierError> {
        let mut hours = BTreeMap::new();
        let mut digest = Sha256::new();
        for hour in DayBuilder::hours(day) {
            let mut notes = Vec::new();
            for name in self.list(format!("observations/{hour}")).await? {
                let known = match bench.files.get(&name) {
                    Some(known) => *known,
                    None => {
                        let bytes = self.get(name.clone()).await?.unwrap_or_default();
                        let known = SignedFile::decode(&bytes)
                            .ok()
                            .filter(|one| one.file.hour == hour && !one.file.hours.is_empty())
                            .map(|one| (one.file.hash(), one.file.verifier));
                        bench.files.insert(name.clone(), known);
                        known
                    }
                };
                let Some((hash, verifier)) =
                    known.filter(|(_, verifier)| view.set.keys.contains(verifier))
                else {
                    continue;
                };
                let seen_at = self
                    .journal
                    .see_file(&hash, hour, &verifier, view.now)
                    .await?;
                digest.update(hash);
                notes.push(FileNote {
                    name,
                    hash,
                    verifier,
                    seen_at,
                });
            }
            hours.insert(hour, notes);
        }
        Ok(DayFiles {
            hours,
            digest: digest.finalize().into(),
        })
    }

    /// The files behind notes; one that is gone or changed meanwhile is left out.
    pub(super) async fn load_hour(
        &self,
        notes: &[FileNote],
    ) -> Result<Vec<HashedFile>, VerifierError> {
        let mut files = Vec::with_capacity(notes.len());
        for note in notes {
            let bytes = self.get(note.name.clone()).await?.unwrap_or_default();
            if let Ok(signed) = SignedFile::decode(&bytes)
                && signed.file.hash() == note.hash
                && signed.file.verifier == note.verifier
            {
                files.push((note.hash, Arc::new(signed.file)));
            }
        }
        Ok(files)
    }

    /// The files that count, one per author.
    pub(super) fn chosen<'a>(
        &self,
        files: &'a [HashedFile],
        hour: u64,
        view: &EngineInWork<'_>,
    ) -> Vec<SourceFile<'a>> {
        let given: Vec<SourceFile<'a>> = files
            .iter()
            .map(|(hash, file)| SourceFile { hash: *hash, file })
            .collect();
        let (genesis, registry) = (self.realm.genesis_hash, self.realm.program_id);
        sources(&given, hour, &genesis, &registry, &view.set.keys)
    }
}

/// Limits of eligibility at the opening of an hour.
pub(super) fn limits_of(view: &EngineInWork<'_>, hour: u64) -> Option<Limits> {
    let opens_at = i64::try_from(hour).ok()?.checked_mul(HOUR)?;
    Limits::read(|param| view.limits.value(param, opens_at)).ok()
}
