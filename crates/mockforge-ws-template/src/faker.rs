//! `{{faker.…}}`: plausible data, drawn from the connection's generator.

use fake::Fake;
use fake::faker::{
    address, barcode, company, creditcard, currency, filesystem, finance, internet, job, lorem, name,
    phone_number,
};
use mockforge_ws_core::ConnRng;
use mockforge_ws_diagnostic::closest;
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;
use serde_json::Value;

/// Draws one value.
pub(crate) type Faker = fn(&mut ConnRng) -> Value;

/// The faker of that name, whatever its case and with or without `_` and `-`; or a hint.
pub(crate) fn find(wanted: &str) -> Result<Faker, Option<String>> {
    let fold = |name: &str| name.to_lowercase().replace(['_', '-'], "");
    let folded = fold(wanted);
    let found = FAKERS
        .iter()
        .find(|(name, aliases, _)| fold(name) == folded || aliases.iter().any(|alias| fold(alias) == folded));
    match found {
        Some((_, _, faker)) => Ok(*faker),
        None => {
            // Other fakers group their names: `faker.internet.email`.
            let last = wanted.rsplit('.').next().unwrap_or(wanted);
            let exact = names().find(|name| wanted.contains('.') && fold(name) == fold(last));
            let close = exact.or_else(|| closest(wanted, names()));
            Err(close.map(|name| format!("did you mean `faker.{name}`?")))
        }
    }
}

/// Every name, as the documentation writes it.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    FAKERS.iter().map(|(name, ..)| *name)
}

/// Draws text by a faker of the `fake` crate.
macro_rules! text {
    ($faker:expr) => {
        |rng| Value::String($faker.fake_with_rng::<String, _>(rng))
    };
}

/// Name, other names, and how it is drawn. English throughout.
const FAKERS: &[(&str, &[&str], Faker)] = &[
    ("address", &["fullAddress"], full_address),
    ("bic", &["swift"], text!(finance::en::Bic())),
    ("boolean", &["bool"], |rng| Value::Bool(rng.random())),
    ("buzzword", &[], text!(company::en::Buzzword())),
    ("catchPhrase", &[], text!(company::en::CatchPhrase())),
    ("city", &["cityName"], text!(address::en::CityName())),
    ("color", &["colour", "hexColor"], |rng| format!("#{:06x}", rng.random_range(0..0x100_0000_u32)).into()),
    ("company", &["companyName"], text!(company::en::CompanyName())),
    ("country", &["countryName"], text!(address::en::CountryName())),
    ("countryCode", &[], text!(address::en::CountryCode())),
    ("creditCard", &["creditCardNumber"], text!(creditcard::en::CreditCardNumber())),
    ("currency", &["currencyCode"], text!(currency::en::CurrencyCode())),
    ("currencyName", &[], text!(currency::en::CurrencyName())),
    ("currencySymbol", &[], text!(currency::en::CurrencySymbol())),
    ("domain", &["domainName"], |rng| domain(rng).into()),
    ("email", &["safeEmail"], text!(internet::en::SafeEmail())),
    ("fileName", &[], text!(filesystem::en::FileName())),
    ("firstName", &[], text!(name::en::FirstName())),
    ("industry", &[], text!(company::en::Industry())),
    // The `fake` crate's own `IP` draws from the thread's generator and could not be repeated.
    ("ip", &["ipv4", "ipAddress"], text!(internet::en::IPv4())),
    ("ipv6", &[], text!(internet::en::IPv6())),
    ("isbn", &[], text!(barcode::en::Isbn())),
    ("isin", &[], text!(finance::en::Isin())),
    ("job", &["jobTitle"], text!(job::en::Title())),
    ("lastName", &["surname"], text!(name::en::LastName())),
    ("latitude", &["lat"], |rng| degrees(rng, 90)),
    ("longitude", &["lng", "lon"], |rng| degrees(rng, 180)),
    ("mac", &["macAddress"], text!(internet::en::MACAddress())),
    ("mimeType", &[], text!(filesystem::en::MimeType())),
    ("name", &["fullName"], text!(name::en::Name())),
    ("paragraph", &[], text!(lorem::en::Paragraph(3..6))),
    ("password", &[], text!(internet::en::Password(12..20))),
    ("phone", &["phoneNumber"], text!(phone_number::en::PhoneNumber())),
    ("profession", &[], text!(company::en::Profession())),
    ("semver", &["version"], text!(filesystem::en::Semver())),
    ("sentence", &[], text!(lorem::en::Sentence(4..9))),
    ("state", &["stateName"], text!(address::en::StateName())),
    ("stateCode", &["stateAbbr"], text!(address::en::StateAbbr())),
    ("street", &["streetAddress"], |rng| street(rng).into()),
    ("timeZone", &[], text!(address::en::TimeZone())),
    ("title", &[], text!(name::en::Title())),
    ("url", &[], |rng| format!("https://{}/{}", domain(rng), word(rng)).into()),
    ("userAgent", &[], text!(internet::en::UserAgent())),
    ("username", &["userName"], text!(internet::en::Username())),
    ("uuid", &["guid"], |rng| crate::uuid::text(rng, &mut [0; 36]).into()),
    ("word", &[], |rng| word(rng).into()),
    ("zip", &["zipCode", "postcode", "postalCode"], text!(address::en::ZipCode())),
];

fn word(rng: &mut ConnRng) -> String {
    lorem::en::Word().fake_with_rng(rng)
}

fn domain(rng: &mut ConnRng) -> String {
    // Names under these are reserved (RFC 2606): a client that follows one reaches nobody.
    let top = ["com", "net", "org"].choose(rng).expect("the list is not empty");
    format!("{}.example.{top}", word(rng))
}

fn street(rng: &mut ConnRng) -> String {
    let number: String = address::en::BuildingNumber().fake_with_rng(rng);
    let name: String = address::en::StreetName().fake_with_rng(rng);
    format!("{number} {name}")
}

fn full_address(rng: &mut ConnRng) -> Value {
    let street = street(rng);
    let city: String = address::en::CityName().fake_with_rng(rng);
    let state: String = address::en::StateAbbr().fake_with_rng(rng);
    let zip: String = address::en::ZipCode().fake_with_rng(rng);
    format!("{street}, {city}, {state} {zip}").into()
}

/// A coordinate in ±`bound` with six digits after the point, about the width of a hand.
fn degrees(rng: &mut ConnRng, bound: i32) -> Value {
    let bound = bound * 1_000_000;
    (f64::from(rng.random_range(-bound..=bound)) / 1e6).into()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    #[test]
    fn every_faker_draws_from_the_given_generator_only() {
        for (name, _, faker) in FAKERS {
            let draw = |seed: u64| {
                let rng = &mut ConnRng::seed_from_u64(seed);
                (0..64).map(|_| faker(rng)).collect::<Vec<_>>()
            };
            let drawn = draw(1);
            assert_eq!(drawn, draw(1), "{name}");
            assert_ne!(drawn, draw(2), "{name}");
            assert!(drawn.iter().all(|value| value.as_str() != Some("")), "{name}");
        }
    }

    #[test]
    fn names_are_sorted_and_unlike() {
        assert!(names().is_sorted());
        let every: Vec<_> = FAKERS
            .iter()
            .flat_map(|(name, aliases, _)| [*name].into_iter().chain(aliases.iter().copied()))
            .collect();
        for name in &every {
            assert!(find(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn coordinates_are_on_the_globe() {
        let rng = &mut ConnRng::seed_from_u64(3);
        for _ in 0..1000 {
            assert!(degrees(rng, 90).as_f64().unwrap().abs() <= 90.0);
        }
    }
}
