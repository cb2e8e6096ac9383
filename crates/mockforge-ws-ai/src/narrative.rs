//! What a sentence such as "Simulate 5 minutes of live stock trading" says: the domain, how much, how fast, and
//! who and what is named.

mod domain;
mod mood;
mod names;
pub(crate) mod numeral;
mod quantity;
pub(crate) mod words;

use std::time::Duration;

pub use domain::Domain;
pub use mood::{Mood, Topic};
pub use quantity::{Amount, Crowd};

/// How many characters of a narrative are read; what is beyond is ignored.
const MOST_READ: usize = 20_000;

/// What was understood of a narrative.
///
/// It is read by keywords and patterns of English, with word boundaries, and by nothing cleverer: no language
/// model, no grammar. A negation is not understood, and what is not recognised is left out. Every text can be
/// read; one that says nothing gives [`Domain::Generic`] and empty lists.
///
/// ```
/// use std::time::Duration;
///
/// use mockforge_ws_ai::{Domain, Mood, Narrative};
///
/// let text = "Simulate 5 minutes of volatile stock market trading in AAPL, MSFT and BTC-USD \
///             with 20 events at 2 per second";
/// let narrative = Narrative::read(text);
/// assert_eq!(narrative.domain, Domain::MarketData);
/// assert_eq!(narrative.duration, Some(Duration::from_secs(300)));
/// assert_eq!(narrative.count, Some(20));
/// assert_eq!(narrative.per_second, Some(2.0));
/// assert_eq!(narrative.symbols, ["AAPL", "MSFT", "BTC-USD"]);
/// assert_eq!(narrative.moods, [Mood::Volatile]);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Narrative {
    /// What it is about.
    pub domain: Domain,
    /// How many events are asked for.
    pub count: Option<u64>,
    /// How long it goes on.
    pub duration: Option<Duration>,
    /// Events a second: "every 200 ms" is 5.
    pub per_second: Option<f64>,
    /// Names of people, as written.
    pub people: Vec<String>,
    /// Names of financial instruments: tickers and pairs.
    pub symbols: Vec<String>,
    /// Names of the teams of a match, in their order.
    pub teams: Vec<String>,
    /// Things and people that are counted: "12 sensors".
    pub crowds: Vec<Crowd>,
    /// Cities, and rooms in which devices stand.
    pub places: Vec<String>,
    /// Sums of money.
    pub amounts: Vec<Amount>,
    /// How things are going.
    pub moods: Vec<Mood>,
    /// What a conversation is about.
    pub topic: Option<Topic>,
}

impl Narrative {
    /// Reads a narrative. It takes time in proportion to the text, of which the first 20,000 characters count.
    pub fn read(text: &str) -> Self {
        let text = head(text);
        let words = words::Words::of(text);
        let domain = domain::read(&words);
        let quantities = quantity::read(text);
        let named = names::read(text, domain);
        Self {
            domain,
            count: quantities.count,
            duration: quantities.duration,
            per_second: quantities.per_second,
            people: named.people,
            symbols: named.symbols,
            teams: named.teams,
            crowds: quantities.crowds,
            places: named.places,
            amounts: quantities.amounts,
            moods: mood::moods(&words),
            topic: mood::topic(&words),
        }
    }

    /// Whether this mood is in it.
    pub(crate) fn is(&self, mood: Mood) -> bool {
        self.moods.contains(&mood)
    }

    /// How many of the things with one of these names are asked for.
    pub(crate) fn crowd(&self, nouns: &[&str]) -> Option<usize> {
        let crowd = self.crowds.iter().find(|crowd| nouns.contains(&crowd.noun.as_str()))?;
        usize::try_from(crowd.count).ok()
    }
}

/// The financial instruments that a text about trading names: by ticker, by pair, or by what people call them.
pub(crate) fn symbols(text: &str) -> Vec<String> {
    names::symbols(head(text), Domain::MarketData)
}

/// What is read of a text.
pub(crate) fn head(text: &str) -> &str {
    text.char_indices().nth(MOST_READ).map_or(text, |(end, _)| &text[..end])
}
