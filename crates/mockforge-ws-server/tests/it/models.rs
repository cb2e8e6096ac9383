//! What connections share, in every order in which two threads can get at it (shuttle's depth-first search).

mod sync {
    pub(crate) use shuttle::sync::{Mutex, MutexGuard};
}

#[path = "../../src/lobby.rs"]
mod lobby;

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;

use self::lobby::Lobby;

fn in_every_order(model: impl Fn() + Send + Sync + 'static) {
    shuttle::check_dfs(model, None);
}

#[test]
fn whoever_is_attended_to_again_is_not_in_the_lobby() {
    in_every_order(|| {
        let lobby = Lobby::new(1, Duration::ZERO);
        let seat = Arc::new(lobby.enter().now_or_never().expect("a seat is free"));
        let first = seat.attend();
        // One request of an HTTP/2 connection is over while the next one comes.
        let over = shuttle::thread::spawn(move || drop(first));
        let next = seat.attend();
        over.join().expect("nothing panics");
        assert!(!seat.is_taken());
        assert_eq!(lobby.make_room(9), 0, "nobody is here to be sent away");
        drop(next);
        assert!(seat.is_taken());
        assert_eq!(lobby.make_room(9), 1);
        assert!(seat.sent_away().now_or_never().is_some());
    });
}

#[test]
fn two_who_leave_at_once_free_two_seats() {
    in_every_order(|| {
        let lobby = Lobby::new(2, Duration::from_secs(3600));
        let enter = || lobby.enter().now_or_never();
        let (one, two) = (enter().expect("a seat"), enter().expect("a seat"));
        let gone = shuttle::thread::spawn(move || drop(one));
        drop(Arc::new(two).attend());
        gone.join().expect("nothing panics");
        assert!(enter().is_some() && enter().is_some());
    });
}
