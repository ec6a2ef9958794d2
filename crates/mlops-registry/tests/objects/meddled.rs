//! A store in memory that does to chosen requests what networks and clouds do.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt as _, StreamExt as _, TryFutureExt as _, TryStreamExt as _};
use mlops_registry::artifact::object_store::memory::InMemory;
use mlops_registry::artifact::object_store::path::Path;
use mlops_registry::artifact::object_store::{
    CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, UploadPart,
};
use parking_lot::Mutex;

/// What is asked of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Put,
    Begin,
    Part,
    Complete,
    Abort,
    Get,
    Head,
    Delete,
    List,
}

/// What becomes of it.
#[derive(Clone, Debug)]
pub(crate) enum Fate {
    Done,
    /// Nothing is done.
    Fails(Failure),
    /// It is done, but who asked does not get to know.
    DoneAndFails(Failure),
    /// No answer comes.
    Hangs,
    /// The client has a bug.
    Panics,
    /// Of the bytes only so many come, and then the connection breaks.
    Breaks(usize),
    /// Of the bytes only so many come, and then nobody says why.
    Ends(usize),
    /// The byte there is another one.
    Flips(usize),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Failure {
    Reset,
    Forbidden,
    Unknown,
    NoBucket,
    Unsupported,
}

impl Failure {
    fn error(self) -> Error {
        let path = "an object".to_owned();
        match self {
            Self::Reset => broken(),
            Self::Forbidden => Error::PermissionDenied { path, source: "AccessDenied".into() },
            Self::Unknown => Error::Unauthenticated { path, source: "InvalidAccessKeyId".into() },
            Self::NoBucket => Error::NotFound { path, source: "<Code>NoSuchBucket</Code>".into() },
            Self::Unsupported => {
                Error::NotImplemented { operation: "it".to_owned(), implementer: "me".to_owned() }
            }
        }
    }
}

fn broken() -> Error {
    let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    Error::Generic { store: "meddled", source: Box::new(reset) }
}

type Rule = Box<dyn FnMut(usize, Asked, &Path) -> Fate + Send>;

/// Everything that was asked, in order: what, of which object, and which of its bytes.
pub(crate) type Log = Vec<(Asked, String, Option<Range<u64>>)>;

#[derive(Clone)]
pub(crate) struct Meddled {
    inner: Arc<InMemory>,
    state: Arc<State>,
}

struct State {
    rule: Mutex<Rule>,
    /// How much older than they are objects look whose names begin so.
    older: Mutex<Vec<(String, Duration)>>,
    log: Mutex<Log>,
    /// Parts that are on their way, and the most that were at once.
    parts: (AtomicUsize, AtomicUsize),
    /// The longest part or object that was put.
    longest: AtomicUsize,
}

impl Meddled {
    /// A store that does what it is asked.
    pub(crate) fn new() -> Self {
        let state = State {
            rule: Mutex::new(Box::new(|_, _, _| Fate::Done)),
            older: Mutex::default(),
            log: Mutex::default(),
            parts: Default::default(),
            longest: AtomicUsize::default(),
        };
        Self { inner: Arc::default(), state: Arc::new(state) }
    }

    /// From now on each request has the fate that `rule` gives it. Requests are counted from 0.
    pub(crate) fn meddle(&self, rule: impl FnMut(usize, Asked, &Path) -> Fate + Send + 'static) {
        self.state.log.lock().clear();
        *self.state.rule.lock() = Box::new(rule);
    }

    /// Fails the request with this number.
    pub(crate) fn fail(&self, number: usize, fate: Fate) {
        self.meddle(move |count, _, _| if count == number { fate.clone() } else { Fate::Done });
    }

    /// From now on objects whose names begin so look older than they are.
    pub(crate) fn age(&self, below: &str, by: Duration) {
        self.state.older.lock().push((below.to_owned(), by));
    }

    pub(crate) fn log(&self) -> Log {
        self.state.log.lock().clone()
    }

    /// How often that was asked.
    pub(crate) fn count(&self, asked: Asked) -> usize {
        self.state.log.lock().iter().filter(|(what, ..)| *what == asked).count()
    }

    pub(crate) fn most_parts_at_once(&self) -> usize {
        self.state.parts.1.load(Ordering::SeqCst)
    }

    pub(crate) fn longest_put(&self) -> usize {
        self.state.longest.load(Ordering::SeqCst)
    }

    /// Everything that is there.
    pub(crate) fn objects(&self) -> Vec<String> {
        let listed = self.inner.list(None).try_collect::<Vec<_>>().now_or_never();
        listed
            .expect("memory is always ready")
            .unwrap()
            .into_iter()
            .map(|object| object.location.to_string())
            .collect()
    }

    /// What is behind the meddling.
    pub(crate) fn behind(&self) -> Arc<InMemory> {
        Arc::clone(&self.inner)
    }
}

impl State {
    fn aged(&self, mut object: ObjectMeta) -> ObjectMeta {
        for (below, by) in self.older.lock().iter() {
            if object.location.as_ref().starts_with(below) {
                object.last_modified -= *by;
            }
        }
        object
    }

    fn ask(&self, asked: Asked, object: &Path, range: Option<Range<u64>>) -> Fate {
        let number = {
            let mut log = self.log.lock();
            log.push((asked, object.to_string(), range));
            log.len() - 1
        };
        (self.rule.lock())(number, asked, object)
    }

    /// Does `work` as is its fate.
    async fn meet<T>(&self, fate: Fate, work: impl Future<Output = Result<T>>) -> Result<T> {
        match fate {
            Fate::Fails(failure) => Err(failure.error()),
            Fate::DoneAndFails(failure) => {
                work.await?;
                Err(failure.error())
            }
            Fate::Hangs => std::future::pending().await,
            Fate::Panics => panic!("the client of this test panics"),
            Fate::Done | Fate::Breaks(_) | Fate::Ends(_) | Fate::Flips(_) => work.await,
        }
    }
}

#[async_trait]
impl ObjectStore for Meddled {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        self.state.longest.fetch_max(payload.content_length(), Ordering::SeqCst);
        let fate = self.state.ask(Asked::Put, location, None);
        self.state.meet(fate, self.inner.put_opts(location, payload, opts)).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        opts: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let fate = self.state.ask(Asked::Begin, location, None);
        let inner = self.state.meet(fate, self.inner.put_multipart_opts(location, opts)).await?;
        Ok(Box::new(Upload { inner, object: location.clone(), state: Arc::clone(&self.state) }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let asked = if options.head { Asked::Head } else { Asked::Get };
        let range = options.range.clone().map(|range| range.as_range(u64::MAX).expect("a range"));
        let fate = self.state.ask(asked, location, range);
        let mut found = self.state.meet(fate.clone(), self.inner.get_opts(location, options)).await?;
        let bytes: Vec<Bytes> = match found.payload {
            GetResultPayload::Stream(bytes) => bytes.try_collect().await?,
            GetResultPayload::File(..) => panic!("memory has no files"),
        };
        let mut bytes = bytes.concat();
        let mut end = None;
        match fate {
            Fate::Breaks(at) => {
                bytes.truncate(at);
                end = Some(Err(broken()));
            }
            Fate::Ends(at) => bytes.truncate(at),
            Fate::Flips(at) if at < bytes.len() => bytes[at] ^= 1,
            _ => {}
        }
        found.meta = self.state.aged(found.meta);
        // As they come from a network: in pieces.
        let pieces: Vec<_> = bytes.chunks(100_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        found.payload = GetResultPayload::Stream(stream::iter(pieces.into_iter().chain(end)).boxed());
        Ok(found)
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let this = self.clone();
        locations
            .and_then(move |location| {
                let this = this.clone();
                async move {
                    let fate = this.state.ask(Asked::Delete, &location, None);
                    let one = stream::once(std::future::ready(Ok(location))).boxed();
                    let deleted = this.inner.delete_stream(one).try_collect::<Vec<_>>();
                    this.state.meet(fate, deleted).await.map(|mut deleted| deleted.remove(0))
                }
            })
            .boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let (this, prefix) = (self.clone(), prefix.cloned());
        let listed = async move {
            let fate = this.state.ask(Asked::List, &prefix.clone().unwrap_or_default(), None);
            let objects = this.inner.list(prefix.as_ref()).try_collect::<Vec<_>>();
            let mut objects = this.state.meet(fate, objects).await?;
            // In no order that anyone could rely on.
            objects.sort_by_key(|object| object.location.as_ref().bytes().rev().collect::<Vec<u8>>());
            Ok(stream::iter(objects.into_iter().map(move |object| Ok(this.state.aged(object)))))
        };
        listed.try_flatten_stream().boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

#[derive(Debug)]
struct Upload {
    inner: Box<dyn MultipartUpload>,
    object: Path,
    state: Arc<State>,
}

#[async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let state = Arc::clone(&self.state);
        state.longest.fetch_max(data.content_length(), Ordering::SeqCst);
        let at_once = state.parts.0.fetch_add(1, Ordering::SeqCst) + 1;
        state.parts.1.fetch_max(at_once, Ordering::SeqCst);
        let fate = state.ask(Asked::Part, &self.object, None);
        let part = self.inner.put_part(data);
        async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let sent = state.meet(fate, part).await;
            state.parts.0.fetch_sub(1, Ordering::SeqCst);
            sent
        }
        .boxed()
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let fate = self.state.ask(Asked::Complete, &self.object, None);
        let state = Arc::clone(&self.state);
        state.meet(fate, self.inner.complete()).await
    }

    async fn abort(&mut self) -> Result<()> {
        let fate = self.state.ask(Asked::Abort, &self.object, None);
        let state = Arc::clone(&self.state);
        state.meet(fate, self.inner.abort()).await
    }
}

impl fmt::Debug for Meddled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Meddled")
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("State")
    }
}

impl fmt::Display for Meddled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("meddled")
    }
}
