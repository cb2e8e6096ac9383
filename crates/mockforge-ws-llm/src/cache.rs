//! Answers that are kept, so that the same request costs once.

mod answer;
mod folder;
mod key;

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::Either;
use futures_util::{StreamExt as _, stream};
use mockforge_ws_ai::{Generation, Llm, LlmError, Piece, Request, Usage};

pub use self::folder::FolderStore;

use self::answer::Recording;

/// Where answers are kept. Called where a [`Generation`] is polled, so it should be quick.
pub trait Store: Send + Sync {
    /// What was kept under a key (64 hexadecimal digits); nothing where there is none, or none that can be read.
    fn get(&self, key: &str) -> Option<Vec<u8>>;

    /// Keeps something under a key, in place of what was there.
    ///
    /// # Errors
    /// Where it can't be kept. The answer is given all the same.
    fn put(&self, key: &str, bytes: &[u8]) -> io::Result<()>;
}

/// A model whose answers are kept: the same request is answered again without asking it.
///
/// Requests are the same when all of them is: model, system prompt, turns, schema, temperature, limit and seed. The
/// pieces of a kept answer come at once, cut as they were, with a [`Usage`] of nothing, so that it counts for no budget;
/// [`hits`](Self::hits) says how many there were. What is kept are answers that have ended
/// well and were read to their end, of 4 MiB at most; never one that failed, was dropped, or is empty.
///
/// **Answers are kept in plain text**, and often say again what the narrative said. Requests are not kept, only their
/// SHA-256; keys of providers are no part of either.
///
/// ```
/// use futures_util::{FutureExt, StreamExt, stream};
/// use mockforge_ws_ai::{Generation, Llm, Piece, Request};
/// use mockforge_ws_llm::{Cached, FolderStore};
///
/// #[derive(Debug)]
/// struct Toy;
///
/// impl Llm for Toy {
///     fn name(&self) -> &str {
///         "toy/toy"
///     }
///
///     fn generate(&self, _: Request) -> Generation {
///         Box::pin(stream::iter([Ok(Piece::Text("hello".into()))]))
///     }
/// }
///
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path();
/// let model = Cached::new(Toy, FolderStore::new(path));
/// for hits in [0, 1] {
///     let answer: Vec<_> = model.generate(Request::default()).collect().now_or_never().unwrap();
///     assert_eq!(answer[0], Ok(Piece::Text("hello".into())));
///     assert_eq!(model.hits(), hits);
/// }
/// ```
pub struct Cached<L> {
    llm: Arc<L>,
    shared: Arc<Shared>,
    scope: String,
}

struct Shared {
    store: Box<dyn Store>,
    hits: AtomicU64,
}

impl<L: Llm> Cached<L> {
    /// Keeps the answers of a model in a store.
    pub fn new(llm: L, store: impl Store + 'static) -> Self {
        let shared = Shared { store: Box::new(store), hits: AtomicU64::new(0) };
        Self { llm: Arc::new(llm), shared: Arc::new(shared), scope: String::new() }
    }

    /// What tells the model from others of its name: where it is asked, for one that is not at its provider's usual
    /// address.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = scope.into();
        self
    }

    /// How many answers were not asked for again.
    pub fn hits(&self) -> u64 {
        self.shared.hits.load(Ordering::Relaxed)
    }
}

impl<L: Llm> fmt::Debug for Cached<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cached").field("llm", &self.llm).field("hits", &self.hits()).finish_non_exhaustive()
    }
}

impl<L: Llm + 'static> Llm for Cached<L> {
    fn name(&self) -> &str {
        self.llm.name()
    }

    fn generate(&self, request: Request) -> Generation {
        let key = key::key(self.llm.name(), &self.scope, &request);
        let (llm, shared) = (Arc::clone(&self.llm), Arc::clone(&self.shared));
        let answer = async move {
            match shared.store.get(&key).and_then(|bytes| answer::read(&key, &bytes)) {
                Some(pieces) => {
                    shared.hits.fetch_add(1, Ordering::Relaxed);
                    let free = Piece::Usage(Usage::default());
                    Either::Left(stream::iter(pieces.into_iter().chain([free]).map(Ok)))
                }
                None => Either::Right(recorded(llm.generate(request), shared, key)),
            }
        };
        Box::pin(stream::once(answer).flatten())
    }
}

/// An answer that is kept when it has ended well.
fn recorded(
    answer: Generation,
    shared: Arc<Shared>,
    key: String,
) -> impl stream::Stream<Item = Result<Piece, LlmError>> {
    let recording = Some(Recording::default());
    stream::unfold((answer, recording), move |(mut answer, mut recording)| {
        let (shared, key) = (Arc::clone(&shared), key.clone());
        async move {
            match answer.next().await {
                Some(Ok(piece)) => {
                    recording = recording.and_then(|recording| recording.with(&piece));
                    Some((Ok(piece), (answer, recording)))
                }
                Some(Err(error)) => Some((Err(error), (answer, None))),
                None => {
                    if let Some(bytes) = recording.and_then(|recording| recording.finish(&key))
                        && let Err(error) = shared.store.put(&key, &bytes)
                    {
                        tracing::warn!(%error, "an answer could not be kept in the cache");
                    }
                    None
                }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    use futures_util::FutureExt as _;
    use mockforge_ws_ai::{LlmErrorKind, Turn};

    use super::*;

    /// Answers all requests alike, and counts them.
    #[derive(Debug, Default)]
    struct Fake {
        answer: Vec<Result<Piece, LlmError>>,
        asked: Arc<AtomicU64>,
    }

    impl Llm for Fake {
        fn name(&self) -> &str {
            "toy/fake"
        }

        fn generate(&self, _: Request) -> Generation {
            let (answer, asked) = (self.answer.clone(), Arc::clone(&self.asked));
            // As a real one: asked when it is polled.
            Box::pin(
                stream::once(async move { asked.fetch_add(1, Ordering::Relaxed) })
                    .flat_map(move |_| stream::iter(answer.clone())),
            )
        }
    }

    /// A store in memory, which may be full.
    #[derive(Debug, Default, Clone)]
    struct Kept {
        all: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
        is_full: bool,
    }

    impl Store for Kept {
        fn get(&self, key: &str) -> Option<Vec<u8>> {
            self.all.lock().unwrap().get(key).cloned()
        }

        fn put(&self, key: &str, bytes: &[u8]) -> io::Result<()> {
            if self.is_full {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.all.lock().unwrap().insert(key.into(), bytes.into());
            Ok(())
        }
    }

    fn text(text: &str) -> Result<Piece, LlmError> {
        Ok(Piece::Text(text.into()))
    }

    fn whole() -> Vec<Result<Piece, LlmError>> {
        vec![text("a "), text("b"), Ok(Piece::Usage(Usage { input_tokens: 3, output_tokens: 2 }))]
    }

    /// The same, kept: it uses no tokens.
    fn free() -> Vec<Result<Piece, LlmError>> {
        vec![text("a "), text("b"), Ok(Piece::Usage(Usage::default()))]
    }

    fn cached(answer: Vec<Result<Piece, LlmError>>, store: &Kept) -> (Cached<Fake>, Arc<AtomicU64>) {
        let fake = Fake { answer, ..Fake::default() };
        let asked = Arc::clone(&fake.asked);
        (Cached::new(fake, store.clone()), asked)
    }

    fn request(text: &str) -> Request {
        Request { turns: vec![Turn::user(text)], ..Request::default() }
    }

    fn all(model: &impl Llm, text: &str) -> Vec<Result<Piece, LlmError>> {
        model.generate(request(text)).collect::<Vec<_>>().now_or_never().expect("nothing waits")
    }

    #[test]
    fn the_same_request_costs_once() {
        let store = Kept::default();
        let (model, asked) = cached(whole(), &store);
        assert_eq!(model.name(), "toy/fake");
        for (text, answer) in [("x", whole()), ("y", whole()), ("x", free()), ("x", free())] {
            assert_eq!(all(&model, text), answer);
        }
        assert_eq!((asked.load(Ordering::Relaxed), model.hits()), (2, 2));
        // What is damaged is asked for again, and mended by that.
        store.all.lock().unwrap().values_mut().for_each(|bytes| bytes.truncate(100));
        assert_eq!(all(&model, "x"), whole());
        assert_eq!(all(&model, "x"), free());
        assert_eq!((asked.load(Ordering::Relaxed), model.hits()), (3, 3));
    }

    #[test]
    fn models_of_one_name_at_two_addresses_are_two() {
        let store = Kept::default();
        let (here, asked) = cached(whole(), &store);
        all(&here.scope("http://localhost:8080/v1"), "x");
        let (there, _) = cached(vec![text("c")], &store);
        assert_eq!(all(&there, "x"), [text("c")]);
        assert_eq!((asked.load(Ordering::Relaxed), there.hits()), (1, 0));
    }

    #[test]
    fn only_what_has_ended_well_is_kept() {
        let failure = Err(LlmError::new(LlmErrorKind::Server, "it broke off"));
        for answer in [vec![text("a"), failure.clone()], vec![failure], vec![whole().remove(2)], vec![]] {
            let store = Kept::default();
            let (model, asked) = cached(answer.clone(), &store);
            assert_eq!(all(&model, "x"), answer);
            assert_eq!(all(&model, "x"), answer);
            assert_eq!((asked.load(Ordering::Relaxed), model.hits()), (2, 0));
            assert!(store.all.lock().unwrap().is_empty());
        }
        // Dropped behind its last piece, before its end was seen.
        let store = Kept::default();
        let (model, _) = cached(whole(), &store);
        let begun: Vec<_> = model.generate(request("x")).take(3).collect().now_or_never().unwrap();
        assert_eq!(begun, whole());
        assert!(store.all.lock().unwrap().is_empty());
    }

    #[test]
    fn nothing_is_asked_or_looked_up_before_it_is_polled() {
        let store = Kept::default();
        let (model, asked) = cached(whole(), &store);
        drop(model.generate(request("x")));
        all(&model, "x");
        drop(model.generate(request("x")));
        assert_eq!((asked.load(Ordering::Relaxed), model.hits()), (1, 0));
    }

    #[test]
    fn an_answer_that_can_not_be_kept_is_given() {
        let (model, asked) = cached(whole(), &Kept { is_full: true, ..Kept::default() });
        assert_eq!(all(&model, "x"), whole());
        assert_eq!(all(&model, "x"), whole());
        assert_eq!((asked.load(Ordering::Relaxed), model.hits()), (2, 0));
    }

    #[test]
    fn neither_the_request_nor_its_parts_are_kept() {
        let store = Kept::default();
        let (model, _) = cached(whole(), &store);
        all(&model, "the merger of ACME");
        let kept = store.all.lock().unwrap();
        assert!(
            kept.values().all(|bytes| !String::from_utf8_lossy(bytes).contains("ACME")) && !kept.is_empty()
        );
    }
}
