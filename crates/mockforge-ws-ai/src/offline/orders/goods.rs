//! What a desk sells: the goods of its trade, and whatever else its client asks for.

use super::noun::singular;
use super::wish::Wish;
use crate::offline::world::{Scene, Setting, keep_newest};

/// A product: SKU, name, price in cents.
pub(super) type Good = (&'static str, &'static str, i64);

const SHOP: &[Good] = &[
    ("MUG-01", "Ceramic mug", 1250),
    ("TEE-M", "Cotton T-shirt, M", 1999),
    ("TEE-L", "Cotton T-shirt, L", 1999),
    ("BKP-15", "Laptop backpack", 6490),
    ("HDP-02", "Wireless headphones", 12900),
    ("KBD-87", "Mechanical keyboard", 8995),
    ("LMP-03", "Desk lamp", 3450),
    ("NTB-A5", "Dotted notebook, A5", 890),
    ("BTL-75", "Steel water bottle", 2400),
    ("CBL-UC", "USB-C cable, 2 m", 1195),
    ("PLT-11", "Potted fern", 1575),
    ("CHR-07", "Office chair", 18900),
    ("COF-1K", "Coffee beans, 1 kg", 1690),
    ("SCF-W", "Wool scarf", 3200),
];

const KITCHEN: &[Good] = &[
    ("PZ-MAR", "Pizza Margherita", 890),
    ("PZ-FUN", "Pizza Funghi", 1050),
    ("PA-CAR", "Spaghetti Carbonara", 1190),
    ("SA-CES", "Caesar salad", 780),
    ("BU-CLA", "Classic burger", 1090),
    ("SU-12", "Sushi box, 12 pieces", 1650),
    ("RA-SHO", "Shoyu ramen", 1290),
    ("CU-VEG", "Vegetable curry", 1150),
    ("DR-LEM", "Lemonade", 350),
    ("DR-WAT", "Mineral water", 250),
    ("DE-TIR", "Tiramisu", 520),
];

const CAFE: &[Good] = &[
    ("ESP", "Espresso", 240),
    ("ESP-DBL", "Double espresso", 310),
    ("CAP", "Cappuccino", 390),
    ("FLW", "Flat white", 420),
    ("LAT", "Latte", 410),
    ("AME", "Americano", 330),
    ("FIL", "Filter coffee", 290),
    ("CHO", "Hot chocolate", 430),
    ("TEA-GR", "Green tea", 310),
    ("CRO", "Croissant", 280),
    ("MUF-BL", "Blueberry muffin", 360),
    ("ROL-CI", "Cinnamon roll", 380),
    ("BAG", "Bagel", 350),
    ("BRD-BA", "Banana bread", 370),
    ("SDW-CH", "Cheese sandwich", 590),
    ("LOAF", "Sourdough loaf", 650),
];

const CAFE_WORDS: &[&str] = &[
    "coffee shop",
    "coffee bar",
    "coffee house",
    "coffeehouse",
    "coffee stand",
    "coffee cart",
    "coffee truck",
    "coffee order",
    "cafe",
    "café",
    "espresso",
    "bakery",
    "bakeries",
    "barista",
    "tea room",
    "patisserie",
];
const KITCHEN_WORDS: &[&str] =
    &["restaurant", "kitchen", "food", "pizza", "sushi", "meal", "dinner", "lunch"];

/// What costs little wherever it is sold.
const DRINKS: &[&str] = &[
    "coke",
    "cola",
    "soda",
    "juice",
    "water",
    "tea",
    "coffee",
    "beer",
    "espresso",
    "cappuccino",
    "latte",
    "cortado",
    "macchiato",
    "americano",
    "smoothie",
    "milk",
    "lemonade",
    "wine",
    "chocolate",
];

/// How many things that no list has are kept with their prices.
const MOST_OTHERS: usize = 64;

/// A line of an order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Item {
    pub(super) sku: String,
    pub(super) name: String,
    /// In cents.
    pub(super) price: i64,
    pub(super) quantity: i64,
}

#[derive(Clone)]
pub(super) struct Goods {
    list: &'static [Good],
    /// What else was asked for: the name by which it is found, and its price.
    others: Vec<(String, i64)>,
}

impl Goods {
    /// Those of the narrative's trade.
    pub(super) fn of(setting: Setting<'_>) -> Self {
        let says = |words: &[&str]| words.iter().any(|word| setting.says(word));
        let list = match () {
            () if says(CAFE_WORDS) => CAFE,
            () if says(KITCHEN_WORDS) => KITCHEN,
            () => SHOP,
        };
        Self { list, others: Vec::new() }
    }

    pub(super) fn list(&self) -> &'static [Good] {
        self.list
    }

    /// One that is called so: by its SKU, its name, or the last words of it where no other ends in them.
    pub(super) fn find(&self, name: &str) -> Option<&'static Good> {
        let wanted = key(name);
        let of_sku = |(sku, ..): &&Good| sku.eq_ignore_ascii_case(name.trim());
        let named = |(_, name, _): &&Good| key(name) == wanted || key(main(name)) == wanted;
        if let Some(good) = self.list.iter().find(of_sku).or_else(|| self.list.iter().find(named)) {
            return Some(good);
        }
        let ends = |(_, name, _): &&Good| {
            key(main(name)).strip_suffix(&wanted).is_some_and(|before| before.ends_with(' '))
        };
        let mut found = self.list.iter().filter(ends);
        found.next().filter(|_| !wanted.is_empty() && found.next().is_none())
    }

    /// The line of an order for what is wished.
    pub(super) fn item(&mut self, wish: &Wish, scene: &mut Scene<'_>) -> Item {
        let known = wish.sku.as_deref().and_then(|sku| self.find(sku)).or_else(|| self.find(&wish.name));
        if let Some((sku, name, price)) = known {
            return Item { sku: (*sku).into(), name: (*name).into(), price: *price, quantity: wish.quantity };
        }
        let price = wish.price.unwrap_or_else(|| self.price(&wish.name, scene));
        let sku = wish.sku.clone().unwrap_or_else(|| sku(&wish.name));
        Item { sku, name: wish.name.clone(), price, quantity: wish.quantity }
    }

    /// A price for what no list has: within those of the list, and the same whenever it is asked for.
    fn price(&mut self, name: &str, scene: &mut Scene<'_>) -> i64 {
        let key = key(name);
        if let Some((_, price)) = self.others.iter().find(|(other, _)| *other == key) {
            return *price;
        }
        let prices = self.list.iter().map(|(.., price)| *price);
        let (low, high) = match key.rsplit(' ').next() {
            Some(noun) if DRINKS.contains(&noun) => (250, 550),
            _ => (prices.clone().min().unwrap_or(100), prices.max().unwrap_or(1000).min(5000)),
        };
        let price = 10 * scene.int(low / 10, high / 10);
        self.others.push((key, price));
        keep_newest(&mut self.others, MOST_OTHERS);
        price
    }
}

/// A name as it is compared: the singular, in small letters.
fn key(name: &str) -> String {
    singular(&name.trim().to_lowercase())
}

/// A name without the size after it.
fn main(name: &str) -> &str {
    name.split(',').next().unwrap_or(name)
}

/// `OAT-MILK-CORTADO`
fn sku(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let words = words.filter(|word| !["with", "of", "and", "the", "a"].contains(word));
    let sku = words.take(3).collect::<Vec<_>>().join("-").to_uppercase();
    sku.chars().take(24).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goods(list: &'static [Good]) -> Goods {
        Goods { list, others: Vec::new() }
    }

    #[test]
    fn every_sku_stands_once() {
        for list in [SHOP, KITCHEN, CAFE] {
            for (index, (sku, ..)) in list.iter().enumerate() {
                assert!(list[..index].iter().all(|(other, ..)| other != sku), "{sku}");
            }
        }
    }

    #[test]
    fn goods_are_found_by_sku_and_name_and_its_last_word_where_that_is_clear() {
        let sku = |list, name| goods(list).find(name).map_or("none", |(sku, ..)| sku);
        for (list, name, expect) in [
            (CAFE, "espresso", "ESP"),
            (CAFE, "Espressos", "ESP"),
            (CAFE, "flw", "FLW"),
            (CAFE, "flat whites", "FLW"),
            (CAFE, "coffee", "FIL"),
            (CAFE, "iced latte", "none"),
            (CAFE, "pizza", "none"),
            (CAFE, "e", "none"),
            (CAFE, "", "none"),
            (SHOP, "mugs", "MUG-01"),
            (SHOP, "Coffee beans", "COF-1K"),
            (SHOP, "cotton t-shirt, l", "TEE-L"),
            (SHOP, "coffee", "none"),
            (KITCHEN, "pizza", "none"),
            (KITCHEN, "margherita", "PZ-MAR"),
        ] {
            assert_eq!(sku(list, name), expect, "{name}");
        }
    }

    #[test]
    fn a_sku_is_made_of_a_name() {
        assert_eq!(sku("oat-milk cortado, large"), "OAT-MILK-CORTADO");
        assert_eq!(sku("pizza with mushrooms"), "PIZZA-MUSHROOMS");
        assert_eq!(sku("x".repeat(60).as_str()).len(), 24);
    }
}
