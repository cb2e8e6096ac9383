//! The lobby by the clock. How it fares when much happens at once is in `tests/it/models.rs`.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::time::Instant;

use crate::lobby::Lobby;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn the_oldest_makes_room_when_it_has_had_its_time() {
    let lobby = Lobby::new(2, SECOND);
    let first = lobby.enter().await;
    tokio::time::advance(SECOND / 2).await;
    let second = lobby.enter().await;
    let before = Instant::now();
    let third = lobby.enter().await;
    assert_eq!(before.elapsed(), SECOND / 2, "the first has had half of its time");
    assert!(first.sent_away().now_or_never().is_some());
    assert!(second.sent_away().now_or_never().is_none());
    assert!(third.sent_away().now_or_never().is_none());
    // Who goes by himself makes room at once.
    drop(second);
    let before = Instant::now();
    let _fourth = lobby.enter().await;
    assert_eq!(before.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn who_is_attended_to_takes_no_seat() {
    let lobby = Lobby::new(1, SECOND);
    let first = Arc::new(lobby.enter().await);
    let attended = first.attend();
    let second = lobby.enter().await;
    tokio::time::advance(2 * SECOND).await;
    assert_eq!(lobby.make_room(9), 1, "the second; the first is not here");
    assert!(first.sent_away().now_or_never().is_none());
    // Two requests of HTTP/2 are attended to until the second is.
    drop(first.attend());
    assert!(!first.is_taken());
    drop((attended, second));
    assert!(first.is_taken());
    assert_eq!(lobby.make_room(9), 0, "the first is the newest again, with all of its time");
    tokio::time::advance(SECOND).await;
    assert_eq!(lobby.make_room(9), 1);
    assert!(first.sent_away().now_or_never().is_some());
}
