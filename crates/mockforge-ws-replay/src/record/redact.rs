//! Where secrets stand in a message: rules compiled once, and looked at only where one can apply.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use mockforge_ws_diagnostic::{Key, Problem};
use mockforge_ws_jsonpath::{Dialect, Path};
use mockforge_ws_match::Pattern;
use regex::{Regex, RegexSet};
use serde_json::Value;

use super::Redaction;
use super::leaves::leaves;
use super::members::{self, Found};
use super::secrets::{Secrets, Variable};
use super::sieve::Sieve;

/// What looks like a key, each behind a word without which it cannot be there.
const SHAPES: &[(&[&str], &str)] = &[
    (&["bearer"], r"(?-u:\b)(?i-u:bearer)[ =:]+([A-Za-z0-9._~+/=-]{8,})"),
    (&["basic "], r"(?-u:\b)(?i-u:basic) +([A-Za-z0-9+/]{8,}={0,2})"),
    (&["eyj"], r"(?-u:\b)eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*"),
    (
        &["sk-", "sk_", "pk_", "rk_"],
        r"(?-u:\b)(?:sk-[A-Za-z0-9_-]{16,}|[srp]k_(?:live|test)_[A-Za-z0-9]{10,})",
    ),
    (&["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], r"(?-u:\b)gh[pousr]_[A-Za-z0-9]{20,}"),
    (&["github_pat_"], r"(?-u:\b)github_pat_[A-Za-z0-9_]{20,}"),
    (&["glpat-"], r"(?-u:\b)glpat-[A-Za-z0-9_-]{16,}"),
    (&["xox"], r"(?-u:\b)xox[abeprs]-[A-Za-z0-9-]{10,}"),
    (&["akia", "asia"], r"(?-u:\b)A[KS]IA[0-9A-Z]{16}(?-u:\b)"),
    (&["aiza"], r"(?-u:\b)AIza[0-9A-Za-z_-]{35}"),
    (&["://"], r#"(?-u:\b)[a-z][a-z0-9+.-]*://[^/ \t\r\n:@"]*:([^/ \t\r\n@"]+)@"#),
    (&["-----begin"], r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)-----END [A-Z ]*PRIVATE KEY-----"),
];

/// What a word that has been found calls for.
#[derive(Debug, Clone, Copy)]
enum Needle {
    /// The value of the member of that name.
    Member,
    /// This one of `regexes`.
    Regex(usize),
}

/// The rules of a recorder.
#[derive(Debug)]
pub(super) struct Rules {
    headers: Vec<Glob>,
    query: Vec<String>,
    paths: Vec<Path>,
    /// The regexes of which there is no word to look for.
    any: RegexSet,
    /// All regexes, those of `any` first.
    regexes: Vec<Regex>,
    words: Option<AhoCorasick>,
    needles: Vec<Needle>,
    /// Finds out quickly that there is none of the words.
    sieve: Option<Sieve>,
}

/// A secret in a message, and the variable that stands for it.
#[derive(Debug)]
pub(super) struct Hidden {
    pub(super) at: Range<usize>,
    pub(super) variable: Variable,
    /// Whether the recording does not have the variable yet.
    pub(super) is_new: bool,
}

impl Rules {
    /// Compiles the rules; a problem has the path to what it is about.
    pub(super) fn new(redaction: &Redaction) -> Result<Self, Vec<Problem>> {
        let Redaction { headers, query, members, jsonpaths, regexes, shapes } = redaction;
        let mut problems = Vec::new();
        let mut about = |key: &str, index: usize, mut problem: Problem| {
            problem.path.splice(0..0, [key.into(), Key::Index(index)]);
            problems.push(problem);
        };
        let mut paths = Vec::new();
        for (index, text) in jsonpaths.iter().enumerate() {
            match Path::parse(text, Dialect::Rfc9535) {
                Ok(path) => paths.push(path),
                Err(error) => about("jsonpaths", index, Problem::new(format!("invalid JSONPath: {error}"))),
            }
        }
        let mut compiled = Vec::new();
        for (index, text) in regexes.iter().enumerate() {
            match Regex::new(text) {
                Ok(regex) => compiled.push(regex),
                Err(_) => about("regexes", index, no_regex(text)),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let any = RegexSet::new(regexes).map_err(|error| vec![Problem::new(error.to_string())])?;
        let (mut words, mut needles, mut signs) = (Vec::new(), Vec::new(), Vec::new());
        for name in members.iter().filter(|name| !name.is_empty()) {
            words.push(name.to_ascii_lowercase());
            needles.push(Needle::Member);
            // What stands behind a name, in JSON and in JSON that is a string of JSON.
            signs.extend(['"', '\\'].map(|end| format!("{name}{end}")));
        }
        let mut shaped = |all: &mut Vec<Regex>, starts: &[String], pattern: &str| {
            all.push(Regex::new(pattern).expect("the shapes are tested"));
            words.extend(starts.iter().cloned());
            needles.extend(starts.iter().map(|_| Needle::Regex(all.len() - 1)));
        };
        for (starts, pattern) in SHAPES.iter().filter(|_| *shapes) {
            let starts: Vec<_> = starts.iter().map(ToString::to_string).collect();
            shaped(&mut compiled, &starts, pattern);
            signs.extend(starts);
        }
        let names: Vec<_> = query.iter().filter(|name| !name.is_empty()).collect();
        if !names.is_empty() {
            let escaped: Vec<_> = names.iter().map(|name| regex::escape(name)).collect();
            let pattern = format!(r#"[?&](?i-u:{})=([^& \t\r\n"'#\\<>]+)"#, escaped.join("|"));
            let starts: Vec<_> =
                names.iter().flat_map(|name| ["?", "&"].map(|sign| format!("{sign}{name}="))).collect();
            shaped(&mut compiled, &starts, &pattern);
            signs.extend(names.iter().map(|name| format!("{name}=")));
        }
        let words = match words.is_empty() {
            true => None,
            false => AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .kind(Some(AhoCorasickKind::DFA))
                .build(words)
                .ok(),
        };
        Ok(Self {
            headers: headers.iter().map(|name| Glob::new(name)).collect(),
            query: query.clone(),
            paths,
            any,
            regexes: compiled,
            words,
            needles,
            sieve: Sieve::new(signs),
        })
    }

    /// Whether the values of a header are secret.
    pub(super) fn hides_header(&self, name: &str) -> bool {
        self.headers.iter().any(|glob| glob.matches(name))
    }

    /// Whether the value of a query parameter is secret.
    pub(super) fn hides_query(&self, name: &str) -> bool {
        self.query.iter().any(|hidden| hidden.eq_ignore_ascii_case(name))
    }

    /// The secrets in a text, in order, apart from each other.
    pub(super) fn find(&self, text: &str, secrets: &mut Secrets, hidden: &mut Vec<Hidden>) {
        let mut found = Vec::new();
        self.by_rules(text, &mut found);
        // Whatever a rule has found is secret by itself, also where another rule has found more around it.
        for found in &found {
            secrets.remember(&decoded(text, &found.at), found.is_number);
        }
        secrets.find(text.as_bytes(), |at| found.push(Found { at, is_number: false }));
        merge(&mut found);
        hidden.clear();
        for Found { at, is_number } in found {
            if !(text.is_char_boundary(at.start) && text.is_char_boundary(at.end)) {
                continue;
            }
            let value = decoded(text, &at);
            let variable = secrets.remember(&value, is_number);
            hidden.push(Hidden { is_new: secrets.announce(&value), variable, at });
        }
    }

    /// The known secrets in bytes that are no text.
    pub(super) fn find_in_bytes(&self, bytes: &[u8], secrets: &mut Secrets, hidden: &mut Vec<Hidden>) {
        let mut found = Vec::new();
        secrets.find(bytes, |at| found.push(at));
        hidden.clear();
        for at in found {
            let value = String::from_utf8_lossy(&bytes[at.clone()]).into_owned();
            let variable = secrets.remember(&value, false);
            hidden.push(Hidden { is_new: secrets.announce(&value), variable, at });
        }
    }

    fn by_rules(&self, text: &str, found: &mut Vec<Found>) {
        if let Some(words) = &self.words
            && self.sieve.as_ref().is_none_or(|sieve| sieve.may_find(text))
        {
            self.by_words(words, text, found);
        }
        if !self.any.is_empty() {
            for index in self.any.matches(text) {
                matches(&self.regexes[index], text, found);
            }
        }
        if !self.paths.is_empty() && text.trim_ascii_start().starts_with(['{', '[']) {
            self.by_paths(text, found);
        }
    }

    fn by_words(&self, words: &AhoCorasick, text: &str, found: &mut Vec<Found>) {
        let mut wanted = vec![false; self.regexes.len()];
        // Within a value that is secret as a whole there is nothing more to look for.
        let mut covered = 0;
        for hit in words.find_overlapping_iter(text) {
            match self.needles[hit.pattern().as_usize()] {
                Needle::Regex(index) => wanted[index] = true,
                Needle::Member if hit.start() >= covered => {
                    covered = members::values(text, hit.range(), found).unwrap_or(covered);
                }
                Needle::Member => {}
            }
        }
        let wanted = wanted.iter().enumerate().filter(|(_, wanted)| **wanted);
        wanted.for_each(|(index, _)| matches(&self.regexes[index], text, found));
    }

    /// What the paths select, found by its place among the leaves: a tree has them in the order of the text.
    fn by_paths(&self, text: &str, found: &mut Vec<Found>) {
        let Ok(value) = serde_json::from_str::<Value>(text) else { return };
        let selected: HashSet<*const Value> =
            self.paths.iter().flat_map(|path| path.query(&value)).map(std::ptr::from_ref).collect();
        if selected.is_empty() {
            return;
        }
        let (mut secret, mut places) = (Vec::new(), Vec::new());
        mark(&value, false, &selected, &mut secret);
        leaves(text, |_, at| places.push(at));
        // A name that comes twice is in the text twice and in the tree once: then no place is certain.
        if secret.len() != places.len() {
            secret = vec![true; places.len()];
        }
        for (at, _) in places.into_iter().zip(secret).filter(|(_, is_secret)| *is_secret) {
            match text.as_bytes()[at.start] {
                b'"' if at.len() > 2 => {
                    found.push(Found { at: at.start + 1..at.end - 1, is_number: false });
                }
                b'-' | b'0'..=b'9' => found.push(Found { at, is_number: true }),
                _ => {}
            }
        }
    }
}

/// Which leaves of a value are selected, or in something that is.
fn mark(value: &Value, is_secret: bool, selected: &HashSet<*const Value>, secret: &mut Vec<bool>) {
    let is_secret = is_secret || selected.contains(&std::ptr::from_ref(value));
    match value {
        Value::Array(elements) => elements.iter().for_each(|part| mark(part, is_secret, selected, secret)),
        Value::Object(members) => members.values().for_each(|part| mark(part, is_secret, selected, secret)),
        _ => secret.push(is_secret),
    }
}

/// What is wrong with a regex, in the words of patterns.
fn no_regex(text: &str) -> Problem {
    let problems = Pattern::parse(&serde_json::json!({ "regex": text }), Dialect::default()).err();
    let problem = problems.into_iter().flatten().next();
    let problem = problem.unwrap_or_else(|| Problem::new("this regex can't be compiled"));
    Problem { path: Vec::new(), ..problem }
}

fn matches(regex: &Regex, text: &str, found: &mut Vec<Found>) {
    for groups in regex.captures_iter(text) {
        if let Some(hit) = groups.get(1).or_else(|| groups.get(0)).filter(|hit| !hit.is_empty()) {
            found.push(Found { at: hit.range(), is_number: false });
        }
    }
}

/// Puts what overlaps together, and everything in order.
fn merge(found: &mut Vec<Found>) {
    found.sort_by_key(|found| (found.at.start, std::cmp::Reverse(found.at.end)));
    found.dedup_by(|next, kept| {
        let overlap = next.at.start < kept.at.end;
        if overlap && next.at.end > kept.at.end {
            kept.at.end = next.at.end;
            kept.is_number = false;
        } else if overlap && next.at == kept.at {
            kept.is_number |= next.is_number;
        }
        overlap
    });
}

/// What stands there as it is meant: inside a string of JSON, without escapes; inside JSON that is itself a
/// string, without those of both.
fn decoded<'t>(text: &'t str, at: &Range<usize>) -> Cow<'t, str> {
    let mut inside = Cow::Borrowed(&text[at.clone()]);
    let Some(open) = at.start.checked_sub(1).filter(|open| text.as_bytes()[*open] == b'"') else {
        return inside;
    };
    let mut depth = members::backslashes(text.as_bytes(), open);
    while inside.contains('\\') {
        match serde_json::from_str(&format!("\"{inside}\"")) {
            Ok(unescaped) => inside = Cow::Owned(unescaped),
            Err(_) => break,
        }
        if depth == 0 {
            break;
        }
        depth /= 2;
    }
    inside
}

/// A name that may begin or end with anything.
#[derive(Debug)]
struct Glob {
    name: String,
    from_start: bool,
    to_end: bool,
}

impl Glob {
    fn new(name: &str) -> Self {
        let lower = name.to_ascii_lowercase();
        Self {
            name: lower.trim_matches('*').to_string(),
            from_start: !lower.starts_with('*'),
            to_end: !lower.ends_with('*'),
        }
    }

    fn matches(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        match (self.from_start, self.to_end) {
            (true, true) => name == self.name,
            (true, false) => name.starts_with(&self.name),
            (false, true) => name.ends_with(&self.name),
            (false, false) => name.contains(&self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(redaction: &Redaction, text: &str, wanted: &[&str]) {
        let rules = Rules::new(redaction).unwrap();
        let (mut secrets, mut hidden) = (Secrets::default(), Vec::new());
        rules.find(text, &mut secrets, &mut hidden);
        let shown: Vec<_> = hidden.iter().map(|hidden| &text[hidden.at.clone()]).collect();
        assert_eq!(shown, wanted, "{text}");
    }

    #[test]
    fn the_usual_secrets_are_found() {
        let usual = Redaction::default();
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
        check(&usual, "nothing here", &[]);
        check(&usual, "a token, a secret and a password are words", &[]);
        check(&usual, r#"{"password":"hunter22","again":"hunter22"}"#, &["hunter22", "hunter22"]);
        check(&usual, r#"{"Authorization":"Bearer abcdefgh"}"#, &["Bearer abcdefgh"]);
        check(&usual, "Authorization: Bearer abcdefgh", &["abcdefgh"]);
        check(&usual, &format!("got {jwt}!"), &[jwt]);
        check(&usual, "key sk-abcdefghijklmnopqrst, task-zyxwvutsrqponmlkjihg", &["sk-abcdefghijklmnopqrst"]);
        check(&usual, "wss://a.example/ws?x=1&access_token=abc%20d&y=2", &["abc%20d"]);
        check(&usual, "postgres://bob:pw@db/x", &["pw"]);
        check(&usual, r#"{"authorization":{"host":"a","x-api-key":"k1"}}"#, &["a", "k1"]);
        check(&usual, r#"{"token":{"token":"a"}}"#, &["a"]);
        check(&usual, r#"{"nextToken":"page-2"}"#, &[]);
        check(&Redaction::off(), r#"{"password":"hunter22"}"#, &[]);
    }

    #[test]
    fn a_part_of_a_secret_is_secret() {
        let rules = Rules::new(&Redaction::default()).unwrap();
        let (mut secrets, mut hidden) = (Secrets::default(), Vec::new());
        rules.find(r#"{"authorization":"Bearer abcdefgh"}"#, &mut secrets, &mut hidden);
        assert!(hidden[0].is_new);
        rules.find("abcdefgh", &mut secrets, &mut hidden);
        assert_eq!(hidden.len(), 1);
        assert!(hidden[0].is_new, "it has a variable of its own");
        rules.find("abcdefgh", &mut secrets, &mut hidden);
        assert!(!hidden[0].is_new);
    }

    proptest! {
        /// What the sieve lets pass has nothing that the words find.
        #[test]
        fn the_sieve_loses_nothing(
            parts in proptest::collection::vec(proptest::sample::select(PARTS), 0..12),
            fill in 0_usize..1100,
        ) {
            let text = format!("{}{}", "x".repeat(fill), parts.concat());
            let [usual, without] = &*RULES;
            prop_assert!(usual.sieve.is_some());
            let found = |rules: &Rules| {
                let mut found = Vec::new();
                rules.by_rules(&text, &mut found);
                found
            };
            prop_assert_eq!(found(usual), found(without));
        }
    }

    static RULES: LazyLock<[Rules; 2]> = LazyLock::new(|| {
        let [usual, other] = [(); 2].map(|()| Rules::new(&Redaction::default()).unwrap());
        [usual, Rules { sieve: None, ..other }]
    });

    const PARTS: &[&str] = &[
        "{",
        "}",
        ",",
        "\"",
        "\\\"",
        ":",
        " ",
        "é",
        "Token",
        "SESSION_TOKEN",
        "privateKey",
        "cookie",
        "passWord",
        "\"secret\":\"abc\"",
        "\\\"apiKey\\\":\\\"abcdef\\\"",
        "Bearer abcdefgh1",
        "BASIC YWJjZGVmZ2hp",
        "?sig=abc",
        "&X-Amz-Signature=1",
        "eyJhbGciOiJI.eyJzdWIiO.c2ln",
        "sk-abcdefghijklmnopqrst",
        "AKIAABCDEFGHIJKLMNOP",
        "redis://u:p@h",
        "xoxb-1234567890",
        "-----BEGIN PRIVATE KEY-----x-----END PRIVATE KEY-----",
        "value",
    ];

    #[test]
    fn paths_and_regexes_of_the_user() {
        let mut own = Redaction::off();
        own.jsonpaths = vec!["$.user.email".into(), "$..pin".into(), "$.all".into()];
        own.regexes = vec!["order-([0-9]+)".into(), "[A-Z]{9}".into()];
        check(&own, r#"{ "user" : {"email":"a@\u0062.c"}, "x":[{"pin":1234}] }"#, &[r"a@\u0062.c", "1234"]);
        check(&own, r#"{"all":{"a":["b",2]},"c":1}"#, &["b", "2"]);
        check(&own, "order-17 ABCDEFGHI", &["17", "ABCDEFGHI"]);
        check(&own, r#"{"user":{"#, &[]);
        check(&own, r#"{"pin":"a","pin":"b","c":"d"}"#, &["a", "b", "d"]);
        let many = format!("[{}]", vec![r#"{"pin":1}"#; 50_000].join(","));
        check(&own, &many, &vec!["1"; 50_000]);
        own.regexes.push("(".into());
        own.jsonpaths.push("$[".into());
        let problems = Rules::new(&own).unwrap_err();
        let paths: Vec<_> = problems.into_iter().map(|problem| problem.path).collect();
        assert_eq!(paths, [["jsonpaths".into(), Key::Index(3)], ["regexes".into(), Key::Index(2)]]);
    }

    #[test]
    fn headers_go_by_globs() {
        let rules = Rules::new(&Redaction::default()).unwrap();
        for name in ["Authorization", "cookie", "x-api-key", "x-csrf-token", "client-secret-id", "x-apikey"] {
            assert!(rules.hides_header(name), "{name}");
        }
        assert!(!rules.hides_header("host") && !rules.hides_header("x-cookie"));
        assert!(rules.hides_query("Access_Token") && !rules.hides_query("room"));
    }
}
