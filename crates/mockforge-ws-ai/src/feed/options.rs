//! What a feed is to do.

use std::sync::Arc;

use super::Budget;
use crate::prompt::Brief;

/// For how many seconds of events a page is, and for how many there are to be events while the next is written.
const PAGE_SECONDS: f64 = 10.0;
const AHEAD_SECONDS: f64 = 5.0;

/// The fewest events of a page: what a request says costs more than these.
const LEAST_PAGE: usize = 5;

/// The brief, and how it is kept to.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedOptions {
    /// What is asked for. With an [`event_count`](Brief::event_count) the feed ends there.
    pub brief: Brief,
    /// The model's name, for facts.
    pub model: Arc<str>,
    /// Whether clients are answered when the events of the story have been told: without an
    /// [`event_count`](Brief::event_count) there is nothing but answers.
    pub is_interactive: bool,
    /// The next page is asked for when fewer events wait.
    pub ahead: usize,
    /// The most that may be used of the model.
    pub budget: Budget,
}

impl FeedOptions {
    /// Asks for the next page when no event waits, whatever it costs.
    pub fn new(brief: Brief) -> Self {
        Self { brief, model: Arc::from("model"), is_interactive: false, ahead: 1, budget: Budget::default() }
    }

    /// Makes pages for some seconds of events at so many a second, and asks for the next one early enough. Pages do
    /// not get longer than the brief says.
    ///
    /// ```
    /// use mockforge_ws_ai::FeedOptions;
    /// use mockforge_ws_ai::prompt::Brief;
    ///
    /// let options = |rate| FeedOptions::new(Brief::new("A quiet chat about tea.")).paced(rate);
    /// assert_eq!((options(1.0).brief.page_events, options(1.0).ahead), (10, 5));
    /// assert_eq!((options(0.1).brief.page_events, options(0.1).ahead), (5, 1));
    /// assert_eq!((options(50.0).brief.page_events, options(50.0).ahead), (20, 20));
    /// ```
    #[must_use]
    pub fn paced(mut self, rate: f64) -> Self {
        let events = |seconds: f64| (rate * seconds).ceil().max(1.0) as usize;
        let most = self.brief.page_events.max(1);
        self.brief.page_events = events(PAGE_SECONDS).max(LEAST_PAGE).min(most);
        self.ahead = events(AHEAD_SECONDS).min(most);
        self
    }
}
