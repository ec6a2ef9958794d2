//! Behind a server of HTTP that breaks off, is busy, refuses, lies or never answers.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use mlops_core::Digest;
use mlops_registry::Error;
use mlops_registry::artifact::{ArtifactStore as _, ArtifactStoreExt as _, ObjectAddress, ObjectArtifacts};
use mlops_registry::secret::MemorySecrets;
use parking_lot::Mutex;

use crate::uploading::bytes;

/// What a server answers.
#[derive(Clone, Debug)]
enum Answer {
    /// A status, and words.
    Status(u16, String),
    /// The object from the byte that was asked for on, of which so many come before it is reset.
    Object { bytes: Arc<[u8]>, breaks_after: usize },
    /// Nothing, ever.
    Silence,
    /// The connection is closed.
    Closed,
}

/// A server on a port of its own, for as long as the test runs.
struct Server {
    address: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// A server whose answer to request number `n` (from 0) is `answer(n, its lines)`.
    fn start(mut answer: impl FnMut(usize, &str) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/models", listener.local_addr().unwrap());
        let requests = Arc::<Mutex<Vec<String>>>::default();
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            let mut silent = Vec::new();
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                let request = read_request(&stream);
                let answer = {
                    let mut seen = seen.lock();
                    seen.push(request.clone());
                    answer(seen.len() - 1, &request)
                };
                match answer {
                    Answer::Silence => silent.push(stream),
                    // Whoever has gone away meanwhile does not want it.
                    other => drop(write_answer(stream, &request, other)),
                }
            }
        });
        Self { address, requests }
    }

    fn address(&self) -> ObjectAddress {
        let address = ObjectAddress::new(&self.address).unwrap();
        address.option("allow_http", "true").unwrap().retries(2)
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().clone()
    }
}

fn read_request(stream: &TcpStream) -> String {
    let mut request = String::new();
    let mut lines = BufReader::new(stream);
    while lines.read_line(&mut request).is_ok_and(|read| read > 2) {}
    request.to_ascii_lowercase()
}

fn write_answer(mut stream: TcpStream, request: &str, answer: Answer) -> std::io::Result<()> {
    match answer {
        Answer::Status(status, words) => write!(
            stream,
            "HTTP/1.1 {status} said\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{words}",
            words.len()
        ),
        Answer::Object { bytes, breaks_after } => {
            let from = request
                .split_once("range: bytes=")
                .and_then(|(_, range)| range.split('-').next()?.parse().ok());
            let start = from.unwrap_or(0);
            let rest = &bytes[start..];
            match from {
                Some(start) => write!(
                    stream,
                    "HTTP/1.1 206 part\r\ncontent-range: bytes {start}-{}/{}\r\n",
                    bytes.len() - 1,
                    bytes.len()
                )?,
                None => write!(stream, "HTTP/1.1 200 all\r\n")?,
            }
            write!(
                stream,
                "content-length: {}\r\netag: \"1\"\r\nlast-modified: Fri, 27 Nov 2026 00:00:00 GMT\r\nconnection: close\r\n\r\n",
                rest.len()
            )?;
            stream.write_all(&rest[..rest.len().min(breaks_after)])?;
            stream.flush()
        }
        Answer::Silence | Answer::Closed => stream.shutdown(Shutdown::Both),
    }
}

/// A folder with nothing in it, as WebDAV tells of one.
fn nothing() -> Answer {
    Answer::Status(404, "no such folder".to_owned())
}

fn object(bytes: &[u8]) -> Answer {
    Answer::Object { bytes: bytes.into(), breaks_after: usize::MAX }
}

fn opened(server: &Server) -> ObjectArtifacts {
    ObjectArtifacts::open(&server.address()).unwrap()
}

fn of_reading(server: &Server, digest: &Digest) -> Error {
    opened(server).check(digest).unwrap_err()
}

#[test]
fn a_server_that_is_busy_for_a_moment_is_asked_again() {
    let model = bytes(100_000);
    let digest = Digest::of(&model);
    let server = Server::start({
        let model = model.clone();
        move |number, request| match number {
            _ if request.starts_with("propfind") => nothing(),
            1 | 4 => Answer::Status(503, "busy".to_owned()),
            2 => Answer::Status(429, "slow down".to_owned()),
            5 => Answer::Closed,
            _ => object(&model),
        }
    });
    let artifacts = opened(&server);
    assert_eq!(artifacts.size(&digest).unwrap(), Some(100_000));
    assert!(artifacts.read(&digest, u64::MAX).unwrap() == model);
}

#[test]
fn a_server_that_stays_so_is_told_with_its_words() {
    for (status, transient, advice) in [
        (503, true, "busy"),
        (500, true, "busy"),
        (400, false, "it refused"),
        (401, false, "does not know these credentials"),
        (403, false, "these credentials may not do that"),
    ] {
        let server = Server::start(move |_, request| match request {
            request if request.starts_with("propfind") => nothing(),
            _ => Answer::Status(status, "as the server says".to_owned()),
        });
        let error = of_reading(&server, &Digest::of("model"));
        let Error::Unavailable { source, transient: passing, .. } = &error else { panic!("{error:?}") };
        assert_eq!(*passing, transient, "{status}: {source}");
        let said = source.to_string();
        assert!(said.contains(advice) && said.contains("as the server says"), "{status}: {said}");
    }
    let server = Server::start(|_, _| nothing());
    assert!(matches!(of_reading(&server, &Digest::of("model")), Error::NotFound { .. }));
}

#[test]
fn a_body_that_is_reset_goes_on_where_it_was() {
    let model = bytes(5_000_000);
    let digest = Digest::of(&model);
    let server = Server::start({
        let model: Arc<[u8]> = model.as_slice().into();
        move |_, request| match request {
            request if request.starts_with("propfind") => nothing(),
            _ => Answer::Object { bytes: Arc::clone(&model), breaks_after: 700_000 },
        }
    });
    assert!(opened(&server).read(&digest, u64::MAX).unwrap() == model);
    let gets: Vec<_> = server.requests().into_iter().filter(|request| request.starts_with("get")).collect();
    assert_eq!(gets.len(), 8);
    assert!(gets[1..].iter().all(|request| request.contains("range: bytes=")), "{gets:?}");
}

#[test]
fn wrong_and_missing_bytes_are_found() {
    let model = bytes(1_000_000);
    let digest = Digest::of(&model);
    let mut flipped = model.clone();
    flipped[500_000] ^= 1;
    for wrong in [flipped, model[..999_999].to_vec(), Vec::new()] {
        let server = Server::start(move |_, request| match request {
            request if request.starts_with("propfind") => nothing(),
            _ => object(&wrong),
        });
        let error = of_reading(&server, &digest);
        assert!(matches!(error, Error::Corrupt { .. }), "{error:?}");
    }
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    let server = Server::start(|number, _| if number == 0 { nothing() } else { Answer::Silence });
    let artifacts = ObjectArtifacts::open(&server.address().patience(Duration::from_millis(300))).unwrap();
    let start = Instant::now();
    let error = artifacts.put_bytes(b"model").unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn nobody_at_that_address_is_told_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/models", listener.local_addr().unwrap());
    drop(listener);
    let address = ObjectAddress::new(&address).unwrap().option("allow_http", "true").unwrap().retries(1);
    let error = ObjectArtifacts::open(&address).unwrap_err();
    assert!(error.is_transient(), "{error:?}");
}

#[test]
fn a_header_that_is_secret_is_sent_and_not_shown() {
    let server = Server::start(|_, request| {
        assert!(request.contains("authorization: basic hunter2"), "{request}");
        Answer::Status(403, format!("whoever you are: {request}"))
    });
    let secrets = MemorySecrets::default().with("server", "basic hunter2").unwrap();
    let address = server.address().secret("authorization", &secrets, "server").unwrap();
    let error = ObjectArtifacts::open(&address).unwrap_err();
    let said = format!("{error:?} {error} {address:?}");
    assert!(said.contains("whoever you are") && !said.contains("hunter2"), "{said}");
}

#[test]
fn options_that_nobody_knows_are_refused() {
    let address = ObjectAddress::new("http://127.0.0.1:1/models").unwrap();
    for (key, value) in [("allow_htp", "true"), ("timeout", "soon"), ("authorization", "\n")] {
        let secrets = MemorySecrets::default().with("value", value).unwrap();
        let address = address.clone().secret(key, &secrets, "value").unwrap();
        let error = ObjectArtifacts::open(&address).unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{key}: {error:?}");
    }
}
