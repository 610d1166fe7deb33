//! The same contract on every store that writes: a folder, and the S3 interface as spoken by a
//! server on loopback with signed requests.

use std::{net::SocketAddr, path::Path};

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use ion_objects::{FolderStore, ObjectError, ObjectStore, S3Store, WebStore, open};
use object_store::aws::AmazonS3Builder;
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use tokio::runtime::Runtime;

const BUCKET: &str = "observations";

/// An S3 server over a folder; it ends with the runtime.
struct S3Server {
    address: SocketAddr,
    _runtime: Runtime,
}

impl S3Server {
    fn start(folder: &Path) -> Self {
        let runtime = Runtime::new().unwrap();
        std::fs::create_dir_all(folder.join(BUCKET)).unwrap();
        let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder).unwrap());
        builder.set_auth(SimpleAuth::from_single("key", "secret"));
        let service = builder.build();
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let server = Builder::new(TokioExecutor::new());
                    let _ = server.serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
        S3Server {
            address,
            _runtime: runtime,
        }
    }

    fn store(&self, secret: &str, address: &str) -> Result<S3Store, ObjectError> {
        let settings = AmazonS3Builder::new()
            .with_endpoint(format!("http://{}", self.address))
            .with_allow_http(true)
            .with_region("us-east-1")
            .with_access_key_id("key")
            .with_secret_access_key(secret);
        S3Store::with(settings, address)
    }
}

fn on_each_store(check: impl Fn(&dyn ObjectStore)) {
    let dir = tempfile::tempdir().unwrap();
    check(&FolderStore::open(&dir.path().join("folder")).unwrap());
    let server = S3Server::start(&dir.path().join("server"));
    check(
        &server
            .store("secret", &format!("s3://{BUCKET}/hourly"))
            .unwrap(),
    );
}

#[test]
fn object_is_written_once() {
    on_each_store(|store| {
        assert_eq!(store.get("a/b").unwrap(), None);
        assert_eq!(store.list("a").unwrap(), Vec::<String>::new());
        store.put("a/b", b"one").unwrap();
        store.put("a/b", b"one").unwrap();
        store.put("a/a", b"two").unwrap();
        store.put("a/deep/c", b"three").unwrap();
        assert!(
            matches!(store.put("a/b", b"other"), Err(ObjectError::Taken(name)) if name == "a/b")
        );
        assert_eq!(store.get("a/b").unwrap().unwrap(), b"one");
        assert_eq!(store.get("a/deep/c").unwrap().unwrap(), b"three");
        assert_eq!(store.list("a").unwrap(), ["a/a", "a/b"]);
    });
}

#[test]
fn large_object_comes_back_whole() {
    let bytes: Vec<u8> = (0..3_000_000u32).map(|index| (index % 251) as u8).collect();
    on_each_store(|store| {
        store.put("large", &bytes).unwrap();
        assert!(store.get("large").unwrap().unwrap() == bytes);
    });
}

#[test]
fn names_cannot_leave_the_store() {
    on_each_store(|store| {
        for name in [
            "",
            "/etc/x",
            "a//b",
            "../x",
            "a/../b",
            ".drafts/x",
            "a\\b",
            "a b",
        ] {
            assert!(
                matches!(store.put(name, b""), Err(ObjectError::Name(_))),
                "{name}"
            );
        }
    });
}

#[test]
fn wrong_secret_is_an_error_that_names_the_object() {
    let dir = tempfile::tempdir().unwrap();
    let server = S3Server::start(dir.path());
    let store = server.store("other", &format!("s3://{BUCKET}")).unwrap();
    let error = store.get("a/b").unwrap_err();
    assert!(
        matches!(&error, ObjectError::Io { name, .. } if name == "a/b"),
        "{error}"
    );
    assert!(store.put("a/b", b"x").is_err());
}

#[test]
fn addresses_choose_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let folder = open(dir.path().to_str().unwrap()).unwrap();
    folder.put("x", b"1").unwrap();
    assert_eq!(folder.get("x").unwrap().unwrap(), b"1");
    assert!(matches!(
        S3Store::with(AmazonS3Builder::new(), "bucket"),
        Err(ObjectError::Address { .. })
    ));
    assert!(matches!(
        S3Store::with(AmazonS3Builder::new(), "s3://bucket/../x"),
        Err(ObjectError::Address { .. })
    ));
}

#[test]
fn web_store_reads_what_a_server_publishes_and_never_writes() {
    let runtime = Runtime::new().unwrap();
    let listener = runtime
        .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
        .unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = vec![0; 4_096];
            let read = socket.read(&mut request).await.unwrap_or(0);
            let reply: &[u8] = match String::from_utf8_lossy(&request[..read]).split(' ').nth(1) {
                Some("/base/evidence/x") => {
                    b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nbytes"
                }
                Some("/base/evidence/broken") => {
                    b"HTTP/1.1 500 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                }
                _ => b"HTTP/1.1 404 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            };
            let _ = socket.write_all(reply).await;
        }
    });
    let store = WebStore::open(&format!("http://{address}/base/")).unwrap();
    assert_eq!(store.get("evidence/x").unwrap().unwrap(), b"bytes");
    assert_eq!(store.get("evidence/y").unwrap(), None);
    let error = store.get("evidence/broken").unwrap_err();
    assert!(error.is_retryable(), "{error}");
    assert!(matches!(store.get("../x"), Err(ObjectError::Name(_))));
    assert!(matches!(store.put("a", b""), Err(ObjectError::ReadOnly(_))));
    assert!(matches!(store.list("a"), Err(ObjectError::ReadOnly(_))));
}
