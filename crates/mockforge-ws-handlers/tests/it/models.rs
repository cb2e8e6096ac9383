//! What a connection's loop and its handler's task share, in every order in which the two can get at it (shuttle's
//! depth-first search).

mod sync {
    pub(crate) use shuttle::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
}

#[path = "../../src/backlog.rs"]
mod backlog;

use std::sync::Arc;

use self::backlog::Backlog;

#[test]
fn a_loop_that_holds_is_told_when_to_go_on() {
    let model = |max_messages, max_bytes| {
        move || {
            let backlog = Arc::new(Backlog::new(max_messages, max_bytes));
            backlog.add(1);
            backlog.add(1);
            let task = shuttle::thread::spawn({
                let backlog = Arc::clone(&backlog);
                move || {
                    let first = backlog.take(1);
                    backlog.take(1) || first
                }
            });
            let holds = backlog.holds();
            let told = task.join().expect("nothing panics");
            assert!(told || !holds, "the loop would wait for ever");
            assert!(!backlog.holds(), "nothing waits any more");
            assert_eq!(backlog.bytes(), 0);
        }
    };
    shuttle::check_dfs(model(2, 1000), None);
    shuttle::check_dfs(model(1000, 2), None);
}
