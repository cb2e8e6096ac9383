//! Who and what is named: people, instruments, teams, places.

use std::sync::LazyLock;

use regex::Regex;

use super::Domain;
use crate::bank;

/// How many names of a kind are kept.
const MOST_KEPT: usize = 32;
/// A longer word is no name.
const LONGEST: usize = 40;

#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) people: Vec<String>,
    pub(super) symbols: Vec<String>,
    pub(super) teams: Vec<String>,
    pub(super) places: Vec<String>,
}

/// A capitalised name.
const NAME: &str = r"\p{Lu}[\p{Ll}'’]+(?:-\p{Lu}\p{Ll}+)?";
/// Several, with what joins them.
const LIST: &str = r"(?:,\s*(?:and\s+)?|\s+(?:and|&|or)\s+)";

/// Words that introduce people.
const CUES: &str = "\
    between|among|users?|named|called|customers?|agents?|players?|drivers?|riders?|friends?|\
    members?|colleagues?|participants?|bidders?|couriers?|buyers?|sellers?|students?|engineers?|\
    developers?|gamers?|streamers?";

/// Capitalised names after a word that introduces people: "between Alice and Bob", "user Carol".
static PEOPLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(r"\b(?i:{CUES})\s+(?<names>{NAME}(?:{LIST}{NAME})*)"))
        .expect("the pattern is well-formed")
});
static ONE_NAME: LazyLock<Regex> = LazyLock::new(|| Regex::new(NAME).expect("the pattern is well-formed"));
/// "Arsenal vs Chelsea", "Manchester City - Real Madrid" is not read.
static VERSUS: LazyLock<Regex> = LazyLock::new(|| {
    let team = r"(?:\p{Lu}[\p{L}\d.'’&-]*)(?:\s+\p{Lu}[\p{L}\d.'’&-]*){0,3}";
    Regex::new(&format!(
        r"(?<home>{team})\s+(?:vs?\.?|versus|against|plays|play)\s+(?:the\s+)?(?<away>{team})"
    ))
    .expect("the pattern is well-formed")
});
/// "between Arsenal and Chelsea"
static BETWEEN: LazyLock<Regex> = LazyLock::new(|| {
    let team = r"\p{Lu}[\p{L}\d.'’&-]*(?:\s+\p{Lu}[\p{L}\d.'’&-]*){0,3}";
    Regex::new(&format!(
        r"\b(?i:between|from)\s+(?:the\s+)?(?<home>{team})\s+(?:and|to)\s+(?:the\s+)?(?<away>{team})"
    ))
    .expect("the pattern is well-formed")
});
/// "AAPL", "BTC-USD", "EUR/USD", "$F"
static SYMBOL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\$(?<dollar>[A-Z]{1,5})\b|\b(?<symbol>[A-Z]{2,6}(?:[-/][A-Z]{3,5})?)\b")
        .expect("the pattern is well-formed")
});

/// Words in capitals that are no instruments.
const NO_SYMBOLS: &str = "\
    AI,AM,API,AWS,CEO,CET,CPU,CSV,DNS,EDT,EST,ETA,ETF,EU,EUR,EV,FIFO,FPS,FX,GBP,GMT,\
    GPS,GPU,HTTP,ID,IOT,IP,IPO,IT,JPY,JSON,LIVE,LLM,MMO,NASDAQ,NBA,NFL,NHL,NO,NOT,NYC,\
    NYSE,OHLC,OK,OR,AND,THE,PM,RAM,REST,RPG,SLA,SQL,TV,UI,UK,US,USA,USD,UTC,VIP,VR,\
    VWAP,XML,YAML,CHF,INR,ALL,BUY,SELL,BID,ASK,IN,AT,OF,TO,BY,FOR,WITH,OTC,SEC,SSE,WS,\
    URL,UUID";

/// Words with a capital that begin a sentence or a title and belong to no name.
const NO_NAMES: &str = "\
    Simulate,Generate,Stream,Create,Produce,Send,Emit,Show,Make,Mock,Fake,Play,Model,Give,\
    Live,The,An,Please,Football,Soccer,Basketball,Tennis,Hockey,Rugby,Baseball,Cricket,Match,\
    Game,Derby,Premier,League,Cup,Final,World,Champions,Score,Scores,Updates,Monday,Tuesday,\
    Wednesday,Thursday,Friday,Saturday,Sunday,January,February,March,April,May,June,July,August,\
    September,October,November,December,Every,Each,When,While,Then,During,With,From,Between,\
    Users,User,Customer,Customers,Players,Player,Group,Chat,Support,Agent,Team,Teams,Slack,\
    Discord,Twitter,Black,Internet,Things,This,That,They,It,In,On,At,As,And,For,Our,We,You,\
    Events,Event";

pub(super) fn read(text: &str, domain: Domain) -> Names {
    let mut names = Names { symbols: symbols(text, domain), places: places(text), ..Names::default() };
    if domain == Domain::Scores {
        names.teams = teams(text);
    }
    names.people = people(text, &names);
    // Two players of a single are the sides of their match.
    if names.teams.is_empty() && domain == Domain::Scores && names.people.len() == 2 {
        names.teams.clone_from(&names.people);
    }
    names
}

fn has(bank: &'static str, word: &str) -> bool {
    bank::parts(bank).any(|part| part == word)
}

fn push(list: &mut Vec<String>, name: &str) {
    if list.len() < MOST_KEPT && name.chars().count() <= LONGEST && !list.iter().any(|other| other == name) {
        list.push(name.to_string());
    }
}

pub(super) fn symbols(text: &str, domain: Domain) -> Vec<String> {
    let mut symbols = Vec::new();
    // In a text that shouts, capitals tell nothing.
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let shouted = 2 * text.chars().filter(|c| c.is_uppercase()).count() > letters && letters > 40;
    let known = |word: &str| bank::INSTRUMENTS.iter().find(|(symbol, ..)| *symbol == word);
    let also =
        |word: &str| bank::INSTRUMENTS.iter().find(|(_, names, _)| names.split(',').any(|name| name == word));
    let mut found: Vec<(usize, String)> = Vec::new();
    for symbol in SYMBOL.captures_iter(text) {
        let dollar = symbol.name("dollar").is_some();
        let Some(word) = symbol.name("dollar").or(symbol.name("symbol")) else { continue };
        let text = word.as_str();
        if dollar || known(text).is_some() {
            found.push((word.start(), text.to_string()));
        } else if let Some((symbol, ..)) = also(text).filter(|_| domain == Domain::MarketData) {
            found.push((word.start(), (*symbol).to_string()));
        } else if domain == Domain::MarketData && !shouted && !has(NO_SYMBOLS, text) {
            found.push((word.start(), text.to_string()));
        }
    }
    if domain == Domain::MarketData {
        let lower = text.to_ascii_lowercase();
        for (symbol, names, _) in bank::INSTRUMENTS {
            for name in names.split(',').filter(|name| name.chars().any(|c| c.is_ascii_lowercase())) {
                if let Some(at) = position(&lower, &name.to_ascii_lowercase()) {
                    found.push((at, (*symbol).to_string()));
                }
            }
        }
    }
    found.sort();
    for (_, symbol) in &found {
        push(&mut symbols, symbol);
    }
    symbols
}

/// Where a word stands in a text, at word boundaries.
fn position(text: &str, word: &str) -> Option<usize> {
    let bounded = |at: &usize| {
        let (before, after) = (&text[..*at], &text[at + word.len()..]);
        !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric)
    };
    text.match_indices(word).map(|(at, _)| at).find(bounded)
}

/// Known cities with their capitals, and sites in any case.
fn places(text: &str) -> Vec<String> {
    let mut found: Vec<(usize, &str)> = Vec::new();
    for (city, ..) in bank::CITIES {
        found.extend(position(text, city).map(|at| (at, *city)));
    }
    let lower = text.to_ascii_lowercase();
    for site in bank::parts(bank::SITES) {
        found.extend(position(&lower, site).map(|at| (at, site)));
    }
    found.sort_unstable();
    let mut places = Vec::new();
    for (_, place) in found {
        push(&mut places, place);
    }
    places
}

fn people(text: &str, names: &Names) -> Vec<String> {
    let mut found: Vec<(usize, &str)> = Vec::new();
    let other = |name: &str| {
        has(NO_NAMES, name)
            || names.places.iter().chain(&names.teams).any(|known| known.split(' ').any(|word| word == name))
            || bank::INSTRUMENTS.iter().any(|(_, also, _)| also.split(',').any(|known| known == name))
            || bank::CITIES.iter().any(|(city, ..)| *city == name)
    };
    for list in PEOPLE.captures_iter(text).filter_map(|found| found.name("names")) {
        for name in ONE_NAME.find_iter(list.as_str()).filter(|name| !other(name.as_str())) {
            found.push((list.start() + name.start(), name.as_str()));
        }
    }
    for name in ONE_NAME.find_iter(text).filter(|name| has(bank::FIRST_NAMES, owner(name.as_str()))) {
        if !other(owner(name.as_str())) {
            found.push((name.start(), name.as_str()));
        }
    }
    found.sort_unstable();
    let mut people = Vec::new();
    for (_, name) in found {
        push(&mut people, owner(name));
    }
    people
}

/// A name without the ending of the genitive.
fn owner(name: &str) -> &str {
    name.strip_suffix("'s").or(name.strip_suffix("’s")).unwrap_or(name)
}

fn teams(text: &str) -> Vec<String> {
    let Some(found) = VERSUS.captures(text).or_else(|| BETWEEN.captures(text)) else { return Vec::new() };
    let mut teams = Vec::new();
    for name in [&found["home"], &found["away"]] {
        let words: Vec<&str> = name.split_whitespace().skip_while(|word| has(NO_NAMES, word)).collect();
        let name = words.join(" ");
        let name = name.trim_end_matches(['.', ',', ';']);
        if !name.is_empty() {
            push(&mut teams, name);
        }
    }
    teams
}
