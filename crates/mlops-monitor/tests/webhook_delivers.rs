//! The webhook sink against a real listener: what arrives, what is tried again, what is
//! given up, and what is never said.
#![cfg(feature = "webhook")]
#![allow(clippy::unwrap_used, reason = "this is a test")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use mlops_core::Timestamp;
use mlops_monitor::{Alert, AlertRule, AlertSink, Condition, Error, RuleState, Sample, WebhookSink};
use parking_lot::Mutex;

fn alert() -> Alert {
    let mut state = RuleState::new(AlertRule::new("gap", Condition::Above(0.025)).unwrap());
    state.evaluate(Timestamp::default(), &[Sample::new(0.029).words("April ≠ May")]).unwrap().remove(0)
}

/// A request as it arrived.
#[derive(Debug)]
struct Request {
    line: String,
    headers: Vec<String>,
    body: Vec<u8>,
}

impl Request {
    fn header(&self, name: &str) -> Option<&str> {
        let of = |header: &&String| header.to_lowercase().starts_with(&format!("{name}:"));
        self.headers.iter().find(of).and_then(|header| header.split_once(": ")).map(|(_, value)| value)
    }
}

/// Gives each connection the next answer, and then listens no more. An empty answer hangs
/// up; none at all says nothing until the other side has gone.
fn receiver(answers: &'static [Option<&'static str>]) -> (String, JoinHandle<Vec<Request>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/hook/secret-token", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let answer = |answer: Option<&str>| {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut lines = Vec::new();
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                let line = line.trim_end().to_owned();
                if line.is_empty() {
                    break;
                }
                lines.push(line);
            }
            let mut request = Request { line: lines.remove(0), headers: lines, body: Vec::new() };
            let length: usize = request.header("content-length").unwrap().parse().unwrap();
            request.body.resize(length, 0);
            reader.read_exact(&mut request.body).unwrap();
            match answer {
                Some(answer) => stream.write_all(answer.as_bytes()).unwrap(),
                None => {
                    let _ = reader.read(&mut [0]);
                }
            }
            request
        };
        answers.iter().copied().map(answer).collect()
    });
    (address, thread)
}

const OK: Option<&str> = Some("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n");
const BUSY: Option<&str> =
    Some("HTTP/1.1 429 Too Many Requests\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
const BROKEN: Option<&str> =
    Some("HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
const REFUSED: Option<&str> =
    Some("HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
const ELSEWHERE: Option<&str> =
    Some("HTTP/1.1 302 Found\r\nlocation: /other\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");

fn sink(address: &str) -> WebhookSink {
    WebhookSink::new(address, Duration::from_secs(10)).unwrap()
}

fn failure(error: &Error) -> (u32, String) {
    let Error::NotDelivered { attempts, source, .. } = error else { panic!("{error}") };
    (*attempts, source.to_string())
}

#[test]
fn an_alert_arrives_as_json() {
    let (address, receiver) = receiver(&[OK]);
    sink(&address).header("authorization", "Bearer 4f2a").unwrap().send(&alert()).unwrap();
    let requests = receiver.join().unwrap();
    assert_eq!(requests[0].line, "POST /hook/secret-token HTTP/1.1");
    assert_eq!(requests[0].header("content-type"), Some("application/json"));
    assert_eq!(requests[0].header("authorization"), Some("Bearer 4f2a"));
    assert_eq!(serde_json::from_slice::<Alert>(&requests[0].body).unwrap(), alert());
}

#[test]
fn what_may_get_better_is_tried_again() {
    let (address, receiver) = receiver(&[BUSY, BROKEN, Some(""), OK]);
    let pauses = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&pauses);
    sink(&address).retries(3, move |attempt| seen.lock().push(attempt)).send(&alert()).unwrap();
    assert_eq!(*pauses.lock(), [1, 2, 3]);
    let bodies: Vec<Vec<u8>> = receiver.join().unwrap().into_iter().map(|request| request.body).collect();
    assert!(bodies.len() == 4 && bodies.iter().all(|body| *body == bodies[0]));
}

#[test]
fn it_is_given_up_in_the_end() {
    let (address, receiver) = receiver(&[BROKEN, BROKEN]);
    let error = sink(&address).retries(1, |_| {}).send(&alert()).unwrap_err();
    assert_eq!(failure(&error), (2, "it answered 503 Service Unavailable".to_owned()));
    assert!(error.is_transient());
    assert_eq!(receiver.join().unwrap().len(), 2);
}

#[test]
fn a_refusal_and_a_redirect_are_final() {
    for (answers, says) in [
        (&[REFUSED], "it answered 401 Unauthorized"),
        (&[ELSEWHERE], "it answered 302 Found, which is not followed"),
    ] {
        let (address, receiver) = receiver(answers);
        let error =
            sink(&address).retries(5, |_| panic!("it must not try again")).send(&alert()).unwrap_err();
        assert_eq!(failure(&error), (1, says.to_owned()));
        assert_eq!(receiver.join().unwrap().len(), 1);
    }
}

#[test]
fn silence_ends_with_the_timeout() {
    let (address, receiver) = receiver(&[None]);
    let sink = WebhookSink::new(&address, Duration::from_millis(200)).unwrap();
    let (attempts, _) = failure(&sink.send(&alert()).unwrap_err());
    assert_eq!((attempts, receiver.join().unwrap().len()), (1, 1));
}

#[test]
fn secrets_are_not_told() {
    let address = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/hook/secret-token", listener.local_addr().unwrap())
    };
    let sink = sink(&address).header("authorization", "Bearer 4f2a").unwrap();
    let error = sink.send(&alert()).unwrap_err();
    let mut told = format!("{sink:?} {error} {error:?}");
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        told = format!("{told} {cause} {cause:?}");
        source = cause.source();
    }
    assert!(told.contains("127.0.0.1"), "{told}");
    assert!(!told.contains("secret") && !told.contains("4f2a"), "{told}");
}

#[test]
fn an_address_has_to_be_one() {
    let second = Duration::from_secs(1);
    for wrong in ["", "alerts.example/hook", "ftp://alerts.example", "http://", "http:///hook", "a b"] {
        let error = WebhookSink::new(wrong, second).unwrap_err();
        assert!(matches!(error, Error::Parameter { what: "webhook", .. }), "{wrong}: {error}");
    }
    let error = WebhookSink::new("http://localhost", Duration::ZERO).unwrap_err();
    assert!(matches!(error, Error::Parameter { what: "timeout of a webhook", .. }));
    let sink = || WebhookSink::new("http://localhost", second).unwrap();
    assert!(matches!(sink().header("a b", "c"), Err(Error::Parameter { what: "header", .. })));
    assert!(matches!(sink().header("a", "b\r\nc: d"), Err(Error::Parameter { .. })));
}
