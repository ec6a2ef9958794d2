//! Behind a server of the S3 protocol: `moto`, if `MLOPS_MOTO_PYTHON` names a Python that has it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mlops_core::Digest;
use mlops_registry::artifact::{
    ArtifactStore, ArtifactStoreExt as _, BlobStore, ChunkedArtifacts, ObjectAddress, ObjectArtifacts, Sweep,
};
use mlops_registry::secret::MemorySecrets;
use mlops_registry::testing::{artifact_store, blob_store};
use mlops_registry::{Error, Result};

use crate::stores::encrypted;
use crate::uploading::bytes;

/// Serves until nobody holds its input any more, as when this program ends, however that may be.
const SERVER: &str = "
import os, sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address='127.0.0.1', port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
os._exit(0)
";

struct Server {
    port: u16,
    _lives: ChildStdin,
}

#[expect(clippy::zombie_processes, reason = "it ends when this program does, and not before")]
static MOTO: LazyLock<Option<Server>> = LazyLock::new(|| {
    let python = std::env::var_os("MLOPS_MOTO_PYTHON")?;
    let mut child = Command::new(python)
        .args(["-c", SERVER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("MLOPS_MOTO_PYTHON names a Python");
    let mut port = String::new();
    BufReader::new(child.stdout.take()?).read_line(&mut port).unwrap();
    let port = port.trim().parse().expect("that Python has `moto[server]`");
    let server = Server { port, _lives: child.stdin.take()? };
    server.request("PUT", "/models");
    Some(server)
});

impl Server {
    /// A request without a signature, which moto does not ask for.
    fn request(&self, method: &str, path: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nauthorization: AWS4-HMAC-SHA256 \
             Credential=key/20261127/us-east-1/s3/aws4_request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            self.port
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{method} {path}: {answer}");
        answer
    }

    fn address(&self, address: &str) -> Result<ObjectAddress> {
        let secrets = MemorySecrets::default().with("id", "AKIDEXAMPLE")?.with("key", "hunter2hunter2")?;
        ObjectAddress::new(address)?
            .option("endpoint", format!("http://127.0.0.1:{}", self.port))?
            .option("region", "us-east-1")?
            .option("allow_http", "true")?
            .secret("access_key_id", &secrets, "id")?
            .secret("secret_access_key", &secrets, "key")
            .map(|address| address.retries(2).patience(Duration::from_secs(30)))
    }

    /// A store with a prefix of its own.
    fn store(&self) -> ObjectArtifacts {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let prefix = NEXT.fetch_add(1, Ordering::Relaxed);
        ObjectArtifacts::open(&self.address(&format!("s3://models/{prefix}")).unwrap()).unwrap()
    }
}

/// The server, if there is one.
fn moto() -> Option<&'static Server> {
    if MOTO.is_none() {
        eprintln!("skipped: MLOPS_MOTO_PYTHON is not set");
    }
    MOTO.as_ref()
}

#[test]
fn the_contract_of_artifacts_is_kept() {
    type Case = fn(&dyn ArtifactStore);
    let Some(moto) = moto() else { return };
    let cases: [Case; 7] = [
        artifact_store::bytes_come_back,
        artifact_store::the_same_bytes_are_kept_once,
        artifact_store::missing_is_not_found,
        artifact_store::a_failing_source_leaves_nothing,
        artifact_store::a_panicking_source_leaves_nothing,
        artifact_store::what_is_new_is_not_collected,
        artifact_store::a_handle_may_be_shared_and_sent,
    ];
    for case in cases {
        case(&moto.store());
    }
}

#[test]
fn the_contract_of_blobs_is_kept() {
    type Case = fn(&dyn BlobStore);
    let Some(moto) = moto() else { return };
    let cases: [Case; 9] = [
        blob_store::what_is_there_is_replaced,
        blob_store::several_are_kept_at_once,
        blob_store::spaces_are_apart,
        blob_store::missing_is_none,
        blob_store::a_list_comes_in_order_and_in_pages,
        blob_store::an_error_of_the_source_comes_as_it_is,
        blob_store::what_is_new_is_not_collected,
        blob_store::what_is_needed_again_stays,
        blob_store::one_name_may_be_raced_for,
    ];
    for case in cases {
        case(&moto.store());
    }
}

#[test]
fn a_large_artifact_goes_in_parts_and_comes_back() {
    let Some(moto) = moto() else { return };
    let store = moto.store().parts_of(5 << 20).unwrap();
    let bytes = bytes((12 << 20) + 7);
    let digest = store.put_bytes(&bytes).unwrap();
    assert!(store.read(&digest, u64::MAX).unwrap() == bytes);
    assert_eq!(store.put_bytes(&bytes).unwrap(), digest);
    // A source that fails is one whose upload is never begun.
    let failing = &mut bytes.as_slice().chain(Failing);
    assert!(store.put(failing).is_err());
    assert_eq!(store.list(None, 10).unwrap(), [digest]);
    let uploads = moto.request("GET", "/models?uploads");
    assert!(!uploads.contains("<Upload>"), "no upload is left open: {uploads}");
}

/// Fails when the rest has been read.
struct Failing;

impl std::io::Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::ConnectionReset.into())
    }
}

#[test]
fn chunks_that_are_encrypted_are_kept_once_and_collected() {
    let Some(moto) = moto() else { return };
    let blobs = moto.store();
    let store = ChunkedArtifacts::new(encrypted(blobs));
    let bytes = bytes(9 << 20);
    let [first, second] = [&bytes[..], &bytes[..8 << 20]].map(|bytes| store.put_bytes(bytes).unwrap());
    for (digest, length) in [(first, 9 << 20), (second, 8 << 20)] {
        assert_eq!(store.check(&digest).unwrap(), length);
    }
    assert!(store.touch(&second).unwrap());
    let hour = Duration::from_hours(1);
    assert!(!store.remove_older(&second, hour, Sweep::Remove).unwrap());
    assert!(store.remove_older(&first, Duration::ZERO, Sweep::Remove).unwrap());
    assert!(store.reclaim(Duration::ZERO, Sweep::Remove).unwrap().parts > 0);
    assert_eq!(store.check(&second).unwrap(), 8 << 20);
    assert_eq!(store.list(None, 10).unwrap(), [second]);
}

#[test]
fn a_bucket_that_is_not_there_is_not_an_artifact_that_is_not_there() {
    let Some(moto) = moto() else { return };
    let address = moto.address("s3://elsewhere/models").unwrap();
    let error = ObjectArtifacts::open(&address).unwrap_err();
    let Error::Unavailable { store, transient: false, source } = &error else { panic!("{error:?}") };
    assert_eq!(store, "s3://elsewhere/models");
    assert!(source.to_string().contains("there is no such bucket"), "{source}");
    assert!(!format!("{error:?} {address:?}").contains("hunter2"), "{error:?}");
    let missing = moto.store().open(&Digest::of("never put")).map(|_| ());
    assert!(matches!(missing, Err(Error::NotFound { .. })), "{missing:?}");
}
