//! Tells when a file has changed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

/// Changes that follow each other within this time are one: an editor saves in several steps.
const SETTLE: Duration = Duration::from_millis(50);

/// Nor does a change wait longer than this many times [`SETTLE`] for the next one.
const BURST: usize = 20;

/// What a Kubernetes volume renames when its files change; the files themselves are links through it.
const VOLUME_LINK: &str = "..data";

/// Watches until it is dropped.
#[derive(Debug)]
pub struct Watcher {
    /// Dropping it ends the channel, and with it the thread that calls.
    _watcher: RecommendedWatcher,
}

/// The system refuses to watch.
#[derive(Debug, thiserror::Error)]
#[error("could not watch {path} for changes: {source}", path = path.display())]
pub struct WatchError {
    /// The folder.
    pub path: PathBuf,
    /// Why.
    pub source: notify::Error,
}

/// Calls `on_change` after one of the files has been written, replaced, created or removed; once for changes
/// in quick succession. It is called on a thread of its own.
///
/// The folders of the files are watched rather than the files: many editors save by renaming a new file over
/// the old one, and a watch on the old one would see nothing any more.
///
/// # Errors
/// When the system refuses to watch a folder.
///
/// ```no_run
/// use mockforge_ws_config::{Environment, Flags, load, watch};
///
/// let config = load(&Flags::default(), &Environment::real())?;
/// let watcher = watch(config.files(), || println!("something has changed"))?;
/// # drop(watcher);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn watch(files: &[PathBuf], on_change: impl FnMut() + Send + 'static) -> Result<Watcher, WatchError> {
    let names: BTreeSet<PathBuf> = files.iter().flat_map(|file| [absolute(file), file.clone()]).collect();
    let folders: BTreeSet<PathBuf> = names.iter().filter_map(|file| folder(file)).collect();
    let (changes, told) = channel();
    let handler = move |event: notify::Result<Event>| {
        if concerns(&event, &names) {
            // The receiver is gone only when the watcher is being dropped.
            let _ = changes.send(());
        }
    };
    let refused = |path: &Path| {
        let path = path.to_path_buf();
        move |source| WatchError { path, source }
    };
    let mut watcher = notify::recommended_watcher(handler).map_err(refused(Path::new("files")))?;
    for folder in &folders {
        watcher.watch(folder, RecursiveMode::NonRecursive).map_err(refused(folder))?;
    }
    thread::spawn(move || call(&told, on_change));
    Ok(Watcher { _watcher: watcher })
}

/// With links and dots resolved in the folder, as the system reports it; the file itself may be a link that
/// is replaced.
fn absolute(file: &Path) -> PathBuf {
    match (folder(file).and_then(|folder| folder.canonicalize().ok()), file.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => file.to_path_buf(),
    }
}

fn folder(file: &Path) -> Option<PathBuf> {
    let folder = file.parent()?;
    Some(if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_path_buf() })
}

/// Whether an event may have changed one of the files. An error may have hidden anything.
fn concerns(event: &notify::Result<Event>, files: &BTreeSet<PathBuf>) -> bool {
    match event {
        Ok(event) if matches!(event.kind, EventKind::Access(_)) => false,
        Ok(event) => {
            let ours = |path: &PathBuf| files.contains(path) || path.ends_with(VOLUME_LINK);
            event.need_rescan() || event.paths.iter().any(ours)
        }
        Err(_) => true,
    }
}

/// Calls once for each burst of changes, until nobody can tell of changes any more.
fn call(told: &Receiver<()>, mut on_change: impl FnMut()) {
    while told.recv().is_ok() {
        for _ in 0..BURST {
            match told.recv_timeout(SETTLE) {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        on_change();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{AccessKind, CreateKind, Flag, ModifyKind};

    #[test]
    fn only_changes_of_the_files_count() {
        let files = BTreeSet::from([PathBuf::from("/a/b.yaml")]);
        let check = |event: Event, wanted| assert_eq!(concerns(&Ok(event), &files), wanted);
        let modified = || Event::new(EventKind::Modify(ModifyKind::Any));
        check(modified().add_path("/a/b.yaml".into()), true);
        check(modified().add_path("/a/.b.yaml.swp".into()), false);
        check(Event::new(EventKind::Create(CreateKind::File)).add_path("/a/b.yaml".into()), true);
        check(Event::new(EventKind::Create(CreateKind::Any)).add_path("/a/..data".into()), true);
        check(Event::new(EventKind::Access(AccessKind::Any)).add_path("/a/b.yaml".into()), false);
        check(Event::new(EventKind::Other).set_flag(Flag::Rescan), true);
        assert!(concerns(&Err(notify::Error::generic("lost")), &files));
    }

    #[test]
    fn a_burst_is_one_call_and_the_end_ends_the_thread() {
        let (changes, told) = channel();
        let (calls, called) = channel();
        (0..10).for_each(|_| changes.send(()).unwrap());
        let thread = thread::spawn(move || call(&told, || calls.send(()).unwrap()));
        called.recv().unwrap();
        drop(changes);
        thread.join().unwrap();
        assert!(called.try_recv().is_err(), "ten changes at once are one");
    }
}
