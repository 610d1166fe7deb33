//! Objects read over HTTP.

use std::time::Duration;

use crate::{ObjectError, ObjectStore, check_name, io_error, worker::Worker};

/// Longest time for one object.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Objects that a web server publishes under an address. Reading only: whoever reads checks the
/// hash, so the server need not be trusted.
pub struct WebStore {
    base: String,
    client: reqwest::Client,
    worker: Worker,
}

impl WebStore {
    /// A store at `http://…` or `https://…`. Errors: `Address`.
    pub fn open(address: &str) -> Result<Self, ObjectError> {
        let unusable = |why: String| ObjectError::Address {
            address: address.to_owned(),
            why,
        };
        let client = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .build()
            .map_err(|error| unusable(error.to_string()))?;
        let worker = Worker::start().map_err(|error| unusable(error.to_string()))?;
        Ok(WebStore {
            base: address.trim_end_matches('/').to_owned(),
            client,
            worker,
        })
    }
}

impl ObjectStore for WebStore {
    fn put(&self, name: &str, _: &[u8]) -> Result<(), ObjectError> {
        Err(ObjectError::ReadOnly(name.to_owned()))
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, ObjectError> {
        check_name(name)?;
        let address = format!("{}/{name}", self.base);
        self.worker
            .run(async {
                let response = self.client.get(address).send().await?;
                if response.status() == reqwest::StatusCode::NOT_FOUND {
                    return Ok(None);
                }
                let bytes = response.error_for_status()?.bytes().await?;
                Ok(Some(bytes.to_vec()))
            })
            .map_err(|error: reqwest::Error| io_error(name, error))
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, ObjectError> {
        Err(ObjectError::ReadOnly(folder.to_owned()))
    }
}
