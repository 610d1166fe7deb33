//! Objects in an S3-compatible store.

use crate::{ObjectError, ObjectStore, check_name, io_error, worker::Worker};
use futures::TryStreamExt;
use object_store::{
    Error, ObjectStore as _, ObjectStoreExt, PutMode, PutOptions,
    aws::{AmazonS3, AmazonS3Builder},
    path::Path,
};

/// Objects under a prefix of a bucket. A write carries `If-None-Match: *`, so the store itself
/// refuses a second content under one name.
pub struct S3Store {
    bucket: AmazonS3,
    prefix: String,
    worker: Worker,
}

impl S3Store {
    /// A store at `s3://bucket/prefix`. Keys, region, endpoint and `AWS_ALLOW_HTTP` come from the
    /// environment.
    ///
    /// Errors: `Address`.
    pub fn open(address: &str) -> Result<Self, ObjectError> {
        Self::with(AmazonS3Builder::from_env(), address)
    }

    /// The same with settings of the caller's.
    ///
    /// Errors: `Address`.
    pub fn with(settings: AmazonS3Builder, address: &str) -> Result<Self, ObjectError> {
        let unusable = |why: String| ObjectError::Address {
            address: address.to_owned(),
            why,
        };
        let place = address
            .strip_prefix("s3://")
            .ok_or_else(|| unusable("it does not begin with s3://".to_owned()))?;
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        let prefix = prefix.trim_matches('/');
        if !prefix.is_empty() {
            check_name(prefix).map_err(|error| unusable(error.to_string()))?;
        }
        // The transport asks the process for a provider; that one is there already is no error.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let bucket = settings
            .with_bucket_name(bucket)
            .build()
            .map_err(|error| unusable(error.to_string()))?;
        let worker = Worker::start().map_err(|error| unusable(error.to_string()))?;
        Ok(S3Store {
            bucket,
            prefix: prefix.to_owned(),
            worker,
        })
    }

    fn path(&self, name: &str) -> Result<Path, ObjectError> {
        check_name(name)?;
        Ok(if self.prefix.is_empty() {
            Path::from(name)
        } else {
            Path::from(format!("{}/{name}", self.prefix))
        })
    }
}

impl ObjectStore for S3Store {
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), ObjectError> {
        let path = self.path(name)?;
        let written = self.worker.run(self.bucket.put_opts(
            &path,
            bytes.to_vec().into(),
            PutOptions::from(PutMode::Create),
        ));
        match written {
            Ok(_) => Ok(()),
            Err(Error::AlreadyExists { .. }) => match self.get(name)? {
                Some(there) if there == bytes => Ok(()),
                _ => Err(ObjectError::Taken(name.to_owned())),
            },
            Err(error) => Err(io_error(name, error)),
        }
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, ObjectError> {
        let path = self.path(name)?;
        let read = self
            .worker
            .run(async { self.bucket.get(&path).await?.bytes().await });
        match read {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(io_error(name, error)),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, ObjectError> {
        let path = self.path(folder)?;
        let found = self
            .worker
            .run(self.bucket.list(Some(&path)).try_collect::<Vec<_>>())
            .map_err(|error| io_error(folder, error))?;
        let mut names: Vec<String> = found
            .iter()
            .filter_map(|object| {
                let mut below = object.location.prefix_match(&path)?;
                let name = below.next()?;
                below
                    .next()
                    .is_none()
                    .then(|| format!("{folder}/{}", name.as_ref()))
            })
            .collect();
        names.sort();
        Ok(names)
    }
}
