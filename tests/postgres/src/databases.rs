//! Empty databases.

use std::sync::{
    OnceLock,
    atomic::{AtomicU32, Ordering},
};

use ion_store::Store;
use tempfile::TempDir;

use crate::{Server, ServerError, URL_VARIABLE};

/// An empty database of one test.
pub struct Database {
    /// The database, open.
    pub store: Store,
    /// Address under which further processes open it.
    pub url: String,
    _folder: Option<TempDir>,
}

/// An empty database of each engine: SQLite, and PostgreSQL where it is installed.
///
/// Panics when a database cannot be made: the test cannot go on.
pub async fn databases() -> Vec<Database> {
    let mut all = vec![sqlite().await];
    all.extend(postgres().await);
    all
}

/// An empty PostgreSQL database; `None`, with a line on stderr, where the server is not installed.
///
/// Panics when a database cannot be made: the test cannot go on.
pub async fn postgres() -> Option<Database> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let server = server()?;
    // A schema per test: tests run at the same time.
    let schema = format!(
        "t{}_{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    let admin = opened(&server).await;
    if let Err(error) = sqlx::query(sqlx::AssertSqlSafe(format!("CREATE SCHEMA {schema}")))
        .execute(admin.pool())
        .await
    {
        panic!("create schema {schema}: {error}");
    }
    let url = format!("{server}?options=-csearch_path%3D{schema}");
    Some(Database {
        store: opened(&url).await,
        url,
        _folder: None,
    })
}

async fn sqlite() -> Database {
    let folder = match tempfile::tempdir() {
        Ok(folder) => folder,
        Err(error) => panic!("make a folder: {error}"),
    };
    let url = format!("sqlite:{}", folder.path().join("store.db").display());
    Database {
        store: opened(&url).await,
        url,
        _folder: Some(folder),
    }
}

async fn opened(url: &str) -> Store {
    match Store::open(url).await {
        Ok(store) => store,
        Err(error) => panic!("open {url}: {error}"),
    }
}

/// Address of the server of [`URL_VARIABLE`], else of one that this process starts once.
fn server() -> Option<String> {
    static OWN: OnceLock<Option<Server>> = OnceLock::new();
    if let Ok(url) = std::env::var(URL_VARIABLE) {
        return Some(url);
    }
    OWN.get_or_init(|| match Server::start() {
        Ok(server) => Some(server),
        Err(error @ ServerError::NotInstalled) => {
            eprintln!("PostgreSQL part skipped: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    })
    .as_ref()
    .map(|server| server.url().to_owned())
}
