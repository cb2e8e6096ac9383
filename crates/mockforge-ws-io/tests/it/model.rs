//! A language model that takes its time, asked from within the loop.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{SinkExt, stream};
use mockforge_ws_ai::prompt::Brief;
use mockforge_ws_ai::{AiMode, AiOptions, Generation, Llm, Piece, Request, Source};
use mockforge_ws_core::{Hello, Message, Mode, Opening};
use tokio::time::Instant;

use crate::{Facts, next, start};

/// Writes an event of its page each two seconds, for as long as it is listened to.
#[derive(Debug, Default)]
struct Slow {
    open: Arc<AtomicUsize>,
}

struct Open(Arc<AtomicUsize>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Llm for Slow {
    fn name(&self) -> &str {
        "slow/1"
    }

    fn generate(&self, request: Request) -> Generation {
        let heard = request.turns.iter().any(|turn| turn.text.contains("how are you"));
        self.open.fetch_add(1, Ordering::Relaxed);
        let open = Open(Arc::clone(&self.open));
        Box::pin(stream::unfold((open, 0), move |(open, number)| async move {
            if number == 10 {
                return None;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
            let text = match number % 2 {
                0 => format!("{{\"heard\":{heard},\"n\":"),
                _ => format!("{}}}\n", number / 2),
            };
            Some((Ok(Piece::Text(text)), (open, number + 1)))
        }))
    }
}

#[tokio::test(start_paused = true)]
async fn events_leave_while_the_model_writes_and_the_client_is_heard_meanwhile() {
    let (slow, facts) = (Slow::default(), Facts::default());
    let open = Arc::clone(&slow.open);
    let brief = Brief { page_events: 5, ..Brief::new("a chat") };
    let mode = AiMode::new(AiOptions::new(Source::model(Arc::new(slow), brief))).unwrap();
    let Opening::Accept(accept) = mode.open(&Hello::new("/ws")) else { panic!("it accepts everybody") };
    let began = Instant::now();
    let (mut client, task) = start(accept.session, &facts.context()).await;

    for n in 0..5 {
        let event = format!("{{\"heard\":false,\"n\":{n}}}");
        assert_eq!(next(&mut client).await, Some(Message::text(event)));
        assert_eq!(began.elapsed().as_secs(), 2 * n + 2);
        if n == 0 {
            client.send(Message::text("how are you?")).await.unwrap();
            tokio::time::sleep(Duration::from_millis(1)).await;
            let facts = facts.taken();
            assert!(facts.last().is_some_and(|fact| fact.contains("received")), "{facts:?}");
        }
    }
    assert_eq!(next(&mut client).await, Some(Message::text("{\"heard\":true,\"n\":0}")));
    assert_eq!((began.elapsed().as_secs(), open.load(Ordering::Relaxed)), (12, 1));
    let told = facts.taken();
    assert!(told.iter().any(|fact| fact.contains(r#""fact":"ai_answered""#)), "{told:?}");

    client.close(None).await.unwrap();
    task.await.unwrap();
    assert_eq!(open.load(Ordering::Relaxed), 0);
}
