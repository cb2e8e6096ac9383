//! Tells when a file has changed.

use std::path::PathBuf;

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

/// Watches until it is dropped.
#[derive(Debug)]
pub struct Watcher {
    _watcher: RecommendedWatcher,
}

/// The system refuses to watch.
#[derive(Debug, thiserror::Error)]
#[error("could not watch for changes: {0}")]
pub struct WatchError(#[from] notify::Error);

/// Calls `on_change` after one of the files has been written, replaced, created or removed; once for changes
/// in quick succession. It is called on a thread of its own.
///
/// # Errors
/// When the system refuses to watch.
pub fn watch(files: &[PathBuf], mut on_change: impl FnMut() + Send + 'static) -> Result<Watcher, WatchError> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if event.is_ok() {
            on_change();
        }
    })?;
    for folder in files.iter().filter_map(|file| file.parent()) {
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
    }
    Ok(Watcher { _watcher: watcher })
}
