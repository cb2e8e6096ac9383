//! Texts: by what the simulation says, by pattern, by format, by what the name usually means, or a few words.

use fake::Fake as _;
use fake::faker::{address, company, internet, job, name, phone_number};
use rand::{Rng, RngExt as _};
use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::draw::{Draw, Spot};
use super::fact::is_time;
use super::fits;
use crate::bank;
use crate::offline::kind::words;
use crate::offline::world::stamp;

/// How often a text is drawn until it has a length that is allowed.
const MOST_TRIES: u32 = 24;
const WORDS: &str = "amber,anchor,april,arrow,autumn,basil,beacon,birch,breeze,bridge,canyon,cedar,cobalt,comet,coral,\
    copper,crystal,delta,drift,ember,falcon,fern,forest,glacier,granite,harbor,hazel,indigo,ivory,juniper,lantern,\
    linen,lunar,maple,marble,meadow,mint,morning,nectar,ocean,olive,onyx,opal,orchid,pebble,pepper,pine,prairie,\
    quartz,raven,river,saffron,sage,sierra,silver,slate,solar,spruce,summit,thunder,timber,tulip,velvet,violet,\
    walnut,willow,winter,zephyr";
const SENTENCES: &[&str] = &[
    "Everything runs as planned.",
    "Please have a look when you find the time.",
    "The request was processed without problems.",
    "Two items are still open.",
    "This was changed after a review.",
    "No further action is needed.",
    "A follow-up is planned for next week.",
    "The customer was informed.",
    "Checked twice, looks fine.",
    "Waiting for a confirmation from the other side.",
];

impl Draw<'_> {
    pub(super) fn text(&mut self, schema: &Map<String, Value>, spot: &Spot) -> Value {
        if let Some(told) = self.told_fitting(schema, spot, "string") {
            return told;
        }
        if schema.get("format").is_some_and(|form| form == "email")
            && let Some(Value::String(name)) = self.told(spot, "string")
        {
            let name: String =
                name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).take(30).collect();
            if !name.is_empty() {
                return format!("{name}@example.com").into();
            }
        }
        if let Some(mut rng) = self.identity(spot) {
            return self.with_rng(&mut rng, |draw| draw.drawn_text(schema, spot)).into();
        }
        self.drawn_text(schema, spot).into()
    }

    fn drawn_text(&mut self, schema: &Map<String, Value>, spot: &Spot) -> String {
        let size = |key: &str| {
            schema.get(key).and_then(Value::as_f64).map(|size| size.clamp(0.0, 65_536.0) as usize)
        };
        let (least, most) = (size("minLength").unwrap_or(0), size("maxLength").unwrap_or(usize::MAX));
        let mut text = String::new();
        if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
            let Some(sampler) = fits::sampler(self.samplers, pattern).cloned() else { return text };
            for attempt in 0..MOST_TRIES {
                // From short ones to longer ones.
                let more = 2 + attempt * 2 + (attempt / 4) * least as u32 / 4;
                text = sampler.sample(self.rng, if attempt % 3 == 2 { 0 } else { more });
                let length = text.chars().count();
                if (least..=most).contains(&length) && sampler.is_match(&text) {
                    break;
                }
            }
            return text;
        }
        if let Some(made) = schema.get("format").and_then(Value::as_str).and_then(|form| self.formatted(form))
        {
            return made;
        }
        if is_time(&spot.name) && least <= 24 && most >= 24 {
            return stamp(self.now);
        }
        for _ in 0..MOST_TRIES {
            text = self.free(schema, &spot.name);
            if (least..=most).contains(&text.chars().count()) {
                return text;
            }
        }
        fitted(text, least, most, self.rng)
    }

    /// A text that is an example, or what the name usually means, or a few words.
    fn free(&mut self, schema: &Map<String, Value>, name: &str) -> String {
        if let Some(Value::Array(examples)) = schema.get("examples") {
            let texts: Vec<&str> = examples.iter().filter_map(Value::as_str).collect();
            if !texts.is_empty() {
                return texts[self.rng.random_range(0..texts.len())].to_string();
            }
        }
        usual(name, self.rng).unwrap_or_else(|| {
            let word = part(WORDS, self.rng);
            if self.rng.random::<bool>() {
                word.to_string()
            } else {
                format!("{word}-{}", part(WORDS, self.rng))
            }
        })
    }

    /// A text of a format of JSON Schema (2020-12, section 7.3 of the validation part); `None` where it is unknown.
    fn formatted(&mut self, form: &str) -> Option<String> {
        let now = self.now;
        let rng = &mut *self.rng;
        Some(match form {
            "date-time" => stamp(now),
            "date" => stamp(now)[..10].to_string(),
            "time" => stamp(now)[11..].to_string(),
            "duration" => format!("PT{}M{}S", rng.random_range(1..60), rng.random_range(0..60)),
            "email" | "idn-email" => email(rng),
            "hostname" | "idn-hostname" => format!("{}.example.com", part(WORDS, rng)),
            "ipv4" => internet::en::IPv4().fake_with_rng(rng),
            "ipv6" => internet::en::IPv6().fake_with_rng(rng),
            "uri" | "iri" | "url" => url(rng),
            "uri-reference" | "iri-reference" => {
                format!("/{}/{}", part(WORDS, rng), rng.random_range(1..1000))
            }
            "uri-template" => format!("https://example.com/{}/{{id}}", part(WORDS, rng)),
            "uuid" => uuid(rng),
            "json-pointer" => format!("/{}/{}", part(WORDS, rng), rng.random_range(0..10)),
            "relative-json-pointer" => format!("{}/{}", rng.random_range(0..3), part(WORDS, rng)),
            "regex" => format!("^{}[0-9]+$", part(WORDS, rng)),
            _ => return None,
        })
    }
}

/// Brings a text to a length.
fn fitted(mut text: String, least: usize, most: usize, rng: &mut dyn Rng) -> String {
    let mut length = text.chars().count();
    while length < least {
        let word = part(WORDS, rng);
        let gap = if text.is_empty() { "" } else { " " };
        text.push_str(gap);
        text.push_str(word);
        length += gap.len() + word.len();
    }
    let cut: String = text.chars().take(most).collect();
    // An end with a space reads as a mistake.
    if cut.ends_with(' ') { format!("{}s", cut.trim_end()) } else { cut }
}

fn part(bank: &'static str, rng: &mut dyn Rng) -> &'static str {
    let count = bank::parts(bank).count();
    bank::parts(bank).nth(rng.random_range(0..count)).unwrap_or("word")
}

fn uuid(rng: &mut dyn Rng) -> String {
    uuid::Builder::from_random_bytes(rng.random::<u128>().to_be_bytes()).into_uuid().to_string()
}

fn email(rng: &mut dyn Rng) -> String {
    let user = part(bank::FIRST_NAMES, rng).to_lowercase();
    // Names under these are reserved (RFC 2606).
    format!("{user}.{}@example.{}", part(bank::FAMILY_NAMES, rng).to_lowercase(), part("com,net,org", rng))
}

fn url(rng: &mut dyn Rng) -> String {
    format!("https://{}.example.com/{}", part(WORDS, rng), part(WORDS, rng))
}

/// What a member with such a name usually holds, by the last word of it.
fn usual(name: &str, rng: &mut dyn Rng) -> Option<String> {
    let words = words(name);
    let last = words.last()?.as_str();
    let first = words.first()?.as_str();
    Some(match last {
        "id" | "uuid" | "guid" => {
            let of = if words.len() > 1 { first } else { "id" };
            let of: String = of.chars().take(3).collect();
            format!("{of}_{:08x}", rng.random::<u32>())
        }
        "name" | "user" | "username" | "author" | "owner" | "customer" => match first {
            "first" | "given" => name::en::FirstName().fake_with_rng(rng),
            "last" | "family" | "sur" => name::en::LastName().fake_with_rng(rng),
            "company" => company::en::CompanyName().fake_with_rng(rng),
            _ => format!("{} {}", part(bank::FIRST_NAMES, rng), part(bank::FAMILY_NAMES, rng)),
        },
        "firstname" => name::en::FirstName().fake_with_rng(rng),
        "lastname" | "surname" => name::en::LastName().fake_with_rng(rng),
        "email" | "mail" => email(rng),
        "phone" | "mobile" => phone_number::en::PhoneNumber().fake_with_rng(rng),
        "city" => bank::CITIES[rng.random_range(0..bank::CITIES.len())].0.to_string(),
        "country" => address::en::CountryName().fake_with_rng(rng),
        "street" | "address" => {
            format!(
                "{} {}",
                rng.random_range(1..300),
                address::en::StreetName().fake_with_rng::<String, _>(rng)
            )
        }
        "zip" | "postcode" => address::en::ZipCode().fake_with_rng(rng),
        "company" | "organization" => company::en::CompanyName().fake_with_rng(rng),
        "job" | "role" => job::en::Title().fake_with_rng(rng),
        "currency" => part("USD,EUR,GBP,JPY,CHF", rng).to_string(),
        "symbol" | "ticker" => bank::INSTRUMENTS[rng.random_range(0..bank::INSTRUMENTS.len())].0.to_string(),
        "url" | "uri" | "link" | "href" | "avatar" | "image" | "photo" => url(rng),
        "ip" => internet::en::IPv4().fake_with_rng(rng),
        "agent" if first == "user" => internet::en::UserAgent().fake_with_rng(rng),
        "color" | "colour" => format!("#{:06x}", rng.random_range(0..0x100_0000_u32)),
        "hash" | "token" | "signature" | "checksum" => format!("{:032x}", rng.random::<u128>()),
        "version" => {
            format!("{}.{}.{}", rng.random_range(0..5), rng.random_range(0..20), rng.random_range(0..10))
        }
        "language" | "locale" | "lang" => part("en,de,fr,es,ja,pt", rng).to_string(),
        "description" | "comment" | "note" | "notes" | "text" | "message" | "body" | "summary" | "reason"
        | "content" => SENTENCES[rng.random_range(0..SENTENCES.len())].to_string(),
        "title" | "subject" | "label" | "headline" => {
            let mut title = format!("{} {}", part(WORDS, rng), part(WORDS, rng));
            title[..1].make_ascii_uppercase();
            title
        }
        "status" | "state" => part("active,pending,completed,failed", rng).to_string(),
        _ => return None,
    })
}

/// Whether a text is a UUID.
pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::parse_str(text).is_ok()
}

/// Whether a text is a date.
pub(super) fn is_date(text: &str) -> bool {
    text.len() == 10
        && OffsetDateTime::parse(&format!("{text}T00:00:00Z"), &time::format_description::well_known::Rfc3339)
            .is_ok()
}
